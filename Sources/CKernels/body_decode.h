// Attention of single new tokens against cached keys and values, which lie with positions innermost
// ([rows, G, D, capacity]) so that both passes run along contiguous memory. Every sum is one chain;
// several run side by side.

/// out[v] = sum over d of q[d] * keys[d][j + 16 v ...], 16 positions each.
CK_INLINE void CK(decode_scores)(const float *q, const float *keys, int64_t D, int64_t capacity,
                                 const int vectors, vf *out) {
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) out[v] = 0.0f;
  for (int64_t d = 0; d < D; d++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) out[v] += q[d] * CK(load)(keys + d * capacity + 16 * v);
  }
}

/// o[0..<rows] = the sums over start...last of p times rows of `values`, times `inverse`.
CK_INLINE void CK(decode_blend)(const float *p, const float *values, int64_t start, int64_t last,
                                int64_t capacity, float inverse, const int rows, float *o) {
  vf total[4];
#pragma clang loop unroll(full)
  for (int d = 0; d < rows; d++) total[d] = 0.0f;
  int64_t j = start;
  for (; j + 16 <= last + 1; j += 16) {
    vf weights = CK(load)(p + j);
#pragma clang loop unroll(full)
    for (int d = 0; d < rows; d++) total[d] += weights * CK(load)(values + d * capacity + j);
  }
  for (int d = 0; d < rows; d++) {
    // What lies in the cache past the last position is another row's past: not even times 0.
    if (j <= last)
      total[d] += CK(load)(p + j) * CK(load_some)(values + d * capacity + j, last + 1 - j, 0.0f);
    o[d] = CK(sum16)(total[d]) * inverse;
  }
}

// Items: (token, head).
static void CK(decode_attention)(const void *arguments, int64_t begin, int64_t end) {
  const ck_decode_work *k = arguments;
  const int64_t H = k->H, G = k->G, D = k->D, cap = k->capacity, group = H / G;
  for (int64_t item = begin; item < end; item++) {
    const int64_t n = item / H, h = item % H, last = k->positions[n];
    const int64_t base = (k->rows[n] * G + h / group) * D * cap;
    const float *q = k->q + n * k->q_stride + h * D;
    const float *keys = k->keys + base, *values = k->values + base;
    float *s = ck_scratch(cap), *o = k->o + item * D;
    const int64_t low = k->window > 0 && last >= k->window ? last - k->window + 1 : 0;
    const int64_t start = low / 16 * 16;
    vf top = -INFINITY, sum = 0.0f, part[4];
    for (int64_t j = start; j <= last;) {
      const int vectors = last - j >= 48 ? 4 : 1;
      if (vectors == 4) CK(decode_scores)(q, keys + j, D, cap, 4, part);
      else CK(decode_scores)(q, keys + j, D, cap, 1, part);
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
    for (; d + 4 <= D; d += 4)
      CK(decode_blend)(s, values + d * cap, start, last, cap, inverse, 4, o + d);
    for (; d < D; d++) CK(decode_blend)(s, values + d * cap, start, last, cap, inverse, 1, o + d);
  }
}
