// Attention of single new tokens against cached keys and values, which lie with positions innermost
// ([rows, G, D, capacity]) so that both passes run along contiguous memory.

// Items: (token, head).
static void CK(decode_attention)(const void *arguments, int64_t begin, int64_t end) {
  const ck_decode_work *k = arguments;
  const int64_t H = k->H, G = k->G, D = k->D, cap = k->capacity, group = H / G;
  for (int64_t item = begin; item < end; item++) {
    const int64_t n = item / H, h = item % H, last = k->positions[n];
    const int64_t base = (k->rows[n] * G + h / group) * D * cap;
    const float *q = k->q + item * D, *keys = k->keys + base, *values = k->values + base;
    float *s = ck_scratch(cap), *o = k->o + item * D;
    const int64_t low = k->window > 0 && last >= k->window ? last - k->window + 1 : 0;
    const int64_t start = low / 16 * 16;
    vf top = -INFINITY, sum = 0.0f;
    for (int64_t j = start; j <= last; j += 16) {
      vf score = 0.0f;
      for (int64_t d = 0; d < D; d++) score += q[d] * CK(load)(keys + d * cap + j);
      score *= k->scale;
      if (k->softcap > 0) score = k->softcap * CK(vtanh)(score / k->softcap);
      score = CK(lanes)() <= (int32_t)(last - j) ? score : (vf)-INFINITY;
      if (j < low) score = CK(lanes)() >= (int32_t)(low - j) ? score : (vf)-INFINITY;
      top = CK(vmax)(score, top);
      CK(store)(s + j, score);
    }
    float m = CK(max16)(top);
    for (int64_t j = start; j <= last; j += 16) {
      vf p = CK(vexp_below)(CK(load)(s + j) - m);
      sum += p;
      CK(store)(s + j, p);
    }
    float inverse = 1.0f / CK(sum16)(sum);
    for (int64_t d = 0; d < D; d++) {
      const float *v = values + d * cap;
      vf total = 0.0f;
      int64_t j = start;
      for (; j + 16 <= last + 1; j += 16) total += CK(load)(s + j) * CK(load)(v + j);
      // What lies in the cache past the last position is another row's past: not even times 0.
      if (j <= last) total += CK(load)(s + j) * CK(load_some)(v + j, last + 1 - j, 0.0f);
      o[d] = CK(sum16)(total) * inverse;
    }
  }
}
