// The optimizer's pass, and the one product oneDNN does not order.

// Items: columns. y = x B, sums over k in order.
static void CK(vector_matrix)(const void *arguments, int64_t begin, int64_t end) {
  const ck_product_work *w = arguments;
  for (int64_t column = begin; column < end; column += 64) {
    int64_t some = end - column < 64 ? end - column : 64;
    float sum[64] = {0};
    const float *b = w->b + column;
    if (some == 64) {
      vf s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;
      for (int64_t i = 0; i < w->k; i++, b += w->ldb) {
        float x = w->x[i];
        s0 += x * CK(load)(b);
        s1 += x * CK(load)(b + 16);
        s2 += x * CK(load)(b + 32);
        s3 += x * CK(load)(b + 48);
      }
      CK(store)(sum, s0);
      CK(store)(sum + 16, s1);
      CK(store)(sum + 32, s2);
      CK(store)(sum + 48, s3);
    } else {
      for (int64_t i = 0; i < w->k; i++, b += w->ldb)
        for (int64_t c = 0; c < some; c++) sum[c] += w->x[i] * b[c];
    }
    memcpy(w->y + column, sum, (size_t)some * sizeof(float));
  }
}

// Loshchilov and Hutter 2019 (algorithm 2) in PyTorch's form:
//   p -= lr wd p;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
//   p -= lr / c1 * m / (sqrt(v) / sqrt(c2) + eps),  c = 1 - b^step
static void CK(adamw)(const void *arguments, int64_t begin, int64_t end) {
  const ck_adamw_work *w = arguments;
  const ck_adamw_settings *s = w->s;
  const float keep = (float)(1.0 - (double)s->learning_rate * (double)s->weight_decay);
  const float step = (float)((double)s->learning_rate / s->correction1);
  const float root = (float)sqrt(s->correction2), b2 = (float)s->beta2;
  const float new1 = (float)(1.0 - s->beta1), new2 = (float)(1.0 - s->beta2);
  for (int64_t i = begin; i < end; i += 16) {
    int64_t some = end - i < 16 ? end - i : 16;
    vf p = CK(load_some)(w->p + i, some, 0.0f), g = CK(load_some)(w->g + i, some, 0.0f);
    vf m = CK(load_some)(w->m + i, some, 0.0f), v = CK(load_some)(w->v + i, some, 0.0f);
    m = m + new1 * (g - m);
    v = b2 * v + new2 * (g * g);
    p = p * keep - step * m / (CK(vsqrt)(v) / root + s->eps);
    CK(store_some)(w->p + i, p, some);
    CK(store_some)(w->m + i, m, some);
    CK(store_some)(w->v + i, v, some);
  }
}
