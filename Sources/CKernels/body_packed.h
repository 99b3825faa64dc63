// y = x Wᵀ over packed weights (include/ckernels_packed.h). Every output is one chain of sums over the
// inputs, in order; tiles only decide how many chains run side by side, so their sizes, which differ by
// instruction set, change no bits.

CK_INLINE vf CK(activated)(int32_t activation, vf x) {
  switch (activation) {
  case ck_gelu_tanh: return CK(vgelu_tanh)(x);
  case ck_gelu_erf: return x * CK(vnormal_cdf)(x);
  case ck_relu: return CK(vmax)(x, (vf)0.0f);
  case ck_silu: return x * CK(vsigmoid)(x);
  case ck_tanh: return CK(vtanh)(x);
  default: return x;
  }
}

/// A vector of outputs at y from its sum, `some` of sixteen.
CK_INLINE vf CK(finished)(const ck_packed_product *p, int64_t m, int64_t at, vf s, int64_t some) {
  if (p->bias != NULL) s += CK(load_first)(p->bias + m, some);
  if (p->activation >= 0) s = CK(activated)(p->activation, s);
  if (p->added != NULL) s = CK(load_first)(p->added + at, some) + s;
  return s;
}

/// Outputs m ..< m + 16 * vectors of rows n ..< n + rows from their sums.
static void CK(finish)(const ck_packed_product *p, int64_t n, int64_t m, int rows, int vectors,
                       const vf *sums) {
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      const int64_t at = (n + r) * p->M + m + 16 * v, left = p->M - m - 16 * v;
      if (left <= 0) break;
      const int64_t some = left < 16 ? left : 16;
      vf s = CK(finished)(p, m + 16 * v, at, sums[r * vectors + v], some);
      if (some == 16) CK(store)(p->y + at, s);
      else CK(store_some)(p->y + at, s, some);
    }
  }
}

// MARK: float32: [K][32] a panel

CK_INLINE void CK(tile_f32)(const ck_packed_work *k, const ck_packed_product *p, int64_t n, int64_t m,
                            const int rows, const int vectors) {
  const int64_t K = k->K;
  const float *x = (const float *)k->x + n * K;
  const float *w = (const float *)p->weights + m / ck_panel * ck_panel * K + m % ck_panel;
  vf s[24];  // rows * vectors of them
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * vectors; i++) s[i] = 0.0f;
  for (int64_t c = 0; c < K; c++) {
    vf weights[8];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      weights[v] = CK(load)(w + (v / 2) * ck_panel * K + c * ck_panel + (v % 2) * 16);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) s[r * vectors + v] += x[r * K + c] * weights[v];
    }
  }
  CK(finish)(p, n, m, rows, vectors, s);
}

#define CK_IN_FORMAT(name) CK(name##_f32)
#include "body_packed_walk.h"
#undef CK_IN_FORMAT

// MARK: bf16: [K / 2][32][2] a panel, x in pairs too

// Of a pair the second product is added first, as the processor's instruction for pairs does it; a
// product of two bf16 is exact in float32. So all sets with fused multiply-adds give the same bits.
CK_INLINE vf CK(add_pairs)(vf s, vi weights, int32_t x) {
#ifdef CK_DOTS
  return (vf)_mm512_dpbf16_ps((__m512)s, (__m512bh)weights, (__m512bh)_mm512_set1_epi32(x));
#else
  const int32_t high = x & (int32_t)0xffff0000, low = (int32_t)((uint32_t)x << 16);
  float first, second;
  memcpy(&first, &low, sizeof first);
  memcpy(&second, &high, sizeof second);
  s += CK(floats)(weights & (int32_t)0xffff0000) * second;
  s += CK(floats)(weights << 16) * first;
  return s;
#endif
}

CK_INLINE void CK(tile_bf16)(const ck_packed_work *k, const ck_packed_product *p, int64_t n, int64_t m,
                             const int rows, const int vectors) {
  const int64_t pairs = (k->K + 1) / 2;
  const int32_t *x = (const int32_t *)k->x + n * pairs;
  const int32_t *w = (const int32_t *)p->weights + m / ck_panel * ck_panel * pairs + m % ck_panel;
  vf s[24];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * vectors; i++) s[i] = 0.0f;
  for (int64_t c = 0; c < pairs; c++) {
    vi weights[8];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      weights[v] =
          CK(load_ints)(w + (v / 2) * ck_panel * pairs + c * ck_panel + (v % 2) * 16);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        s[r * vectors + v] = CK(add_pairs)(s[r * vectors + v], weights[v], x[r * pairs + c]);
    }
  }
  CK(finish)(p, n, m, rows, vectors, s);
}

#define CK_IN_FORMAT(name) CK(name##_bf16)
#include "body_packed_walk.h"
#undef CK_IN_FORMAT

// MARK: q8: a panel is blocks of 32 inputs, each [8][32][4] bytes (value + 128) and [32] bf16 scales

// The sum of a block is a whole number, which is exact in whatever way it is computed; then
// s += sum * (scale of weights * scale of x).
#ifdef CK_DOTS
typedef vi CK(whole);
CK_INLINE vi CK(all)(int32_t x) { return (vi)x; }
CK_INLINE vi CK(add_fours)(vi s, vi weights, int32_t x) {
  return (vi)_mm512_dpbusd_epi32((__m512i)s, (__m512i)weights, _mm512_set1_epi32(x));
}
#else
typedef vf CK(whole);  // below 2^24
CK_INLINE vf CK(all)(int32_t x) { return (vf)(float)x; }
CK_INLINE vf CK(add_fours)(vf s, vi weights, int32_t x) {
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++)
    s += __builtin_convertvector((weights >> (8 * j)) & 0xff, vf) * (float)(int8_t)(x >> (8 * j));
  return s;
}
#endif

