// Causal attention over packed sequences (Vaswani et al. 2017, equation 1, grouped queries as in
// Ainslie et al. 2023). Sixteen queries of one head are worked on at a time, one in each lane, so
// that softmax needs no sum across lanes and keys and values are broadcast from where they lie.
// Scores of sixteen queries are the only ones held: [T, 16] in the thread's scratch.

CK_INLINE int64_t CK(least)(int64_t a, int64_t b) { return a < b ? a : b; }

/// Sixteen vectors of sixteen, transposed: four perfect shuffles of rows i and i + 8.
CK_INLINE void CK(transpose16)(vf *r) {
#pragma clang loop unroll(full)
  for (int stage = 0; stage < 4; stage++) {
    vf t[16];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
      t[2 * i] = __builtin_shufflevector(r[i], r[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6,
                                         22, 7, 23);
      t[2 * i + 1] = __builtin_shufflevector(r[i], r[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                             13, 29, 14, 30, 15, 31);
    }
    memcpy(r, t, sizeof t);
  }
}

/// Eight vectors of twice eight: both halves transposed.
CK_INLINE void CK(transpose8)(vf *r) {
#pragma clang loop unroll(full)
  for (int stage = 0; stage < 3; stage++) {
    vf t[8];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
      t[2 * i] = __builtin_shufflevector(r[i], r[i + 4], 0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10,
                                         26, 11, 27);
      t[2 * i + 1] = __builtin_shufflevector(r[i], r[i + 4], 4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13,
                                             29, 14, 30, 15, 31);
    }
    memcpy(r, t, sizeof t);
  }
}

