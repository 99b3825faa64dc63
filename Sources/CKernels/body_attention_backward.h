// Backward of causal attention: scores are computed again from the kept log-normaliser.
//   p = exp(scale q k - lse)       delta = sum over d of dout o
//   ds = scale p (dout v - delta)  dq = ds k   dk = ds^T q   dv = p^T dout
// With softcap the score is c = softcap tanh(scale q k / softcap), and ds has 1 - (c / softcap)^2
// besides.

/// to[j] += sum over sixteen lanes of weights[j][lane] * x[lane], rows of `width` (8 or 16 n) floats.
CK_INLINE void CK(spread16)(const float *weights, const float *x, int64_t keys, int64_t width,
                            float *to) {
  for (int64_t c = 0; c < width; c += 16) {
    int64_t j = 0;
    for (; j + 4 <= keys; j += 4) {
      vf sum[4];
      for (int i = 0; i < 4; i++) sum[i] = CK(load)(to + (j + i) * width + c);
      for (int lane = 0; lane < 16; lane++) {
        vf row = CK(load)(x + lane * width + c);
        for (int i = 0; i < 4; i++) sum[i] += weights[(j + i) * 16 + lane] * row;
      }
      for (int i = 0; i < 4; i++) CK(store)(to + (j + i) * width + c, sum[i]);
    }
    for (; j < keys; j++) {
      vf sum = CK(load)(to + j * width + c);
      for (int lane = 0; lane < 16; lane++)
        sum += weights[j * 16 + lane] * CK(load)(x + lane * width + c);
      CK(store)(to + j * width + c, sum);
    }
  }
}

CK_INLINE void CK(spread8)(const float *weights, const float *x, int64_t keys, float *to) {
  int64_t j = 0;
  vf8 row[16];
  for (int lane = 0; lane < 16; lane++) memcpy(&row[lane], x + lane * 8, sizeof(vf8));
  for (; j + 4 <= keys; j += 4) {
    vf8 sum[4];
    memcpy(sum, to + j * 8, sizeof sum);
    for (int lane = 0; lane < 16; lane++)
      for (int i = 0; i < 4; i++) sum[i] += weights[(j + i) * 16 + lane] * row[lane];
    memcpy(to + j * 8, sum, sizeof sum);
  }
  for (; j < keys; j++) {
    vf8 sum;
    memcpy(&sum, to + j * 8, sizeof sum);
    for (int lane = 0; lane < 16; lane++) sum += weights[j * 16 + lane] * row[lane];
    memcpy(to + j * 8, &sum, sizeof sum);
  }
}

CK_INLINE void CK(spread)(const float *weights, const float *x, int64_t keys, int64_t width,
                          float *to) {
  if (width == 8) CK(spread8)(weights, x, keys, to);
  else CK(spread16)(weights, x, keys, width, to);
}

/// Sixteen rows of D floats with a stride, side by side in rows of `width`; the rest is 0.
CK_INLINE void CK(pack_rows)(const float *x, int64_t stride, int64_t rows, int64_t D, int64_t width,
                             float *to) {
  memset(to, 0, (size_t)(16 * width) * sizeof(float));
  for (int64_t r = 0; r < rows; r++)
    memcpy(to + r * width, x + r * stride, (size_t)D * sizeof(float));
}

/// Where the parts of one thread's scratch lie, for sequences of T and heads of D.
typedef struct {
  float *q, *dout, *rows_q, *rows_dout, *dq, *p, *ds, *dk, *dv;
} CK(parts);

CK_INLINE int64_t CK(width)(int64_t D) { return D <= 8 ? 8 : (D + 15) / 16 * 16; }

CK_INLINE CK(parts) CK(divide)(int64_t T, int64_t D) {
  const int64_t W = CK(width)(D);
  float *s = ck_scratch(48 * D + 32 * W + 32 * (T + 16) + 2 * T * W);
  CK(parts) m;
  m.q = s, m.dout = m.q + 16 * D, m.dq = m.dout + 16 * D;
  m.rows_q = m.dq + 16 * D, m.rows_dout = m.rows_q + 16 * W;
  m.p = m.rows_dout + 16 * W, m.ds = m.p + 16 * (T + 16);
  m.dk = m.ds + 16 * (T + 16), m.dv = m.dk + T * W;
  return m;
}

