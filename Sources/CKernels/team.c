// One team of threads, libgomp's, shared with oneDNN. libgomp is called by hand because clang here
// has no omp.h, and its own OpenMP runtime would be a second team fighting for the same cores.
#include "team.h"
#include "include/ckernels.h"
#include <stdatomic.h>
#include <stdlib.h>

extern void GOMP_parallel(void (*fn)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_max_threads(void);
extern int omp_get_num_procs(void);
extern int omp_in_parallel(void);
extern void omp_set_num_threads(int threads);

// Below this many floats the region (about 1 us while the team spins) costs more than it gains.
enum { worth_a_team = 1 << 15, shares_per_thread = 4 };

static _Atomic int team_size = 0;

int ck_threads(void) {
  int threads = atomic_load_explicit(&team_size, memory_order_relaxed);
  if (threads == 0) {
    threads = omp_get_max_threads();
    if (threads < 1) threads = 1;
    atomic_store_explicit(&team_size, threads, memory_order_relaxed);
  }
  return threads;
}

void ck_set_threads(int threads) {
  atomic_store_explicit(&team_size, threads < 1 ? 1 : threads, memory_order_relaxed);
}

typedef struct {
  ck_body body;
  const void *arguments;
  int64_t items, share;
  _Atomic int64_t next;
} job;

static void work(void *data) {
  job *j = data;
  for (;;) {
    int64_t begin = atomic_fetch_add_explicit(&j->next, j->share, memory_order_relaxed);
    if (begin >= j->items) return;
    int64_t end = begin + j->share < j->items ? begin + j->share : j->items;
    j->body(j->arguments, begin, end);
  }
}

void ck_run(ck_body body, const void *arguments, int64_t items, int64_t grain, int64_t cost) {
  if (items <= 0) return;
  int threads = ck_threads();
  if (threads == 1 || items <= grain || items * cost < worth_a_team || omp_in_parallel()) {
    body(arguments, 0, items);
    return;
  }
  int64_t grains = (items + grain - 1) / grain;
  int64_t shares = threads * shares_per_thread;
  int64_t share = (grains + shares - 1) / shares * grain;
  job j = {.body = body, .arguments = arguments, .items = items, .share = share, .next = 0};
  GOMP_parallel(work, &j, (unsigned)threads, 0);
}

typedef struct {
  void (*body)(const void *arguments, int64_t index);
  const void *arguments;
  int64_t count;
  _Atomic int64_t next;
} task;

static void work_each(void *data) {
  task *t = data;
  for (;;) {
    int64_t index = atomic_fetch_add_explicit(&t->next, 1, memory_order_relaxed);
    if (index >= t->count) return;
    t->body(t->arguments, index);
  }
}

void ck_each(void (*body)(const void *arguments, int64_t index), const void *arguments, int64_t count) {
  task t = {.body = body, .arguments = arguments, .count = count, .next = 0};
  int64_t threads = ck_threads() < count ? ck_threads() : count;
  if (threads > 1 && !omp_in_parallel()) {
    GOMP_parallel(work_each, &t, (unsigned)threads, 0);  // a library finds itself in parallel: one thread
    return;
  }
  int before = omp_get_max_threads();
  if (before != 1) omp_set_num_threads(1);
  work_each(&t);
  if (before != 1) omp_set_num_threads(before);
}

float *ck_scratch(int64_t floats) {
  static _Thread_local float *memory = NULL;
  static _Thread_local int64_t capacity = 0;
  if (floats > capacity) {
    free(memory);
    capacity = (floats + 1023) / 1024 * 1024;
    memory = aligned_alloc(64, (size_t)capacity * sizeof(float));
    if (memory == NULL) abort();
  }
  return memory;
}
