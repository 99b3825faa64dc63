// Softmax and what is made of it, over rows [N, C].

/// log sum exp of scale * x over a row, less its maximum, which goes to `row_maximum`; NaN where that
/// is infinite. Kept apart, for their sum loses what the second holds: at logits of 1e4 a float
/// resolves 1e-3.
CK_INLINE float CK(row_rest)(const float *x, int64_t n, float scale, float *row_maximum) {
  float top = CK(row_max)(x, n) * scale;
  *row_maximum = top;
  if (top == INFINITY || top == -INFINITY) return NAN;
  vf s0 = 0.0f, s1 = 0.0f;
  int64_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 += CK(vexp)(CK(load)(x + i) * scale - top);
    s1 += CK(vexp)(CK(load)(x + i + 16) * scale - top);
  }
  for (; i + 16 <= n; i += 16) s0 += CK(vexp)(CK(load)(x + i) * scale - top);
  if (i < n) s1 += CK(vexp)(CK(load_some)(x + i, n - i, -INFINITY) * scale - top);
  return logf(CK(sum16)(s0 + s1));
}

#define CK_ROW(statement)                                                                          \
  for (int64_t i = 0; i < C; i += 16) {                                                            \
    int64_t some = C - i;                                                                          \
    statement;                                                                                     \
    if (some >= 16) CK(store)(out + i, o);                                                         \
    else CK(store_some)(out + i, o, some);                                                         \
  }
#define CK_GET(p, rest) (some >= 16 ? CK(load)((p) + i) : CK(load_some)((p) + i, some, rest))

// y = exp(x - max) / sum
static void CK(softmax)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->x + r * C;
    float *out = k->out + r * C;
    float top = CK(row_max)(x, C);
    vf sum = 0.0f;
    CK_ROW(vf o = CK(vexp)(CK_GET(x, -INFINITY) - top); sum += o)
    float inverse = 1.0f / CK(sum16)(sum);
    CK_ROW(vf o = CK_GET(out, 0.0f) * inverse)
  }
}

/// Sum of a * b over a row.
CK_INLINE float CK(row_dot)(const float *a, const float *b, int64_t n) {
  vf s0 = 0.0f, s1 = 0.0f;
  int64_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 += CK(load)(a + i) * CK(load)(b + i);
    s1 += CK(load)(a + i + 16) * CK(load)(b + i + 16);
  }
  for (; i + 16 <= n; i += 16) s0 += CK(load)(a + i) * CK(load)(b + i);
  if (i < n) s1 += CK(load_some)(a + i, n - i, 0.0f) * CK(load_some)(b + i, n - i, 0.0f);
  return CK(sum16)(s0 + s1);
}

// dx = y (dy - sum(dy y))
static void CK(softmax_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  for (int64_t r = begin; r < end; r++) {
    const float *dy = k->dy + r * C, *y = k->y + r * C;
    float *out = k->out + r * C;
    float dot = CK(row_dot)(dy, y, C);
    CK_ROW(vf o = CK_GET(y, 0.0f) * (CK_GET(dy, 0.0f) - dot))
  }
}

// y = x - lse
static void CK(log_softmax)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->x + r * C;
    float *out = k->out + r * C, top;
    float rest = CK(row_rest)(x, C, 1.0f, &top);
    CK_ROW(vf o = (CK_GET(x, 0.0f) - top) - rest)
  }
}

// dx = dy - exp(y) sum(dy)
static void CK(log_softmax_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  for (int64_t r = begin; r < end; r++) {
    const float *dy = k->dy + r * C, *y = k->y + r * C;
    float *out = k->out + r * C;
    float sum = (float)CK(row_sum)(dy, C);
    CK_ROW(vf o = CK_GET(dy, 0.0f) - CK(vexp)(CK_GET(y, 0.0f)) * sum)
  }
}

static void CK(logsumexp)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  for (int64_t r = begin; r < end; r++) {
    float top, rest = CK(row_rest)(k->x + r * k->C, k->C, 1.0f, &top);
    // An infinite maximum is the answer itself.
    k->out[r] = top == INFINITY || top == -INFINITY ? top : top + rest;
  }
}

// dx = dy exp(x - y)
static void CK(logsumexp_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->x + r * C, d = k->dy[r], y = k->y[r];
    float *out = k->out + r * C;
    CK_ROW(vf o = d * CK(vexp)(CK_GET(x, 0.0f) - y))
  }
}

// y = -sum(p log p), log p = x - top - rest; a place of probability 0 adds nothing
static void CK(token_entropy)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->x + r * C;
    float top;
    float rest = CK(row_rest)(x, C, 1.0f, &top);
    vf sum = 0.0f;
    for (int64_t i = 0; i < C; i += 16) {
      int64_t some = C - i;
      vf l = (CK_GET(x, -INFINITY) - top) - rest;
      vf p = CK(vexp)(l);
      sum += p == 0.0f ? (vf)0.0f : p * l;
    }
    k->lse[r] = rest;
    k->out[r] = -CK(sum16)(sum);
  }
}

// dx = -dy p (log p + y)
static void CK(token_entropy_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->x + r * C, d = k->dy[r], rest = k->lse[r], y = k->y[r];
    const float top = CK(row_max)(x, C);
    float *out = k->out + r * C;
    CK_ROW(vf l = (CK_GET(x, 0.0f) - top) - rest; vf p = CK(vexp)(l);
           vf o = p == 0.0f ? (vf)0.0f : -d * p * (l + y))
  }
}
