// Sixteen floats at a time: one zmm register, two ymm or four xmm, so that sums group alike on every
// instruction set. The functions are good to about 1 ulp (tanh 2); constants after Moshier's Cephes.

CK_INLINE vf CK(load)(const float *p) {
  vf x;
  memcpy(&x, p, sizeof x);
  return x;
}
CK_INLINE void CK(store)(float *p, vf x) { memcpy(p, &x, sizeof x); }

/// The first n of sixteen floats, the rest `rest`.
CK_INLINE vf CK(load_some)(const float *p, int64_t n, float rest) {
  float lanes[16];
  for (int i = 0; i < 16; i++) lanes[i] = rest;
  memcpy(lanes, p, (size_t)n * sizeof(float));
  return CK(load)(lanes);
}
/// The first n of sixteen floats, which may be all; the rest 0.
CK_INLINE vf CK(load_first)(const float *p, int64_t n) {
  return n >= 16 ? CK(load)(p) : CK(load_some)(p, n, 0.0f);
}
CK_INLINE void CK(store_some)(float *p, vf x, int64_t n) {
  float lanes[16];
  CK(store)(lanes, x);
  memcpy(p, lanes, (size_t)n * sizeof(float));
}

CK_INLINE vi CK(load_ints)(const int32_t *p) {
  vi x;
  memcpy(&x, p, sizeof x);
  return x;
}

CK_INLINE vi CK(bits)(vf x) { return (vi)x; }
CK_INLINE vf CK(floats)(vi x) { return (vf)x; }

