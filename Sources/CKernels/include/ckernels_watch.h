#pragma once

// A pointer of the calling thread's own, NULL at first: who is to be asked whether work goes on.
void **ck_thread_watch(void);
