#include "ckernels_convert.h"

#include <string.h>

static inline uint16_t load16(const unsigned char *bytes) {
  uint16_t half;
  memcpy(&half, bytes, sizeof half);
  return half;
}

static inline float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// bfloat16 is the upper half of a float32.
void ck_bf16_to_f32(const void *source, float *target, int64_t count) {
  const unsigned char *bytes = source;
  for (int64_t i = 0; i < count; i++) {
    target[i] = float_of_bits((uint32_t)load16(bytes + 2 * i) << 16);
  }
}

// IEEE binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. Exact: every half is a float32.
void ck_f16_to_f32(const void *source, float *target, int64_t count) {
  const unsigned char *bytes = source;
  for (int64_t i = 0; i < count; i++) {
    uint32_t half = load16(bytes + 2 * i);
    uint32_t sign = (half & 0x8000u) << 16;
    uint32_t magnitude = half & 0x7fffu;
    float subnormal = (float)(int32_t)magnitude * 0x1p-24f;
    uint32_t subnormal_bits;
    memcpy(&subnormal_bits, &subnormal, sizeof subnormal_bits);
    uint32_t normal_bits = (magnitude << 13) + ((127u - 15u) << 23);
    uint32_t special_bits = (magnitude << 13) | 0x7f800000u;
    uint32_t result = magnitude < 0x400u    ? subnormal_bits
                      : magnitude < 0x7c00u ? normal_bits
                                            : special_bits;
    target[i] = float_of_bits(result | sign);
  }
}
