// Passes over floats. A pass walks in sixteens; its last, shorter step goes through a buffer and the
// same arithmetic, so the result of a float does not depend on where a share of the work begins.

// Runs `statement`, which computes vector y from vectors loaded by `fetch`, over begin..<end.
#define CK_PASS(fetch, fetch_some, expression)                                                     \
  do {                                                                                             \
    int64_t i = begin;                                                                             \
    for (; i + 16 <= end; i += 16) {                                                               \
      fetch;                                                                                       \
      CK(store)(out + i, (expression));                                                            \
    }                                                                                              \
    if (i < end) {                                                                                 \
      int64_t some = end - i;                                                                      \
      fetch_some;                                                                                  \
      CK(store_some)(out + i, (expression), some);                                                 \
    }                                                                                              \
    return;                                                                                        \
  } while (0)

#define CK_X(expression)                                                                           \
  CK_PASS(vf x = CK(load)(in + i), vf x = CK(load_some)(in + i, some, 1.0f), expression)

static void CK(unary)(const void *arguments, int64_t begin, int64_t end) {
  const ck_elementwise *k = arguments;
  const float *in = k->a;
  float *out = k->y;
  const float p0 = k->p0, p1 = k->p1;
  switch ((ck_unary_op)k->op) {
  case ck_exp: CK_X(CK(vexp)(x));
  case ck_log: CK_X(CK(vlog)(x));
  case ck_sqrt: CK_X(CK(vsqrt)(x));
  case ck_rsqrt: CK_X(1.0f / CK(vsqrt)(x));
  case ck_abs: CK_X(CK(vabs)(x));
  case ck_sigmoid: CK_X(CK(vsigmoid)(x));
  case ck_log_sigmoid: CK_X((x < 0.0f ? x : (vf)0.0f) - CK(vsoft)(x));
  case ck_tanh: CK_X(CK(vtanh)(x));
  case ck_relu: CK_X(CK(vmax)(x, (vf)0.0f));
  case ck_silu: CK_X(x * CK(vsigmoid)(x));
  case ck_gelu_tanh: CK_X(CK(vgelu_tanh)(x));
  case ck_gelu_erf: CK_X(x * CK(vnormal_cdf)(x));
  case ck_softplus: CK_X((x > 0.0f ? x : (vf)0.0f) + CK(vsoft)(x));
  case ck_square: CK_X(x * x);
  case ck_sign: CK_X(x > 0.0f ? (vf)1.0f : (x < 0.0f ? (vf)-1.0f : (x == 0.0f ? (vf)0.0f : x)));
  case ck_floor: CK_X(CK(vfloor)(x));
  case ck_reciprocal: CK_X(1.0f / x);
  case ck_clamp: CK_X(CK(vmin)(CK(vmax)(x, (vf)p0), (vf)p1));
  case ck_power: CK_X(CK(vpower)(x, p0));
  case ck_affine: CK_X(p0 * x + p1);
  }
}

#define CK_DX(expression)                                                                          \
  CK_PASS(CK_UNUSED vf s = CK(load)(saved + i); vf d = CK(load)(dy + i),                                     \
          CK_UNUSED vf s = CK(load_some)(saved + i, some, 1.0f); vf d = CK(load_some)(dy + i, some, 0.0f),   \
          expression)

