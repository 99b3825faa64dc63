// One team of threads for the kernels and for the library's products, each of which is given one thread.
//
// Whoever calls works too, and waits only for helpers that have begun. So a helper whose core another
// program has is not waited for, as libgomp waits at the end of each of its regions: beside a compiler
// on two cores a token of a small model then took ten times what one thread needs.
#include "team.h"
#include "include/ckernels.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

// oneDNN reads the calling thread's setting of OpenMP.
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int threads);

// Below this many floats a region (about 1 us while helpers look out for one) costs more than it gains.
enum { worth_a_team = 1 << 15, shares_per_thread = 4 };
// How often a helper looks before it sleeps, some ten us: long enough for what lies between two kernels,
// and short enough for programs beside. How often a caller looks before it lets others run.
enum { patience = 1000 };

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

// MARK: Helpers

/// What the team does: odd while helpers may join, and never the same twice in a row.
static _Atomic uint32_t state = 0;
/// Helpers that look at the work, or do it. The work changes only while there are none and it is closed.
static _Atomic int inside = 0;
static _Atomic int asleep = 0;
static struct {
  void (*body)(void *data);
  void *data;
  int helpers;
} work;

/// Held by whoever has the team.
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static int made = 0;
/// Whether this thread is one of the team at work, which has no team of its own.
static _Thread_local bool in_team = false;

static void look_away(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Waits until `state` is another than `seen`, and returns it.
static uint32_t next_state(uint32_t seen) {
  for (int i = 0; i < patience; i++) {
    uint32_t now = atomic_load(&state);
    if (now != seen) return now;
    look_away();
  }
  // Counted before it sleeps: whoever changes the state afterwards wakes it, and if it has changed already
  // the system does not let it sleep.
  atomic_fetch_add(&asleep, 1);
  while (atomic_load(&state) == seen)
    syscall(SYS_futex, &state, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
  atomic_fetch_sub(&asleep, 1);
  return atomic_load(&state);
}

static void *help(void *argument) {
  const int own = (int)(intptr_t)argument;
  in_team = true;
  omp_set_num_threads(1);
  for (uint32_t seen = 0;;) {
    seen = next_state(seen);
    if (seen % 2 == 0) continue;
    // Inside first, then another look: the caller closes first, and then looks who is inside.
    atomic_fetch_add(&inside, 1);
    if (atomic_load(&state) == seen && own < work.helpers) work.body(work.data);
    atomic_fetch_sub(&inside, 1);
  }
  return NULL;
}

/// A child of fork has no helpers.
static void forget(void) {
  atomic_store(&state, 0);
  atomic_store(&inside, 0);
  atomic_store(&asleep, 0);
  made = 0;
  in_team = false;
  pthread_mutex_init(&busy, NULL);
}

static void watch_forks(void) { pthread_atfork(NULL, NULL, forget); }

/// Makes helpers until there are so many, or as many as the system allows.
static void make_helpers(int wanted) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  if (made >= wanted) return;
  pthread_once(&once, watch_forks);
  sigset_t all, before;  // signals are for others
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (pthread_t thread; made < wanted; made++) {
    if (pthread_create(&thread, NULL, help, (void *)(intptr_t)made) != 0) break;
    pthread_detach(thread);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/// Calls body(data) in this thread and in up to threads - 1 others at the same time; returns when all
/// have. Alone where the team has work already.
static void together(void (*body)(void *data), void *data, int threads) {
  if (in_team || pthread_mutex_trylock(&busy) != 0) {
    body(data);
    return;
  }
  make_helpers(threads - 1);
  work.body = body;
  work.data = data;
  work.helpers = threads - 1;
  const uint32_t open = atomic_load(&state) + 1;
  atomic_store(&state, open);
  if (atomic_load(&asleep) > 0)
    syscall(SYS_futex, &state, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
  in_team = true;
  body(data);
  in_team = false;
  atomic_store(&state, open + 1);
  for (int i = 0; atomic_load(&inside) > 0; i++) {
    if (i < patience) look_away();
    else sched_yield();
  }
  pthread_mutex_unlock(&busy);
}

// MARK: Work shared out

typedef struct {
  ck_body body;
  const void *arguments;
  int64_t items, share;
  _Atomic int64_t next;
} job;

static void take_shares(void *data) {
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
  if (threads == 1 || items <= grain || items * cost < worth_a_team || in_team) {
    body(arguments, 0, items);
    return;
  }
  int64_t grains = (items + grain - 1) / grain;
  int64_t shares = threads * shares_per_thread;
  int64_t share = (grains + shares - 1) / shares * grain;
  job j = {.body = body, .arguments = arguments, .items = items, .share = share, .next = 0};
  together(take_shares, &j, threads);
}

typedef struct {
  void (*body)(const void *arguments, int64_t index);
  const void *arguments;
  int64_t count;
  _Atomic int64_t next;
} task;

static void take_each(void *data) {
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
  int before = omp_get_max_threads();
  if (before != 1) omp_set_num_threads(1);
  if (threads > 1) together(take_each, &t, (int)threads);
  else take_each(&t);
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
