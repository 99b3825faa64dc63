// Philox4x32-10: a block cipher turned into random numbers, so that a draw depends on its counter
// alone and never on what was drawn before it.
#include "include/ckernels.h"
#include <math.h>

void ck_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)p1;
    c3 = (uint32_t)p0;
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

static void block(int64_t index, const uint32_t key[2], uint32_t stream, uint32_t out[4]) {
  uint32_t counter[4] = {(uint32_t)index, (uint32_t)((uint64_t)index >> 32), 0, stream};
  ck_philox(counter, key, out);
}

void ck_random_uniform(float *x, int64_t n, const uint32_t key[2], uint32_t stream, float low,
                       float high) {
  uint32_t word[4];
  for (int64_t i = 0; i < n; i++) {
    if (i % 4 == 0) block(i / 4, key, stream, word);
    float unit = (float)(word[i % 4] >> 8) * 0x1p-24f;  // 24 bits: every value is a float below 1
    x[i] = low + (high - low) * unit;
  }
}

// Box and Muller, in double so that the result hardly depends on the machine's mathematics library.
void ck_random_normal(float *x, int64_t n, const uint32_t key[2], uint32_t stream) {
  uint32_t word[4];
  for (int64_t i = 0; i < n; i += 2) {
    if (i % 4 == 0) block(i / 4, key, stream, word);
    double radius = sqrt(-2 * log(((double)word[i % 4] + 0.5) * 0x1p-32));
    double angle = 6.283185307179586 * ((double)word[i % 4 + 1] * 0x1p-32);
    x[i] = (float)(radius * cos(angle));
    if (i + 1 < n) x[i + 1] = (float)(radius * sin(angle));
  }
}
