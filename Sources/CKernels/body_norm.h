// RMSNorm and LayerNorm over rows [N, C]. Backward items are chunks of 256 rows; a chunk leaves its
// part of the weight gradient in row `item` of dw [chunks, C], summed afterwards in order.

// y = x rstd w, rstd = 1 / sqrt(mean(x^2) + eps)
static void CK(rms_norm)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  const float *w = k->w;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->x + r * C;
    float *out = k->out + r * C;
    float rstd = 1.0f / sqrtf(CK(row_dot)(x, x, C) / (float)C + k->scale);
    k->lse[r] = rstd;
    CK_ROW(vf o = CK_GET(x, 0.0f) * rstd * CK_GET(w, 0.0f))
  }
}

// dx = rstd (dy w - x rstd^2 mean(dy w x)); dw = sum over rows of dy x rstd
static void CK(rms_norm_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  const float *w = k->w;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t stop = (chunk + 1) * ck_chunk_rows < k->N ? (chunk + 1) * ck_chunk_rows : k->N;
    float *dw = k->dw == NULL ? NULL : k->dw + chunk * C;
    if (dw != NULL) memset(dw, 0, (size_t)C * sizeof(float));
    for (int64_t r = chunk * ck_chunk_rows; r < stop; r++) {
      const float *x = k->x + r * C, *dy = k->dy + r * C, rstd = k->rstd[r];
      float *out = k->out + r * C;
      vf sum = 0.0f;
      for (int64_t i = 0; i < C; i += 16) {
        int64_t some = C - i;
        sum += CK_GET(dy, 0.0f) * CK_GET(w, 0.0f) * CK_GET(x, 0.0f);
      }
      float pull = CK(sum16)(sum) / (float)C * rstd * rstd;
      CK_ROW(vf o = rstd * (CK_GET(dy, 0.0f) * CK_GET(w, 0.0f) - CK_GET(x, 0.0f) * pull))
      if (dw == NULL) continue;
      out = dw;
      CK_ROW(vf o = CK_GET(dw, 0.0f) + CK_GET(dy, 0.0f) * CK_GET(x, 0.0f) * rstd)
    }
  }
}

// y = (x - mean) rstd w + b, rstd = 1 / sqrt(mean((x - mean)^2) + eps)
static void CK(layer_norm)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  const float *w = k->w, *b = k->b;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->x + r * C;
    float *out = k->out + r * C;
    float mean = (float)(CK(row_sum)(x, C) / (double)C);
    vf sum = 0.0f;
    for (int64_t i = 0; i < C; i += 16) {
      int64_t some = C - i;
      vf d = CK_GET(x, mean) - mean;
      sum += d * d;
    }
    float rstd = 1.0f / sqrtf(CK(sum16)(sum) / (float)C + k->scale);
    k->out_mean[r] = mean;
    k->lse[r] = rstd;
    CK_ROW(vf o = (CK_GET(x, 0.0f) - mean) * rstd * CK_GET(w, 0.0f) + CK_GET(b, 0.0f))
  }
}

// h = (x - mean) rstd, g = dy w: dx = rstd (g - mean(g) - h mean(g h)); dw = sum dy h; db = sum dy
static void CK(layer_norm_backward)(const void *arguments, int64_t begin, int64_t end) {
  const ck_rows *k = arguments;
  const int64_t C = k->C;
  const float *w = k->w;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t stop = (chunk + 1) * ck_chunk_rows < k->N ? (chunk + 1) * ck_chunk_rows : k->N;
    float *dw = k->dw == NULL ? NULL : k->dw + chunk * C;
    float *db = k->db == NULL ? NULL : k->db + chunk * C;
    if (dw != NULL) memset(dw, 0, (size_t)C * sizeof(float));
    if (db != NULL) memset(db, 0, (size_t)C * sizeof(float));
    for (int64_t r = chunk * ck_chunk_rows; r < stop; r++) {
      const float *x = k->x + r * C, *dy = k->dy + r * C;
      const float rstd = k->rstd[r], mean = k->mean[r];
      float *out = k->out + r * C;
      vf sum_g = 0.0f, sum_gh = 0.0f;
      for (int64_t i = 0; i < C; i += 16) {
        int64_t some = C - i;
        vf g = CK_GET(dy, 0.0f) * CK_GET(w, 0.0f);
        sum_g += g;
        sum_gh += g * ((CK_GET(x, mean) - mean) * rstd);
      }
      float mean_g = CK(sum16)(sum_g) / (float)C, mean_gh = CK(sum16)(sum_gh) / (float)C;
      CK_ROW(vf h = (CK_GET(x, mean) - mean) * rstd;
             vf o = rstd * (CK_GET(dy, 0.0f) * CK_GET(w, 0.0f) - mean_g - h * mean_gh))
      if (dw == NULL || db == NULL) continue;
      out = dw;
      CK_ROW(vf o = CK_GET(dw, 0.0f) + CK_GET(dy, 0.0f) * ((CK_GET(x, mean) - mean) * rstd))
      out = db;
      CK_ROW(vf o = CK_GET(db, 0.0f) + CK_GET(dy, 0.0f))
    }
  }
}
#undef CK_ROW
#undef CK_GET
