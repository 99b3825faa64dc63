// Attention of single new tokens against cached keys and values. They lie in blocks of 16 positions
// ([rows][capacity / 16][G * D][16]), so that both passes run along positions and a token is written
// nearly in one place. Every sum is one chain; several run side by side.

/// out[v] = sum over d of q[d] * keys of 16 positions, for blocks that follow each other.
CK_INLINE void CK(decode_scores)(const float *q, const float *keys, int64_t D, int64_t block,
                                 const int vectors, vf *out) {
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) out[v] = 0.0f;
  for (int64_t d = 0; d < D; d++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) out[v] += q[d] * CK(load)(keys + d * 16 + v * block);
  }
}

typedef float CK(vf4) __attribute__((ext_vector_type(4)));

/// The sums of four vectors, each grouped as sum16 groups them.
CK_INLINE CK(vf4) CK(sums4)(const vf *x) {
  CK(vf4) b[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    vf8 a = x[i].lo + x[i].hi;
    b[i] = a.lo + a.hi;
  }
#define CK_PICK(x, y, i, j) __builtin_shufflevector(x, y, i, i + 4, j, j + 4)
  CK(vf4) low = CK_PICK(b[0], b[1], 0, 1), low2 = CK_PICK(b[2], b[3], 0, 1);
  CK(vf4) high = CK_PICK(b[0], b[1], 2, 3), high2 = CK_PICK(b[2], b[3], 2, 3);
#undef CK_PICK
  return (__builtin_shufflevector(low, low2, 0, 1, 4, 5) +
          __builtin_shufflevector(high, high2, 0, 1, 4, 5)) +
         (__builtin_shufflevector(low, low2, 2, 3, 6, 7) +
          __builtin_shufflevector(high, high2, 2, 3, 6, 7));
}

/// o[0..<width] = the sums over the positions of p times those of `values`, times `inverse`; p is 0
/// past the last.
CK_INLINE void CK(decode_blend)(const float *p, const float *values, int64_t start, int64_t last,
                                int64_t block, float inverse, const int width, float *o) {
  vf total[8];
#pragma clang loop unroll(full)
  for (int d = 0; d < width; d++) total[d] = 0.0f;
  values += start / 16 * block;
  int64_t j = start;
  for (; j + 16 <= last + 1; j += 16, values += block) {
    vf weights = CK(load)(p + j);
#pragma clang loop unroll(full)
    for (int d = 0; d < width; d++) total[d] += weights * CK(load)(values + d * 16);
  }
  if (j <= last) {
    vf weights = CK(load)(p + j);
    // What lies in the cache past the last position is another row's past: not even times 0.
    vi there = CK(lanes)() <= (int32_t)(last - j);
#pragma clang loop unroll(full)
    for (int d = 0; d < width; d++)
      total[d] += weights * (there ? CK(load)(values + d * 16) : (vf)0.0f);
  }
  if (width == 1) {
    o[0] = CK(sum16)(total[0]) * inverse;
    return;
  }
#pragma clang loop unroll(full)
  for (int d = 0; d < width; d += 4) {
    CK(vf4) sums = CK(sums4)(total + d) * inverse;
    memcpy(o + d, &sums, sizeof sums);
  }
}

// Items: (token, head).
static void CK(decode_attention)(const void *arguments, int64_t begin, int64_t end) {
  const ck_decode_work *k = arguments;
  const int64_t H = k->H, G = k->G, D = k->D, cap = k->capacity, group = H / G;
  const int64_t block = G * D * 16;
  for (int64_t item = begin; item < end; item++) {
    const int64_t n = item / H, h = item % H, last = k->positions[n];
    const int64_t base = k->rows[n] * G * D * cap + h / group * D * 16;
    const float *q = k->q + n * k->q_stride + h * D;
    const float *keys = k->keys + base, *values = k->values + base;
    float *s = ck_scratch(cap), *o = k->o + item * D;
    const int64_t low = k->window > 0 && last >= k->window ? last - k->window + 1 : 0;
    const int64_t start = low / 16 * 16;
    vf top = -INFINITY, sum = 0.0f, part[4];
    for (int64_t j = start; j <= last;) {
      const int64_t blocks = (last - j) / 16 + 1;
      const int vectors = blocks < 4 ? (int)blocks : 4;
      const float *from = keys + j / 16 * block;
      if (vectors == 4) CK(decode_scores)(q, from, D, block, 4, part);
      else if (vectors == 3) CK(decode_scores)(q, from, D, block, 3, part);
      else if (vectors == 2) CK(decode_scores)(q, from, D, block, 2, part);
      else CK(decode_scores)(q, from, D, block, 1, part);
      for (int v = 0; v < vectors; v++, j += 16) {
        vf score = part[v] * k->scale;
        if (k->softcap > 0) score = k->softcap * CK(vtanh)(score / k->softcap);
        score = CK(lanes)() <= (int32_t)(last - j) ? score : (vf)-INFINITY;
        if (j < low) score = CK(lanes)() >= (int32_t)(low - j) ? score : (vf)-INFINITY;
        top = CK(vmax)(score, top);
        CK(store)(s + j, score);
      }
    }
    float m = CK(max16)(top);
    for (int64_t j = start; j <= last; j += 16) {
      vf p = CK(vexp_below)(CK(load)(s + j) - m);
      sum += p;
      CK(store)(s + j, p);
    }
    float inverse = 1.0f / CK(sum16)(sum);
    int64_t d = 0;
    for (; d + 8 <= D; d += 8)
      CK(decode_blend)(s, values + d * 16, start, last, block, inverse, 8, o + d);
    for (; d < D; d++)
      CK(decode_blend)(s, values + d * 16, start, last, block, inverse, 1, o + d);
  }
}
