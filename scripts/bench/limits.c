// limits.c: what this machine can do at most, for scripts/bench/engine: float32 and bf16 products and sums a second (all from
// registers), and bytes read from memory a second, each on all of the given threads. Prints one line of JSON.
//   cc -O2 -pthread limits.c -o limits && ./limits 2
#include <immintrin.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { rounds = 30 * 1000 * 1000, floats = 64 << 20 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

#define TIMES16(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

__attribute__((target("avx512f"))) static void products_avx512(void) {
#define START(i) __m512 s##i = _mm512_set1_ps(i);
#define STEP(i) __asm__ volatile("vfmadd231ps %1, %1, %0" : "+v"(s##i) : "v"(x));
  TIMES16(START)
  __m512 x = _mm512_set1_ps(1e-6f);
  for (int64_t n = 0; n < rounds; n++) { TIMES16(STEP) }
}

__attribute__((target("avx512f,avx512bf16"))) static void products_bf16(void) {
#define STEP16(i) __asm__ volatile("vdpbf16ps %1, %1, %0" : "+v"(s##i) : "v"(x));
  TIMES16(START)
  __m512 x = _mm512_set1_ps(1e-6f);
  for (int64_t n = 0; n < rounds; n++) { TIMES16(STEP16) }
}

__attribute__((target("avx2,fma"))) static void products_avx2(void) {
#define START8(i) __m256 s##i = _mm256_set1_ps(i);
#define STEP8(i) __asm__ volatile("vfmadd231ps %1, %1, %0" : "+x"(s##i) : "x"(x));
  TIMES16(START8)
  __m256 x = _mm256_set1_ps(1e-6f);
  for (int64_t n = 0; n < rounds; n++) { TIMES16(STEP8) }
}

typedef struct {
  void (*body)(void);
  const float *memory;
} work;

static void *multiply(void *w) {
  ((work *)w)->body();
  return NULL;
}

__attribute__((target("avx2"))) static void *read_all(void *w) {
  const float *memory = ((work *)w)->memory;
  __m256 s[4] = {0};
  for (int64_t i = 0; i < floats; i += 32)
    for (int j = 0; j < 4; j++) s[j] = _mm256_add_ps(s[j], _mm256_load_ps(memory + i + 8 * j));
  volatile float kept = s[0][0] + s[1][0] + s[2][0] + s[3][0];
  (void)kept;
  return NULL;
}

/// The shortest of five goes, in seconds, of `body` on all threads at once.
static double seconds(void *(*body)(void *), work *w, int threads) {
  double best = 1e9;
  for (int go = 0; go < 5; go++) {
    pthread_t team[256];
    double start = now();
    for (int t = 0; t < threads; t++) pthread_create(&team[t], NULL, body, &w[t]);
    for (int t = 0; t < threads; t++) pthread_join(team[t], NULL);
    double taken = now() - start;
    if (taken < best) best = taken;
  }
  return best;
}

int main(int count, char **arguments) {
  int threads = count > 1 ? atoi(arguments[1]) : 1;
  if (threads < 1 || threads > 256) return 2;
  int wide = __builtin_cpu_supports("avx512f");
  work w[256];
  for (int t = 0; t < threads; t++) {
    float *memory = aligned_alloc(64, (size_t)floats * 4);
    memset(memory, 0, (size_t)floats * 4);
    w[t] = (work){wide ? products_avx512 : products_avx2, memory};
  }
  double each = 16.0 * 2 * rounds * threads / 1e9;
  double f32 = each * (wide ? 16 : 8) / seconds(multiply, w, threads);
  double bf16 = f32;
  if (__builtin_cpu_supports("avx512bf16")) {
    for (int t = 0; t < threads; t++) w[t].body = products_bf16;
    bf16 = each * 32 / seconds(multiply, w, threads);
  }
  double bytes = (double)threads * floats * 4 / 1e9 / seconds(read_all, w, threads);
  printf("{\"f32\": %.0f, \"bf16\": %.0f, \"bytes\": %.1f}\n", f32, bf16, bytes);
  return 0;
}
