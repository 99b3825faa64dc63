// Products with every output summed in one order, whatever the number of rows: a sequence decoded
// alone gets the bits it gets in a batch. (oneDNN picks its blocking by the number of rows.)

// MARK: y = x Wᵀ, W [M, C]

/// [i..i + 16) of a row of C floats; at the end of the row those past it are 0.
CK_INLINE vf CK(load_to_end)(const float *row, int64_t i, int64_t C) {
  if (i + 16 <= C) return CK(load)(row + i);
  if (C < 16) return CK(load_some)(row + i, C - i, 0.0f);
  // The last sixteen; those that were counted before become 0.
  return CK(lanes)() >= (int32_t)(16 - (C - i)) ? CK(load)(row + C - 16) : (vf)0.0f;
}

CK_INLINE vf8 CK(pairs)(vf8 a, vf8 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14) +
         __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}

/// The sums of eight vectors, in order.
CK_INLINE vf8 CK(sums8)(const vf *s) {
  vf8 a = CK(pairs)(s[0].lo + s[0].hi, s[1].lo + s[1].hi);
  vf8 b = CK(pairs)(s[2].lo + s[2].hi, s[3].lo + s[3].hi);
  vf8 c = CK(pairs)(s[4].lo + s[4].hi, s[5].lo + s[5].hi);
  vf8 d = CK(pairs)(s[6].lo + s[6].hi, s[7].lo + s[7].hi);
  return CK(pairs)(CK(pairs)(a, b), CK(pairs)(c, d));
}

// Items: groups of eight outputs.
static void CK(linear_rows)(const void *arguments, int64_t begin, int64_t end) {
  const ck_linear_work *k = arguments;
  const int64_t C = k->C, M = k->M;
  for (int64_t item = begin; item < end; item++) {
    const int64_t m = item * 8, some = M - m < 8 ? M - m : 8;
    const float *w[8];
    // Past the last output the last row serves again: its sums are not stored.
    for (int64_t j = 0; j < 8; j++) w[j] = k->w + (m + (j < some ? j : some - 1)) * C;
    for (int64_t n = 0; n < k->N; n++) {
      const float *x = k->x + n * C;
      vf s[8] = {0};
      int64_t i = 0;
      for (; i + 16 <= C; i += 16) {
        vf v = CK(load)(x + i);
#pragma clang loop unroll(full)
        for (int j = 0; j < 8; j++) s[j] += v * CK(load)(w[j] + i);
      }
      if (i < C) {
        vf v = CK(load_to_end)(x, i, C);
#pragma clang loop unroll(full)
        for (int j = 0; j < 8; j++) s[j] += v * CK(load_to_end)(w[j], i, C);
      }
      vf8 sums = CK(sums8)(s);
      memcpy(k->y + n * M + m, &sums, (size_t)some * sizeof(float));
    }
  }
}

// MARK: y = x W, W [C, M]

/// 16 * vectors outputs of `rows` rows, each summed from the first input to the last. Lanes are
/// outputs, so a vector may begin anywhere: the last one overlaps the one before it.
CK_INLINE void CK(matmul_tile)(const ck_linear_work *k, int64_t n, int64_t m, const int rows,
                               const int vectors) {
  const int64_t C = k->C, M = k->M;
  const float *x = k->x + n * C;
  int64_t at[8];
  vf s[2][8] = {0};
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) at[v] = m + 16 * v + 16 <= M ? m + 16 * v : M - 16;
  for (int64_t c = 0; c < C; c++) {
    const float *w = k->w + c * M;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      vf weights = CK(load)(w + at[v]);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) s[r][v] += x[r * C + c] * weights;
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) CK(store)(k->y + (n + r) * M + at[v], s[r][v]);
}

CK_INLINE void CK(matmul_columns)(const ck_linear_work *k, int64_t m, const int vectors) {
  int64_t n = 0;
  for (; n + 2 <= k->N; n += 2) CK(matmul_tile)(k, n, m, 2, vectors);
  if (n < k->N) CK(matmul_tile)(k, n, m, 1, vectors);
}

/// Fewer than sixteen outputs.
static void CK(matmul_narrow)(const ck_linear_work *k) {
  for (int64_t n = 0; n < k->N; n++) {
    vf s = 0.0f;
    for (int64_t c = 0; c < k->C; c++)
      s += k->x[n * k->C + c] * CK(load_some)(k->w + c * k->M, k->M, 0.0f);
    CK(store_some)(k->y + n * k->M, s, k->M);
  }
}

// Items: panels of 128 outputs, whose weights are read a row at a time: 512 bytes side by side.
static void CK(matmul_rows)(const void *arguments, int64_t begin, int64_t end) {
  const ck_linear_work *k = arguments;
  if (k->M < 16) {
    if (begin < end) CK(matmul_narrow)(k);
    return;
  }
  for (int64_t item = begin; item < end; item++) {
    int64_t m = item * 128, stop = m + 128 < k->M ? m + 128 : k->M;
    while (m < stop) {
      int64_t left = (stop - m + 15) / 16;
      if (left >= 8) {
        CK(matmul_columns)(k, m, 8);
        m += 128;
      } else if (left >= 4) {
        CK(matmul_columns)(k, m, 4);
        m += 64;
      } else if (left >= 2) {
        CK(matmul_columns)(k, m, 2);
        m += 32;
      } else {
        CK(matmul_columns)(k, m, 1);
        m += 16;
      }
    }
  }
}
