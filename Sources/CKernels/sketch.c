#include "ckernels_sketch.h"

// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of a place decides each bit of this.
static inline uint64_t mixed(uint64_t place) {
  uint64_t z = (place + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void ck_sketch(const float *x, int64_t count, double sums[3]) {
  double square = 0, first = 0, second = 0;
  for (int64_t i = 0; i < count; i++) {
    double value = x[i];
    uint64_t bits = mixed((uint64_t)i);
    square += value * value;
    first += bits & 1 ? value : -value;
    second += bits & 2 ? value : -value;
  }
  sums[0] = square;
  sums[1] = first;
  sums[2] = second;
}