/// to[d] = lanes x[0...15][d] * scale: sixteen rows with a stride, transposed; lanes from `rows` on
/// are 0.
CK_INLINE void CK(pack_lanes)(const float *x, int64_t stride, int64_t rows, int64_t D, float scale,
                              float *to) {
  int64_t d = 0;
  for (; d + 16 <= D; d += 16) {
    vf r[16];
    for (int64_t lane = 0; lane < 16; lane++)
      r[lane] = lane < rows ? CK(load)(x + lane * stride + d) : (vf)0.0f;
    CK(transpose16)(r);
    for (int i = 0; i < 16; i++) CK(store)(to + (d + i) * 16, r[i] * scale);
  }
  if (d + 8 <= D) {
    vf r[8];
    for (int64_t i = 0; i < 8; i++) {
      vf8 low = 0.0f, high = 0.0f;
      if (i < rows) memcpy(&low, x + i * stride + d, sizeof low);
      if (i + 8 < rows) memcpy(&high, x + (i + 8) * stride + d, sizeof high);
      r[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
    CK(transpose8)(r);
    for (int i = 0; i < 8; i++) CK(store)(to + (d + i) * 16, r[i] * scale);
    d += 8;
  }
  for (; d < D; d++) {
    for (int64_t lane = 0; lane < rows; lane++) to[d * 16 + lane] = x[lane * stride + d] * scale;
    for (int64_t lane = rows; lane < 16; lane++) to[d * 16 + lane] = 0.0f;
  }
}

/// The way back: x[lane][d] = from[d][lane] for `rows` lanes.
CK_INLINE void CK(unpack_lanes)(const float *from, int64_t rows, int64_t D, float *x, int64_t stride) {
  int64_t d = 0;
  for (; d + 16 <= D; d += 16) {
    vf r[16];
    for (int i = 0; i < 16; i++) r[i] = CK(load)(from + (d + i) * 16);
    CK(transpose16)(r);
    for (int64_t lane = 0; lane < rows; lane++) CK(store)(x + lane * stride + d, r[lane]);
  }
  if (d + 8 <= D) {
    vf r[8];
    for (int i = 0; i < 8; i++) r[i] = CK(load)(from + (d + i) * 16);
    CK(transpose8)(r);
    for (int64_t i = 0; i < 8; i++) {
      vf8 low = r[i].lo, high = r[i].hi;
      if (i < rows) memcpy(x + i * stride + d, &low, sizeof low);
      if (i + 8 < rows) memcpy(x + (i + 8) * stride + d, &high, sizeof high);
    }
    d += 8;
  }
  for (; d < D; d++)
    for (int64_t lane = 0; lane < rows; lane++) x[lane * stride + d] = from[d * 16 + lane];
}

/// out[0..<m] = sum over d of x[j + 0..<m][d] * lanes[d], m at most 8 and constant when inlined.
CK_INLINE void CK(scores)(const float *x, int64_t stride, const float *lanes, int64_t D, int m,
                          vf *out) {
  for (int j = 0; j < m; j++) out[j] = 0.0f;
  for (int64_t d = 0; d < D; d++) {
    vf q = CK(load)(lanes + d * 16);
    for (int j = 0; j < m; j++) out[j] += x[j * stride + d] * q;
  }
}

/// out[d] (lanes) = sum over j of x[j][d] * weights[j] (lanes), for m columns from d.
CK_INLINE void CK(blend)(const float *x, int64_t stride, const float *weights, int64_t keys, int m,
                         float *out) {
  vf sum[8];
  for (int d = 0; d < m; d++) sum[d] = 0.0f;
  for (int64_t j = 0; j < keys; j++) {
    vf p = CK(load)(weights + j * 16);
    for (int d = 0; d < m; d++) sum[d] += x[j * stride + d] * p;
  }
  for (int d = 0; d < m; d++) CK(store)(out + d * 16, sum[d]);
}

CK_INLINE void CK(blend_all)(const float *x, int64_t stride, const float *weights, int64_t keys,
                             int64_t D, float *out) {
  int64_t d = 0;
  for (; d + CK_TILE <= D; d += CK_TILE)
    CK(blend)(x + d, stride, weights, keys, CK_TILE, out + d * 16);
  for (; d < D; d++) CK(blend)(x + d, stride, weights, keys, 1, out + d * 16);
}

/// Lanes whose query may see key j: lane >= j - first.
CK_INLINE vf CK(causal)(vf s, int64_t j, int64_t first, float hidden) {
  return CK(lanes)() >= (int32_t)(j - first) ? s : (vf)hidden;
}

/// Lanes whose window still holds key j: lane < j - first + window.
CK_INLINE vf CK(within)(vf s, int64_t j, int64_t first, int64_t window, float hidden) {
  return CK(lanes)() < (int32_t)(j - first + window) ? s : (vf)hidden;
}

/// The first key that the queries from `first` on see.
CK_INLINE int64_t CK(earliest)(const ck_attention *a, int64_t first) {
  return a->window > 0 && first >= a->window ? first - a->window + 1 : 0;
}

/// Queries of the sequence from `begin` up to `end` (multiples of 16, or the last) against its keys.
CK_INLINE void CK(attend)(const ck_attention *a, int64_t start, int64_t begin, int64_t end, int64_t h,
                          const int64_t D, float *scratch) {
  const int64_t so = a->H * D, sk = a->stride_k, sv = a->stride_v, g = h / (a->H / a->G);
  float *lanes = scratch, *out = lanes + 16 * D, *s = out + 16 * D;
  for (int64_t block = begin; block < end; block += 16) {
    // Keys and queries are counted from the first key that is seen.
    const int64_t rows = CK(least)(16, end - block), low = CK(earliest)(a, block);
    const int64_t first = block - low, keys = first + rows;
    const int64_t old = a->window > 0 ? first + 16 - a->window : 0;  // not in every lane's window
    const float *k = a->k + (start + low) * sk + g * D, *v = a->v + (start + low) * sv + g * D;
    int64_t j = 0;
    CK(pack_lanes)(a->q + (start + block) * a->stride_q + h * D, a->stride_q, rows, D, a->scale, lanes);
    vf top = -INFINITY, part[8], sum = 0.0f;
    for (; j + CK_TILE <= keys; j += CK_TILE) {
      CK(scores)(k + j * sk, sk, lanes, D, CK_TILE, part);
      for (int i = 0; i < CK_TILE; i++) {
        if (a->softcap > 0) part[i] = a->softcap * CK(vtanh)(part[i] / a->softcap);
        if (j + CK_TILE > first) part[i] = CK(causal)(part[i], j + i, first, -INFINITY);
        if (j < old) part[i] = CK(within)(part[i], j + i, first, a->window, -INFINITY);
        CK(store)(s + (j + i) * 16, part[i]);
        top = part[i] > top ? part[i] : top;  // a NaN shows in the sum below
      }
    }
    for (; j < keys; j++) {
      CK(scores)(k + j * sk, sk, lanes, D, 1, part);
      if (a->softcap > 0) part[0] = a->softcap * CK(vtanh)(part[0] / a->softcap);
      part[0] = CK(causal)(part[0], j, first, -INFINITY);
      if (j < old) part[0] = CK(within)(part[0], j, first, a->window, -INFINITY);
      CK(store)(s + j * 16, part[0]);
      top = part[0] > top ? part[0] : top;
    }
    for (j = 0; j < keys; j++) {
      vf p = CK(vexp_below)(CK(load)(s + j * 16) - top);
      sum += p;
      CK(store)(s + j * 16, p);
    }
    CK(blend_all)(v, sv, s, keys, D, out);
    vf inverse = 1.0f / sum, lse = top + CK(vlog)(sum);
    for (int64_t d = 0; d < D; d++) CK(store)(out + d * 16, CK(load)(out + d * 16) * inverse);
    CK(unpack_lanes)(out, rows, D, a->o + (start + block) * so + h * D, so);
    for (int64_t lane = 0; lane < rows; lane++) a->lse[(start + block + lane) * a->H + h] = lse[lane];
  }
}

// Items: (sequence, head, 256 queries), so that a long sequence alone keeps a team busy.
static void CK(attention)(const void *arguments, int64_t begin, int64_t end) {
  const ck_attention_work *work = arguments;
  const ck_attention *a = work->a;
  for (int64_t item = begin; item < end; item++) {
    const int64_t part = item % work->parts, h = item / work->parts % a->H;
    const int64_t b = item / work->parts / a->H, start = a->offsets[b], T = a->offsets[b + 1] - start;
    const int64_t from = part * ck_attention_queries, to = CK(least)(from + ck_attention_queries, T);
    if (from >= T) continue;
    float *scratch = ck_scratch(32 * a->D + 16 * (to + 16));
    // A head size known to the compiler unrolls the loops over it: the smallest gains most.
    if (a->D == 8) CK(attend)(a, start, from, to, h, 8, scratch);
    else CK(attend)(a, start, from, to, h, a->D, scratch);
  }
}
