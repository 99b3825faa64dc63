// What sampling does with every logit of a row. Nothing is contracted to fused multiplications, so that
// a token is drawn alike on every instruction set.

enum { CK(sampling_lanes) = 16 };

/// exp(x) for x <= 0; exactly 0 below -87, where float32 would leave its normal range.
/// x = k ln 2 + r with |r| <= ln 2 / 2, and a Taylor polynomial of degree 7 in r: its remainder,
/// r^8 / 8! < 6e-9, is a tenth of a unit in the last place. Branch-free, so that loops vectorise.
CK_INLINE float CK(exp_nonpositive)(float x) {
#pragma clang fp contract(off)
  float bounded = x < -87.0f ? -87.0f : x;
  int32_t k = (int32_t)(bounded * 1.44269504f - 0.5f);
  float kf = (float)k;
  // ln 2 in two parts; the first has few enough bits for kf * part to be exact.
  float r = bounded - kf * 0.693145752f - kf * 1.42860677e-6f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  uint32_t bits = (uint32_t)(k + 127) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return x < -87.0f ? 0.0f : p * scale;
}

/// The largest logit, and whether one is NaN or +infinity. Items: logits, all at once.
static void CK(sampling_largest)(const void *arguments, int64_t begin, int64_t end) {
  ck_sampling_row *k = *(ck_sampling_row *const *)arguments;
  enum { lanes = CK(sampling_lanes) };
  float top[lanes];
  int32_t odd[lanes] = {0};
  for (int j = 0; j < lanes; j++) top[j] = -INFINITY;
  int64_t i = begin;
  for (; i + lanes <= end; i += lanes) {
    for (int j = 0; j < lanes; j++) {
      float v = k->x[i + j];
      top[j] = v > top[j] ? v : top[j];
      odd[j] |= !(v < INFINITY);
    }
  }
  for (; i < end; i++) {
    top[0] = k->x[i] > top[0] ? k->x[i] : top[0];
    odd[0] |= !(k->x[i] < INFINITY);
  }
  k->largest = top[0];
  for (int j = 0; j < lanes; j++) {
    k->largest = top[j] > k->largest ? top[j] : k->largest;
    k->broken |= odd[j] != 0;
  }
}

/// z = (x - shift) / temperature, p = exp(z), and the sum of p. Items: logits, all at once.
static void CK(sampling_exponentials)(const void *arguments, int64_t begin, int64_t end) {
#pragma clang fp contract(off)
  ck_sampling_row *k = *(ck_sampling_row *const *)arguments;
  const float *x = k->x, shift = k->shift, temperature = k->temperature;
  float *z = k->z, *p = k->p;
  for (int64_t i = begin; i < end; i++) {
    z[i] = (x[i] - shift) / temperature;
    p[i] = CK(exp_nonpositive)(z[i]);
  }
  k->sum = 0;
  enum { lanes = 8 };
  double sums[lanes] = {0};
  int64_t i = begin;
  for (; i + lanes <= end; i += lanes) {
    for (int j = 0; j < lanes; j++) sums[j] += (double)p[i + j];
  }
  for (; i < end; i++) sums[0] += (double)p[i];
  for (int j = 0; j < lanes; j++) k->sum += sums[j];
}
