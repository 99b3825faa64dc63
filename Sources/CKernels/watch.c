#include "ckernels_watch.h"

#include <stddef.h>

void **ck_thread_watch(void) {
  static _Thread_local void *watch = NULL;
  return &watch;
}
