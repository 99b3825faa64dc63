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
    for (; j + CK_TILE <= keys; j += CK_TILE) {
      vf sum[CK_TILE];
      for (int i = 0; i < CK_TILE; i++) sum[i] = CK(load)(to + (j + i) * width + c);
      for (int lane = 0; lane < 16; lane++) {
        vf row = CK(load)(x + lane * width + c);
        for (int i = 0; i < CK_TILE; i++) sum[i] += weights[(j + i) * 16 + lane] * row;
      }
      for (int i = 0; i < CK_TILE; i++) CK(store)(to + (j + i) * width + c, sum[i]);
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
  float *q, *dout, *o, *rows_q, *rows_dout, *dq, *p, *ds, *dk, *dv;
} CK(parts);

CK_INLINE int64_t CK(width)(int64_t D) { return D <= 8 ? 8 : (D + 15) / 16 * 16; }

CK_INLINE CK(parts) CK(divide)(int64_t T, int64_t D) {
  const int64_t W = CK(width)(D);
  float *s = ck_scratch(64 * D + 32 * W + 32 * (T + 16) + 2 * T * W);
  CK(parts) m;
  m.q = s, m.dout = m.q + 16 * D, m.o = m.dout + 16 * D;
  m.dq = m.o + 16 * D, m.rows_q = m.dq + 16 * D, m.rows_dout = m.rows_q + 16 * W;
  m.p = m.rows_dout + 16 * W, m.ds = m.p + 16 * (T + 16);
  m.dk = m.ds + 16 * (T + 16), m.dv = m.dk + T * W;
  return m;
}

/// Scores of m keys for sixteen queries, and products of their values with the gradient: both sums at
/// once, so that twice m additions are under way.
CK_INLINE void CK(scores_twice)(const float *k, int64_t sk, const float *v, int64_t sv, const float *q,
                                const float *dout, int64_t D, int m, vf *score, vf *pull) {
  for (int j = 0; j < m; j++) score[j] = pull[j] = 0.0f;
  for (int64_t d = 0; d < D; d++) {
    vf x = CK(load)(q + d * 16), y = CK(load)(dout + d * 16);
    for (int j = 0; j < m; j++) score[j] += k[j * sk + d] * x;
    for (int j = 0; j < m; j++) pull[j] += v[j * sv + d] * y;
  }
}

