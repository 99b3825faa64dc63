#include "csignals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t target = -1;

static void pass_on(int number) {
  int before = errno;
  unsigned char byte = (unsigned char)number;
  // A full pipe means that nobody reads signals any more: there is nothing to be done about it here.
  if (write((int)target, &byte, 1) < 0) {}
  errno = before;
}

void rlx_signals_to(int descriptor, const int *signals, int count) {
  target = descriptor;
  for (int i = 0; i < count; i++) {
    struct sigaction found, wanted = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    sigemptyset(&wanted.sa_mask);
    if (sigaction(signals[i], NULL, &found) == 0 && found.sa_handler != SIG_IGN)
      sigaction(signals[i], &wanted, NULL);
  }
}