/// p and ds of m keys from j on, for the sixteen queries from `first` on.
CK_INLINE void CK(weigh)(const ck_attention *a, const CK(parts) *s, const float *k, const float *v,
                         int64_t j, int64_t first, int m, const int64_t D, vf lse, vf delta) {
  const int64_t sk = a->G * D;
  vf score[8], pull[8];
  CK(scores)(k + j * sk, sk, s->q, D, m, score);
  CK(scores)(v + j * sk, sk, s->dout, D, m, pull);
  const int64_t old = a->window > 0 ? first + 16 - a->window : 0;
  for (int i = 0; i < m; i++) {
    vf slope = a->scale;
    if (a->softcap > 0) {
      vf bent = CK(vtanh)(score[i] / a->softcap);
      score[i] = a->softcap * bent;
      slope *= 1.0f - bent * bent;
    }
    vf p = CK(vexp_below)(score[i] - lse);
    if (j + m > first) p = CK(causal)(p, j + i, first, 0.0f);
    if (j < old) p = CK(within)(p, j + i, first, a->window, 0.0f);
    vf ds = p * (pull[i] - delta) * slope;
    if (j + m > first) ds = CK(causal)(ds, j + i, first, 0.0f);
    if (j < old) ds = CK(within)(ds, j + i, first, a->window, 0.0f);
    CK(store)(s->p + (j + i) * 16, p);
    CK(store)(s->ds + (j + i) * 16, ds);
  }
}

CK_INLINE void CK(attend_backward)(const ck_attention_work *work, const CK(parts) *s, int64_t start,
                                   int64_t T, int64_t h, const int64_t D) {
  const ck_attention *a = work->a;
  const int64_t W = CK(width)(D), sq = a->H * D, sk = a->G * D, g = h / (a->H / a->G);
  for (int64_t block = 0; block < T; block += 16) {
    // Keys and queries are counted from the first key that is seen.
    const int64_t rows = CK(least)(16, T - block), low = CK(earliest)(a, block);
    const int64_t first = block - low, keys = first + rows, at = (start + block) * sq + h * D;
    const float *k = a->k + (start + low) * sk + g * D, *v = a->v + (start + low) * sk + g * D;
    CK(pack_rows)(a->q + at, sq, rows, D, W, s->rows_q);
    CK(pack_rows)(work->dout + at, sq, rows, D, W, s->rows_dout);
    CK(pack_lanes)(a->q + at, sq, rows, D, a->scale, s->q);
    CK(pack_lanes)(work->dout + at, sq, rows, D, 1.0f, s->dout);
    vf lse = 0.0f, delta = 0.0f;
    for (int64_t lane = 0; lane < rows; lane++) {
      float sum = 0.0f;
      const float *o = a->o + at + lane * sq, *d = work->dout + at + lane * sq;
      for (int64_t c = 0; c < D; c++) sum += o[c] * d[c];
      delta[lane] = sum;
      lse[lane] = a->lse[(start + block + lane) * a->H + h];
    }
    // Lanes past the last row hold zeros for q and dout: p = exp(0 - 0) = 1 there, times rows of 0.
    int64_t j = 0;
    for (; j + 4 <= keys; j += 4) CK(weigh)(a, s, k, v, j, first, 4, D, lse, delta);
    for (; j < keys; j++) CK(weigh)(a, s, k, v, j, first, 1, D, lse, delta);
    CK(blend_all)(k, sk, s->ds, keys, D, s->dq);
    CK(spread)(s->ds, s->rows_q, keys, W, s->dk + low * W);
    CK(spread)(s->p, s->rows_dout, keys, W, s->dv + low * W);
    for (int64_t lane = 0; lane < rows; lane++)
      for (int64_t d = 0; d < D; d++) work->dq[at + lane * sq + d] = s->dq[d * 16 + lane];
  }
}

// Items: (sequence, key/value head), so that one item alone writes its dk and dv.
static void CK(attention_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_attention_work *work = arguments;
  const ck_attention *a = work->a;
  const int64_t D = a->D, W = CK(width)(D), sk = a->G * D, group = a->H / a->G;
  for (int64_t item = begin; item < end; item++) {
    int64_t b = item / a->G, g = item % a->G, start = a->offsets[b];
    int64_t T = a->offsets[b + 1] - start;
    if (T <= 0) continue;
    CK(parts) s = CK(divide)(T, D);
    memset(s.dk, 0, (size_t)(2 * T * W) * sizeof(float));
    for (int64_t h = g * group; h < (g + 1) * group; h++) {
      if (D == 8) CK(attend_backward)(work, &s, start, T, h, 8);
      else CK(attend_backward)(work, &s, start, T, h, D);
    }
    for (int64_t j = 0; j < T; j++) {
      memcpy(work->dk + (start + j) * sk + g * D, s.dk + j * W, (size_t)D * sizeof(float));
      memcpy(work->dv + (start + j) * sk + g * D, s.dv + j * W, (size_t)D * sizeof(float));
    }
  }
}
