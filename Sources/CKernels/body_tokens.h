// What logits [N, V] say of one token of each row: its log-probability, the distribution's entropy and
// its likeliest token, from two passes over a row.

// With s = 1 / temperature: rest [N, 2] keeps top = max(s x) and log sum exp(s x - top), apart, for
// their sum loses what the second holds; y = s x[target] - top - rest; entropy = rest - sum p (s x -
// top), where a place of probability 0 adds nothing. All NaN where the maximum is infinite.
static void CK(token_scores)(const void *arguments, int64_t begin, int64_t end) {
  const ck_token_work *k = arguments;
  const int64_t V = k->V;
  const float scale = k->scale;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->logits + r * V;
    const float most = CK(row_max)(x, V), top = most * scale;
    float rest = NAN, mean = NAN;
    if (top != INFINITY && top != -INFINITY) {
      vf s0 = 0.0f, s1 = 0.0f, t0 = 0.0f, t1 = 0.0f;
      int64_t i = 0;
#define CK_TERM(s, t, load)                                                                        \
  do {                                                                                             \
    vf l = (load) * scale - top, e = CK(vexp_below)(l);                                            \
    s += e;                                                                                        \
    t += e == 0.0f ? (vf)0.0f : e * l;                                                             \
  } while (0)
      for (; i + 32 <= V; i += 32) {
        CK_TERM(s0, t0, CK(load)(x + i));
        CK_TERM(s1, t1, CK(load)(x + i + 16));
      }
      for (; i + 16 <= V; i += 16) CK_TERM(s0, t0, CK(load)(x + i));
      if (i < V) CK_TERM(s1, t1, CK(load_some)(x + i, V - i, -INFINITY));
#undef CK_TERM
      const float sum = CK(sum16)(s0 + s1);
      rest = logf(sum);
      mean = CK(sum16)(t0 + t1) / sum;
    }
    k->rest[2 * r] = top;
    k->rest[2 * r + 1] = rest;
    k->y[r] = (x[k->targets[r]] * scale - top) - rest;
    k->entropy[r] = rest - mean;
    k->best[r] = (int32_t)CK(row_place)(x, V, most);
  }
}

// dx = dy s (1[target] - exp(s x - top - rest)); dx may be the logits' own memory.
static void CK(token_scores_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_token_work *k = arguments;
  const int64_t V = k->V;
  const float s = k->scale;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->logits + r * V, d = k->dy[r] * s;
    const float top = k->rest[2 * r], rest = k->rest[2 * r + 1];
    float *out = k->dx + r * V;
    int64_t i = 0;
    for (; i + 16 <= V; i += 16)
      CK(store)(out + i, -d * CK(vexp_below)((CK(load)(x + i) * s - top) - rest));
    if (i < V) {
      vf l = (CK(load_some)(x + i, V - i, 0.0f) * s - top) - rest;
      CK(store_some)(out + i, -d * CK(vexp_below)(l), V - i);
    }
    out[k->targets[r]] += d;
  }
}