// `s` is x, or y where ck_unary_saves_output says so; `d` is dy.
static void CK(unary_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_elementwise *k = arguments;
  const float *dy = k->a, *saved = k->b;
  float *out = k->y;
  const float p0 = k->p0, p1 = k->p1;
  const float c = 0.7978845608028654f;
  switch ((ck_unary_op)k->op) {
  case ck_exp: CK_DX(d * s);                              // y = exp x, dx = dy y
  case ck_log: CK_DX(d / s);                              // dx = dy / x
  case ck_sqrt: CK_DX(d * 0.5f / s);                      // dx = dy / 2y
  case ck_rsqrt: CK_DX(d * -0.5f * s * s * s);            // dx = -dy y^3 / 2
  case ck_abs:
    CK_DX(s > 0.0f ? d : (s < 0.0f ? -d : (vf)0.0f));     // dx = dy sign x
  case ck_sigmoid: CK_DX(d * s * (1.0f - s));             // dx = dy y (1 - y)
  case ck_log_sigmoid: CK_DX(d * CK(vsigmoid)(-s));       // dx = dy sigmoid(-x)
  case ck_tanh: CK_DX(d * (1.0f - s * s));                // dx = dy (1 - y^2)
  case ck_relu: CK_DX(s > 0.0f ? d : (vf)0.0f);
  case ck_silu: {                                         // y = x g, g = sigmoid x
    CK_PASS(vf s = CK(load)(saved + i); vf d = CK(load)(dy + i); vf g = CK(vsigmoid)(s),
            vf s = CK(load_some)(saved + i, some, 1.0f); vf d = CK(load_some)(dy + i, some, 0.0f);
            vf g = CK(vsigmoid)(s), d * g * (1.0f + s * (1.0f - g)));
  }
  case ck_gelu_tanh: {                                    // y = x g, g = sigmoid(2 c (x + a x^3))
#define CK_GELU vf g = CK(vsigmoid)(2.0f * c * (s + 0.044715f * s * s * s))
    CK_PASS(vf s = CK(load)(saved + i); vf d = CK(load)(dy + i); CK_GELU,
            vf s = CK(load_some)(saved + i, some, 1.0f); vf d = CK(load_some)(dy + i, some, 0.0f);
            CK_GELU, d * (g + s * g * (1.0f - g) * 2.0f * c * (1.0f + 0.134145f * s * s)));
#undef CK_GELU
  }
  case ck_gelu_erf:                                       // dx = dy (cdf x + x pdf x)
    CK_DX(d * (CK(vnormal_cdf)(s) + s * 0.3989422804014327f * CK(vexp)(-0.5f * s * s)));
  case ck_softplus: CK_DX(d * CK(vsigmoid)(s));
  case ck_square: CK_DX(d * 2.0f * s);
  case ck_sign: CK_DX(d * 0.0f);
  case ck_floor: CK_DX(d * 0.0f);
  case ck_reciprocal: CK_DX(-d * s * s);                  // dx = -dy y^2
  case ck_clamp: CK_DX(((s >= p0) & (s <= p1)) ? d : (vf)0.0f);
  case ck_power:                                          // dx = dy p x^(p - 1)
    if (p0 == 0.0f) CK_DX(d * 0.0f);
    CK_DX(d * p0 * CK(vpower)(s, p0 - 1.0f));
  case ck_affine: CK_DX(d * p0);
  }
}

CK_INLINE void CK(binary_span)(int32_t op, const float *a, const float *b, float *out,
                               int64_t end) {
  const int64_t begin = 0;
#define CK_AB(expression)                                                                          \
  CK_PASS(vf x = CK(load)(a + i); vf y = CK(load)(b + i),                                          \
          vf x = CK(load_some)(a + i, some, 1.0f); vf y = CK(load_some)(b + i, some, 1.0f),        \
          expression)
#define CK_TEST(condition) CK_AB((condition) ? (vf)1.0f : (vf)0.0f)
  const vf zero = 0.0f, half = 0.5f, one = 1.0f;
  switch ((ck_binary_op)op) {
  case ck_add: CK_AB(x + y);
  case ck_subtract: CK_AB(x - y);
  case ck_multiply: CK_AB(x * y);
  case ck_divide: CK_AB(x / y);
  case ck_pow: CK_AB(CK(vpow)(x, y));
  case ck_minimum: CK_AB(((x < y) | (x != x)) ? x : y);
  case ck_maximum: CK_AB(((x > y) | (x != x)) ? x : y);
  case ck_eq: CK_TEST(x == y);
  case ck_ne: CK_TEST(x != y);
  case ck_lt: CK_TEST(x < y);
  case ck_le: CK_TEST(x <= y);
  case ck_gt: CK_TEST(x > y);
  case ck_ge: CK_TEST(x >= y);
  case ck_pow_da: CK_AB(y == 0.0f ? zero : y * CK(vpow)(x, y - 1.0f));
  case ck_pow_db:
    CK_AB(((x == 0.0f) & (y >= 0.0f)) ? zero : CK(vpow)(x, y) * CK(vlog)(x));
  case ck_minimum_da: CK_AB(x < y ? one : (x == y ? half : zero));
  case ck_maximum_da: CK_AB(x > y ? one : (x == y ? half : zero));
  }
#undef CK_TEST
#undef CK_AB
}

// Both operands contiguous.
static void CK(binary)(const void *arguments, int64_t begin, int64_t end) {
  const ck_elementwise *k = arguments;
  CK(binary_span)(k->op, k->a + begin, k->b + begin, k->y + begin, end - begin);
}

enum { CK(block) = 256 };

