// Sums and extremes over the middle axis of [outer, n, inner].

/// Sum of a row: sixteen lanes within 4096 floats, those sums in double.
CK_INLINE double CK(row_sum)(const float *x, int64_t n) {
  double total = 0;
  for (int64_t start = 0; start < n; start += ck_chunk_floats) {
    int64_t end = start + ck_chunk_floats < n ? start + ck_chunk_floats : n, i = start;
    vf s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;
    for (; i + 64 <= end; i += 64) {
      s0 += CK(load)(x + i);
      s1 += CK(load)(x + i + 16);
      s2 += CK(load)(x + i + 32);
      s3 += CK(load)(x + i + 48);
    }
    for (; i + 16 <= end; i += 16) s0 += CK(load)(x + i);
    if (i < end) s1 += CK(load_some)(x + i, end - i, 0.0f);
    total += (double)CK(sum16)((s0 + s1) + (s2 + s3));
  }
  return total;
}

// Items: rows; inner = 1.
static void CK(sum_rows)(const void *arguments, int64_t begin, int64_t end) {
  const ck_reduction *k = arguments;
  for (int64_t r = begin; r < end; r++)
    k->y[r] = (float)(CK(row_sum)(k->x + r * k->n, k->n) * k->scale);
}

// Items: chunks of one long row.
static void CK(sum_partial)(const void *arguments, int64_t begin, int64_t end) {
  const ck_reduction *k = arguments;
  for (int64_t c = begin; c < end; c++) {
    int64_t start = c * ck_chunk_floats, left = k->n - start;
    k->partial[c] = CK(row_sum)(k->x + start, left < ck_chunk_floats ? left : ck_chunk_floats);
  }
}

/// The sum of n squares, in double, so that large gradients do not overflow.
CK_INLINE double CK(sum_squares)(const float *x, int64_t n) {
  int64_t i = 0;
  vd sum = 0.0;
  for (; i + 16 <= n; i += 16) {
    vd v = __builtin_convertvector(CK(load)(x + i), vd);
    sum += v * v;
  }
  if (i < n) {
    vd v = __builtin_convertvector(CK(load_some)(x + i, n - i, 0.0f), vd);
    sum += v * v;
  }
  double total = 0;
  for (int lane = 0; lane < 16; lane++) total += sum[lane];
  return total;
}

// Items: outer * inner, inner > 1. Columns are summed 256 rows at a time.
static void CK(sum_columns)(const void *arguments, int64_t begin, int64_t end) {
  const ck_reduction *k = arguments;
  const int64_t n = k->n, inner = k->inner;
  for (int64_t item = begin; item < end;) {
    int64_t column = item % inner, left = inner - column;
    int64_t some = left < end - item ? left : end - item;
    if (some > 16) some = 16;
    const float *x = k->x + item / inner * n * inner + column;
    vf total = 0.0f;
    for (int64_t start = 0; start < n; start += ck_chunk_rows) {
      int64_t stop = start + ck_chunk_rows < n ? start + ck_chunk_rows : n;
      vf sum = 0.0f;
      if (some == 16) for (int64_t i = start; i < stop; i++) sum += CK(load)(x + i * inner);
      else for (int64_t i = start; i < stop; i++) sum += CK(load_some)(x + i * inner, some, 0.0f);
      total += sum;
    }
    CK(store_some)(k->y + item, total * k->scale, some);
    item += some;
  }
}

CK_INLINE float CK(row_max)(const float *x, int64_t n) {
  vf m = -INFINITY;
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) m = CK(vmax)(CK(load)(x + i), m);
  if (i < n) m = CK(vmax)(CK(load_some)(x + i, n - i, -INFINITY), m);
  return CK(max16)(m);
}

static void CK(extreme_rows)(const void *arguments, int64_t begin, int64_t end) {
  const ck_reduction *k = arguments;
  for (int64_t r = begin; r < end; r++) {
    const float *x = k->x + r * k->n;
    if (k->sign > 0) {
      k->y[r] = CK(row_max)(x, k->n);
    } else {
      float m = x[0];
      for (int64_t i = 1; i < k->n; i++) m = (x[i] < m || x[i] != x[i]) && m == m ? x[i] : m;
      k->y[r] = m;
    }
  }
}

static void CK(extreme_columns)(const void *arguments, int64_t begin, int64_t end) {
  const ck_reduction *k = arguments;
  for (int64_t item = begin; item < end; item++) {
    const float *x = k->x + item / k->inner * k->n * k->inner + item % k->inner;
    float m = x[0];
    for (int64_t i = 1; i < k->n; i++) {
      float v = x[i * k->inner];
      bool wins = k->sign > 0 ? v > m : v < m;
      m = (wins || v != v) && m == m ? v : m;
    }
    k->y[item] = m;
  }
}

/// The first place of `top`, the row's maximum; the first NaN, if there is one.
CK_INLINE int64_t CK(row_place)(const float *x, int64_t n, float top) {
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    vf v = CK(load)(x + i);
    vi found = top != top ? (vi)(v != v) : (vi)(v == top);
    if (__builtin_reduce_or(found) != 0) break;
  }
  for (; i < n; i++)
    if (x[i] == top || (top != top && x[i] != x[i])) return i;
  return 0;
}

// Items: outer * inner. The first place of the maximum; a NaN counts as the maximum.
static void CK(argmax)(const void *arguments, int64_t begin, int64_t end) {
  const ck_reduction *k = arguments;
  for (int64_t item = begin; item < end; item++) {
    const float *x = k->x + item / k->inner * k->n * k->inner + item % k->inner;
    if (k->inner == 1) {
      k->ids[item] = (int32_t)CK(row_place)(x, k->n, CK(row_max)(x, k->n));
      continue;
    }
    float m = x[0];
    int64_t at = 0;
    for (int64_t i = 1; i < k->n; i++) {
      float v = x[i * k->inner];
      if (m == m && (v > m || v != v)) {
        m = v;
        at = i;
      }
    }
    k->ids[item] = (int32_t)at;
  }
}
