// Signals as bytes in a pipe.
#pragma once

// From now on each of `signals` writes its number, as one byte, to `descriptor`, and does nothing
// else. Signals that were ignored when the process started stay so. Calls that a signal finds waiting
// go on waiting.
void rlx_signals_to(int descriptor, const int *signals, int count);