/// n floats from x with a stride, in place where they are contiguous, else in `buffer`.
CK_INLINE const float *CK(packed)(const float *x, int64_t stride, int64_t n, float *buffer) {
  if (stride == 1) return x;
  for (int64_t i = 0; i < n; i++) buffer[i] = x[i * stride];
  return buffer;
}

CK_INLINE void CK(place)(const ck_layout *l, int64_t row, int64_t *a, int64_t *b) {
  *a = *b = 0;
  for (int axis = l->rank - 2; axis >= 0; axis--) {
    int64_t at = row % l->size[axis];
    row /= l->size[axis];
    *a += at * l->a[axis];
    *b += at * l->b[axis];
  }
}

static void CK(binary_rows)(const void *arguments, int64_t begin, int64_t end) {
  const ck_strided *k = arguments;
  const ck_layout *l = k->layout;
  const int last = l->rank - 1;
  const int64_t n = l->size[last], sa = l->a[last], sb = l->b[last];
  float pa[CK(block)], pb[CK(block)];
  for (int64_t row = begin; row < end; row++) {
    int64_t a, b;
    CK(place)(l, row, &a, &b);
    for (int64_t i = 0; i < n; i += CK(block)) {
      int64_t m = n - i < CK(block) ? n - i : CK(block);
      const float *xa = CK(packed)(k->a + a + i * sa, sa, m, pa);
      const float *xb = CK(packed)(k->b + b + i * sb, sb, m, pb);
      CK(binary_span)(k->op, xa, xb, k->y + row * n + i, m);
    }
  }
}

// y (strides b) = or += a (strides a); op 1 adds. The walk of `b` may not fold places together.
static void CK(accumulate_rows)(const void *arguments, int64_t begin, int64_t end) {
  const ck_strided *k = arguments;
  const ck_layout *l = k->layout;
  const int last = l->rank - 1;
  const int64_t n = l->size[last], sa = l->a[last], sb = l->b[last];
  for (int64_t row = begin; row < end; row++) {
    int64_t at_a, at_b;
    CK(place)(l, row, &at_a, &at_b);
    const float *a = k->a + at_a;
    float *b = k->y + at_b;
    if (k->op == 0) {
      if (sa == 1 && sb == 1) memcpy(b, a, (size_t)n * sizeof(float));
      else for (int64_t i = 0; i < n; i++) b[i * sb] = a[i * sa];
    } else {
      if (sa == 1 && sb == 1) for (int64_t i = 0; i < n; i++) b[i] += a[i];
      else for (int64_t i = 0; i < n; i++) b[i * sb] += a[i * sa];
    }
  }
}

static void CK(fill)(const void *arguments, int64_t begin, int64_t end) {
  const ck_elementwise *k = arguments;
  for (int64_t i = begin; i < end; i++) k->y[i] = k->p0;
}

static void CK(select)(const void *arguments, int64_t begin, int64_t end) {
  const ck_elementwise *k = arguments;
  const float *mask = k->c, *a = k->a, *b = k->b;
  float *y = k->y;
  for (int64_t i = begin; i < end; i++) y[i] = mask[i] != 0.0f ? a[i] : b[i];
}

// out = g s u, s = sigmoid g
static void CK(swiglu)(const void *arguments, int64_t begin, int64_t end) {
  const ck_elementwise *k = arguments;
  const float *gate = k->a, *up = k->b;
  float *out = k->y;
  CK_PASS(vf g = CK(load)(gate + i); vf u = CK(load)(up + i),
          vf g = CK(load_some)(gate + i, some, 0.0f); vf u = CK(load_some)(up + i, some, 0.0f),
          g * CK(vsigmoid)(g) * u);
}

// dg = dout u s (1 + g (1 - s)); du = dout g s
static void CK(swiglu_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_elementwise *k = arguments;
  for (int64_t i = begin; i < end; i += 16) {
    int64_t some = end - i;
    bool whole = some >= 16;
    vf g = whole ? CK(load)(k->a + i) : CK(load_some)(k->a + i, some, 0.0f);
    vf u = whole ? CK(load)(k->b + i) : CK(load_some)(k->b + i, some, 0.0f);
    vf d = whole ? CK(load)(k->c + i) : CK(load_some)(k->c + i, some, 0.0f);
    vf s = CK(vsigmoid)(g);
    vf dg = d * u * s * (1.0f + g * (1.0f - s)), du = d * g * s;
    if (whole) {
      CK(store)(k->y + i, dg);
      CK(store)(k->z + i, du);
    } else {
      CK(store_some)(k->y + i, dg, some);
      CK(store_some)(k->z + i, du, some);
    }
  }
}
#undef CK_X
#undef CK_DX