CK_INLINE vi CK(lanes)(void) {
  return (vi){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
}

/// Sixteen bf16, of any alignment.
CK_INLINE vf CK(load_bf16)(const void *p) {
  uint16_t half __attribute__((ext_vector_type(16)));
  memcpy(&half, p, sizeof half);
  return CK(floats)(__builtin_convertvector(half, vi) << 16);
}

CK_INLINE vf CK(vabs)(vf x) { return CK(floats)(CK(bits)(x) & 0x7fffffff); }
CK_INLINE vf CK(vcopysign)(vf x, vf sign) {
  return CK(floats)((CK(bits)(x) & 0x7fffffff) | (CK(bits)(sign) & (int32_t)0x80000000));
}
/// NaN where either is NaN.
CK_INLINE vf CK(vmax)(vf a, vf b) { return ((a > b) | (a != a)) ? a : b; }
CK_INLINE vf CK(vmin)(vf a, vf b) { return ((a < b) | (a != a)) ? a : b; }
CK_INLINE vf CK(vsqrt)(vf x) { return __builtin_elementwise_sqrt(x); }

CK_INLINE float CK(sum16)(vf x) {
  vf8 a = x.lo + x.hi;
  __typeof__(a.lo) b = a.lo + a.hi;
  return (b.x + b.z) + (b.y + b.w);
}
CK_INLINE float CK(max16)(vf x) {
  float m = x[0];
  for (int i = 1; i < 16; i++) m = (m > x[i] || m != m) ? m : x[i];
  return m;
}

CK_INLINE vf CK(vexp)(vf x) {
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  x = x > 89.0f ? (vf)89.0f : x;    // exp overflows to infinity from 88.73
  x = x < -104.0f ? (vf)-104.0f : x;
  vf shifted = x * 1.44269504088896341f + magic;
  vf n = shifted - magic;
  vi exponent = CK(bits)(shifted) - CK(bits)((vf)magic);
  vf r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  vf p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  vf y = p * (r * r) + r + 1.0f;
  vi half = exponent >> 1;  // 2^n as two factors reaches infinity and the subnormals
  return y * CK(floats)((half + 127) << 23) * CK(floats)((exponent - half + 127) << 23);
}

/// exp of what is at most about 0, below -87 flushed to 0: the weights of a softmax.
CK_INLINE vf CK(vexp_below)(vf x) {
  const float magic = 12582912.0f;
  vf shifted = x * 1.44269504088896341f + magic;
  vf n = shifted - magic;
  vf r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  vf p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  vf y = p * (r * r) + r + 1.0f;
  y = CK(floats)(CK(bits)(y) + (CK(bits)(shifted) << 23));  // times 2^n: the low bits hold n
  return x < -87.0f ? (vf)0.0f : y;
}

CK_INLINE vf CK(vlog)(vf x) {
  vi small = x < 1.17549435e-38f;
  vf scaled = small ? x * 8388608.0f : x;
  vi bits = CK(bits)(scaled);
  vi exponent = ((bits >> 23) & 0xff) - 127 + (small & -23);
  vf m = CK(floats)((bits & 0x7fffff) | 0x3f800000);
  vi big = m > 1.41421356f;
  m = big ? m * 0.5f : m;
  vf e = __builtin_convertvector(exponent - big, vf);  // big is -1 where true
  vf f = m - 1.0f, z = f * f;
  vf y = f * 7.0376836292e-2f - 1.1514610310e-1f;
  y = y * f + 1.1676998740e-1f;
  y = y * f - 1.2420140846e-1f;
  y = y * f + 1.4249322787e-1f;
  y = y * f - 1.6668057665e-1f;
  y = y * f + 2.0000714765e-1f;
  y = y * f - 2.4999993993e-1f;
  y = y * f + 3.3333331174e-1f;
  y = y * f * z;
  y = y - e * 2.12194440e-4f;
  y = y - z * 0.5f;
  vf r = f + y;
  r = r + e * 0.693359375f;
  r = x == (vf)INFINITY ? x : r;
  r = x == 0.0f ? (vf)-INFINITY : r;
  r = x < 0.0f ? (vf)NAN : r;
  return x != x ? x : r;
}

/// log(1 + u) for u in 0...1: the rounding of 1 + u is put right by its derivative.
CK_INLINE vf CK(vlog1p)(vf u) {
  vf w = 1.0f + u;
  return CK(vlog)(w) + (u - (w - 1.0f)) / w;
}

CK_INLINE vf CK(vtanh)(vf x) {
  vf a = CK(vabs)(x), z = x * x;
  vf p = z * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  vf near = p * z * x + x;
  vf far = CK(vcopysign)(1.0f - 2.0f / (CK(vexp)(a + a) + 1.0f), x);
  return a < 0.625f ? near : far;
}

CK_INLINE vf CK(vsigmoid)(vf x) {
  vf e = CK(vexp)(-CK(vabs)(x));
  vf s = 1.0f / (1.0f + e);
  return x >= 0.0f ? s : e * s;
}
/// log(1 + exp(-|x|)), NaN for NaN.
CK_INLINE vf CK(vsoft)(vf x) { return CK(vlog1p)(CK(vexp)(-CK(vabs)(x))); }

CK_INLINE vf CK(vfloor)(vf x) { return __builtin_elementwise_floor(x); }
CK_INLINE vf CK(vpow)(vf a, vf b) {
  for (int i = 0; i < 16; i++) a[i] = powf(a[i], b[i]);
  return a;
}
CK_INLINE vf CK(vpower)(vf x, float p) {
  if (p == 2.0f) return x * x;
  if (p == 1.0f) return x;
  if (p == 3.0f) return x * x * x;
  if (p == -1.0f) return 1.0f / x;
  if (p == 0.0f) return (vf)1.0f;
  return CK(vpow)(x, (vf)p);
}
/// Standard normal distribution function, by the complementary error function (relative accuracy in
/// the left tail).
CK_INLINE vf CK(vnormal_cdf)(vf x) {
  for (int i = 0; i < 16; i++) x[i] = 0.5f * erfcf(-x[i] * 0.70710678118654752f);
  return x;
}
/// x Phi(x) by its tanh approximation (Hendrycks and Gimpel 2016), tanh written as a sigmoid.
CK_INLINE vf CK(vgelu_tanh)(vf x) {
  const float c = 0.7978845608028654f;  // sqrt(2 / pi)
  return x * CK(vsigmoid)(2.0f * c * (x + 0.044715f * x * x * x));
}