/// p and ds of m keys from j on, for the sixteen queries from `first` on.
CK_INLINE void CK(weigh)(const ck_attention *a, const CK(parts) *s, const float *k, const float *v,
                         int64_t j, int64_t first, int m, const int64_t D, vf lse, vf delta) {
  const int64_t sk = a->stride_k, sv = a->stride_v;
  vf score[8], pull[8];
  CK(scores_twice)(k + j * sk, sk, v + j * sv, sv, s->q, s->dout, D, m, score, pull);
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

/// dq of the queries from `begin` up to `end`, and what they add to s->dk and s->dv.
CK_INLINE void CK(attend_backward)(const ck_attention_work *work, const CK(parts) *s, int64_t start,
                                   int64_t begin, int64_t end, int64_t h, const int64_t D) {
  const ck_attention *a = work->a;
  const int64_t W = CK(width)(D), so = a->H * D, g = h / (a->H / a->G);
  const int64_t sq = a->stride_q, sk = a->stride_k, sv = a->stride_v;
  for (int64_t block = begin; block < end; block += 16) {
    // Keys and queries are counted from the first key that is seen.
    const int64_t rows = CK(least)(16, end - block), low = CK(earliest)(a, block);
    const int64_t first = block - low, keys = first + rows;
    const float *k = a->k + (start + low) * sk + g * D, *v = a->v + (start + low) * sv + g * D;
    const float *q = a->q + (start + block) * sq + h * D, *o = a->o + (start + block) * so + h * D;
    const float *dout = work->dout + (start + block) * so + h * D;
    CK(pack_rows)(q, sq, rows, D, W, s->rows_q);
    CK(pack_rows)(dout, so, rows, D, W, s->rows_dout);
    CK(pack_lanes)(q, sq, rows, D, a->scale, s->q);
    CK(pack_lanes)(dout, so, rows, D, 1.0f, s->dout);
    CK(pack_lanes)(o, so, rows, D, 1.0f, s->o);
    vf lse = 0.0f, delta = 0.0f;
    for (int64_t d = 0; d < D; d++) delta += CK(load)(s->o + d * 16) * CK(load)(s->dout + d * 16);
    for (int64_t lane = 0; lane < rows; lane++) lse[lane] = a->lse[(start + block + lane) * a->H + h];
    // Lanes past the last row hold zeros for q and dout: p = exp(0 - 0) = 1 there, times rows of 0.
    int64_t j = 0;
    for (; j + CK_TILE / 2 <= keys; j += CK_TILE / 2)
      CK(weigh)(a, s, k, v, j, first, CK_TILE / 2, D, lse, delta);
    for (; j < keys; j++) CK(weigh)(a, s, k, v, j, first, 1, D, lse, delta);
    CK(blend_all)(k, sk, s->ds, keys, D, s->dq);
    CK(spread)(s->ds, s->rows_q, keys, W, s->dk + low * W);
    CK(spread)(s->p, s->rows_dout, keys, W, s->dv + low * W);
    CK(unpack_lanes)(s->dq, rows, D, work->dq + (start + block) * sq + h * D, sq);
  }
}

/// Where part p of `parts` of T queries begins: causal work grows with the query, so the parts' ends go
/// with the square root.
CK_INLINE int64_t CK(part_start)(int64_t T, int64_t p, int64_t parts) {
  return p >= parts ? T : (int64_t)((double)T * sqrt((double)p / (double)parts)) / 16 * 16;
}

// Items: (sequence, key/value head, part of the queries), so that one item alone writes its dk and dv:
// into the gradients if there is one part, else beside each other, to be added up in order.
static void CK(attention_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_attention_work *work = arguments;
  const ck_attention *a = work->a;
  const int64_t D = a->D, W = CK(width)(D), group = a->H / a->G, N = a->offsets[a->B];
  for (int64_t item = begin; item < end; item++) {
    const int64_t part = item % work->parts, g = item / work->parts % a->G;
    const int64_t b = item / work->parts / a->G, start = a->offsets[b], T = a->offsets[b + 1] - start;
    if (T <= 0) continue;
    const int64_t from = CK(part_start)(T, part, work->parts);
    const int64_t to = CK(part_start)(T, part + 1, work->parts);
    CK(parts) s = CK(divide)(T, D);
    memset(s.dk, 0, (size_t)(2 * T * W) * sizeof(float));
    for (int64_t h = g * group; h < (g + 1) * group; h++) {
      if (D == 8) CK(attend_backward)(work, &s, start, from, to, h, 8);
      else CK(attend_backward)(work, &s, start, from, to, h, D);
    }
    const bool alone = work->parts == 1;
    float *dk = alone ? work->dk : work->partial + 2 * part * N * a->G * D;
    float *dv = alone ? work->dv : dk + N * a->G * D;
    const int64_t sk = alone ? a->stride_k : a->G * D, sv = alone ? a->stride_v : a->G * D;
    for (int64_t j = 0; j < T; j++) {
      memcpy(dk + (start + j) * sk + g * D, s.dk + j * W, (size_t)D * sizeof(float));
      memcpy(dv + (start + j) * sv + g * D, s.dv + j * W, (size_t)D * sizeof(float));
    }
  }
}

// Items: rows of dk and dv, the sums of their parts.
static void CK(attention_parts)(const void *arguments, int64_t begin, int64_t end) {
  const ck_attention_work *work = arguments;
  const int64_t width = work->a->G * work->a->D, size = work->a->offsets[work->a->B] * width;
  for (int64_t row = begin; row < end; row++) {
    for (int which = 0; which < 2; which++) {
      const float *from = work->partial + which * size + row * width;
      float *to = which == 0 ? work->dk + row * work->a->stride_k : work->dv + row * work->a->stride_v;
      memcpy(to, from, (size_t)width * sizeof(float));
      for (int64_t part = 1; part < work->parts; part++) {
        const float *more = from + 2 * part * size;
        for (int64_t c = 0; c < width; c++) to[c] += more[c];
      }
    }
  }
}