CK_INLINE void CK(tile_q8)(const ck_packed_work *k, const ck_packed_product *p, int64_t n, int64_t m,
                           const int rows, const int vectors) {
  const int64_t blocks = (k->K + ck_q8_block - 1) / ck_q8_block, ints = blocks * 8;
  const int32_t *x = (const int32_t *)k->x + n * ints;
  const float *scales = k->scales + n * blocks;
  const int32_t *offsets = k->offsets + n * blocks;
  const int64_t half = m % ck_panel;
  const char *w = (const char *)p->weights + m / ck_panel * blocks * ck_q8_bytes;
  vf s[24];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * vectors; i++) s[i] = 0.0f;
  for (int64_t b = 0; b < blocks; b++) {
    CK(whole) sums[24];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        sums[r * vectors + v] = CK(all)(offsets[r * blocks + b]);
    }
#pragma clang loop unroll(full)
    for (int c = 0; c < 8; c++) {
      vi weights[8];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        weights[v] = CK(load_ints)((const int32_t *)(w + (v / 2) * blocks * ck_q8_bytes) +
                                   c * ck_panel + (v % 2) * 16 + half);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++)
          sums[r * vectors + v] =
              CK(add_fours)(sums[r * vectors + v], weights[v], x[r * ints + b * 8 + c]);
      }
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      vf scale = CK(load_bf16)(w + (v / 2) * blocks * ck_q8_bytes + 32 * ck_panel +
                               2 * ((v % 2) * 16 + half));
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++)
        s[r * vectors + v] += __builtin_convertvector(sums[r * vectors + v], vf) *
                              (scale * scales[r * blocks + b]);
    }
    w += ck_q8_bytes;
  }
  CK(finish)(p, n, m, rows, vectors, s);
}

#pragma push_macro("CK_MOST_ROWS")
#if CK_MOST_ROWS > 6
#undef CK_MOST_ROWS
#define CK_MOST_ROWS 6  // two sums for each output: of the block and of all
#endif
#define CK_IN_FORMAT(name) CK(name##_q8)
#include "body_packed_walk.h"
#undef CK_IN_FORMAT
#pragma pop_macro("CK_MOST_ROWS")

// MARK: x in the forms that go with them

/// The nearest bf16, ties to even, in the low halves.
CK_INLINE vi CK(rounded_to_bf16)(vf x) {
  vi bits = CK(bits)(x);
  vi rounded = bits + 0x7fff + ((bits >> 16) & 1);
  return (x != x ? bits | 0x400000 : rounded) >> 16;
}

// Items: floats.
static void CK(round_to_bf16)(const void *arguments, int64_t begin, int64_t end) {
  const ck_elementwise *k = arguments;
  for (int64_t i = begin; i < end; i += 16) {
    vf x = CK(load_first)(k->a + i, end - i);
    x = CK(floats)(CK(rounded_to_bf16)(x) << 16);
    if (end - i >= 16) CK(store)(k->y + i, x);
    else CK(store_some)(k->y + i, x, end - i);
  }
}

// Items: rows of x, to rows of K rounded up to even.
static void CK(to_bf16)(const void *arguments, int64_t begin, int64_t end) {
  const ck_packed_rows *k = arguments;
  const int64_t K = k->K, width = (K + 1) / 2 * 2;
  typedef uint16_t halves __attribute__((ext_vector_type(16)));
  for (int64_t n = begin; n < end; n++) {
    uint16_t *to = (uint16_t *)k->to + n * width;
    for (int64_t i = 0; i < K; i += 16) {
      vf x = CK(load_first)(k->x + n * K + i, K - i);
      halves h = __builtin_convertvector(CK(rounded_to_bf16)(x), halves);
      memcpy(to + i, &h, width - i < 16 ? (size_t)(width - i) * 2 : sizeof h);
    }
  }
}

// Items: rows of x, to blocks of 32 bytes, the last filled up with zeros.
static void CK(to_q8)(const void *arguments, int64_t begin, int64_t end) {
  const ck_packed_rows *k = arguments;
  const int64_t K = k->K, blocks = (K + ck_q8_block - 1) / ck_q8_block;
  typedef int8_t bytes __attribute__((ext_vector_type(16)));
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number in the low bits
  for (int64_t n = begin; n < end; n++) {
    for (int64_t b = 0; b < blocks; b++) {
      const float *from = k->x + n * K + b * ck_q8_block;
      const int64_t some = K - b * ck_q8_block;
      vf x[2] = {CK(load_first)(from, some), some > 16 ? CK(load_first)(from + 16, some - 16) : 0.0f};
      const float top = CK(max16)(CK(vmax)(CK(vabs)(x[0]), CK(vabs)(x[1])));
      // Of what is not finite the scale is NaN and all is NaN; next to nothing is nothing.
      const bool finite = top < INFINITY, some_size = top >= 1e-30f;
      const float inverse = finite && some_size ? 127.0f / top : 0.0f;
      vi sum = 0;
      for (int i = 0; i < 2; i++) {
        vf y = finite ? x[i] * inverse : (vf)0.0f;
        vi q = CK(bits)(y + magic) - CK(bits)((vf)magic);
        sum += q;
        bytes to = __builtin_convertvector(q, bytes);
        memcpy((int8_t *)k->to + (n * blocks + b) * ck_q8_block + 16 * i, &to, sizeof to);
      }
      int32_t total = 0;
      for (int i = 0; i < 16; i++) total += sum[i];
      k->scales[n * blocks + b] = !finite ? NAN : some_size ? top / 127.0f : 0.0f;
      k->offsets[n * blocks + b] = -128 * total;
    }
  }
}
