// Products of operands rounded to bf16, with float32 sums: C [M, N] = A [M, K] B [K, N].
//
// Rounded terms lie in pairs, as the processor's dot products want them: a word holds the even term
// in
// its low half and the odd one above. Each element of C is one sum over pairs from the first to the
// last, odd term before even, as in generation (`body_packed.h`), so it has the same bits whatever M and N, wherever it stands, and on
// any
// number of threads. A processor without such dot products multiplies the same rounded numbers in
// float32, in the same order.

#define CK_STRIP ck_bf16_strip
#define CK_PANEL ck_bf16_panel

/// Words of an even and an odd term.
CK_INLINE vi CK(bf16_words)(vf even, vf odd) {
#ifdef CK_DOTS
  const vi interleave = (vi)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even);
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                         8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return (vi)_mm512_permutexvar_epi16(order, (__m512i)interleave);
#else
  return (CK(rounded_to_bf16)(even) & 0xffff) | (CK(rounded_to_bf16)(odd) << 16);
#endif
}

/// Words of 32 terms that follow each other; those at and past `some` are 0.
CK_INLINE vi CK(bf16_run)(const float *x, int64_t some) {
  vf a = some >= 16 ? CK(load)(x) : CK(load_some)(x, some < 0 ? 0 : some, 0.0f);
  vf b = some >= 32 ? CK(load)(x + 16) : CK(load_some)(x + 16, some < 16 ? 0 : some - 16, 0.0f);
#ifdef CK_DOTS
  return (vi)_mm512_cvtne2ps_pbh((__m512)b, (__m512)a);
#else
  vf even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28,
                                    30);
  vf odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return CK(bf16_words)(even, odd);
#endif
}

/// Transposes sixteen vectors of sixteen words.
CK_INLINE void CK(transpose_words)(vi *x) {
  vi y[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 2) {
    y[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12,
                                   28, 14, 30);
    y[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27,
                                       13, 29, 15, 31);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 4)
#pragma clang loop unroll(full)
    for (int j = i; j < i + 2; j++) {
      x[j] = __builtin_shufflevector(y[j], y[j + 2], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12,
                                     13, 28, 29);
      x[j + 2] = __builtin_shufflevector(y[j], y[j + 2], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26,
                                         27, 14, 15, 30, 31);
    }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 8)
#pragma clang loop unroll(full)
    for (int j = i; j < i + 4; j++) {
      y[j] = __builtin_shufflevector(x[j], x[j + 4], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24,
                                     25, 26, 27);
      y[j + 4] = __builtin_shufflevector(x[j], x[j + 4], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14,
                                         15, 28, 29, 30, 31);
    }
#pragma clang loop unroll(full)
  for (int j = 0; j < 8; j++) {
    x[j] = __builtin_shufflevector(y[j], y[j + 8], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21,
                                   22, 23);
    x[j + 8] = __builtin_shufflevector(y[j], y[j + 8], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26,
                                       27, 28, 29, 30, 31);
  }
}

CK_INLINE void CK(store_words)(uint32_t *p, vi x) { memcpy(p, &x, sizeof x); }

/// Rounds A for one block of terms. Items: groups of 64 rows.
///
/// Where a row's terms follow each other: rows of words. Where a term's rows do: panels of eight
/// rows, [pair][8].
static void CK(bf16_pack_rows)(const void *arguments, int64_t begin, int64_t end) {
  const ck_bf16_work *k = arguments;
  const int64_t pairs = (k->K + 1) / 2;
  for (int64_t item = begin; item < end; item++) {
    const int64_t from = item * 64, to = from + 64 < k->M ? from + 64 : k->M;
    if (k->a_term == 1) {
      for (int64_t r = from; r < to; r++)
        for (int64_t i = 0; i < k->K; i += 32)
          CK(store_words)(k->packed + r * k->packed_row + i / 2,
                          CK(bf16_run)(k->a + r * k->a_row + i, k->K - i));
      continue;
    }
    for (int64_t p = 0; p < pairs; p++) {
      const float *even = k->a + 2 * p * k->a_term, *odd = even + k->a_term;
      const bool whole = 2 * p + 1 < k->K;
      for (int64_t r = from; r < to; r += 16) {
        vf x, y = 0.0f;
        if (r + 16 <= k->M) {
          x = CK(load)(even + r);
          if (whole) y = CK(load)(odd + r);
        } else {
          x = CK(load_some)(even + r, k->M - r, 0.0f);
          if (whole) y = CK(load_some)(odd + r, k->M - r, 0.0f);
        }
        vi words = CK(bf16_words)(x, y);
        uint32_t *panel = k->packed + r / CK_PANEL * pairs * CK_PANEL + p * CK_PANEL;
        memcpy(panel, &words, 32);
        memcpy(panel + pairs * CK_PANEL, (const char *)&words + 32, 32);
      }
    }
  }
}

/// Rounds `vectors` times 16 columns of B from `from` on, as [pair][16 * vectors].
CK_INLINE void CK(bf16_pack_columns)(const ck_bf16_work *k, int64_t from, uint32_t *out,
                                     const int vectors) {
  const int64_t pairs = (k->K + 1) / 2, stride = 16 * vectors;
  if (k->b_term == 1) {
    for (int v = 0; v < vectors; v++) {
      const float *b = k->b + (from + 16 * v) * k->b_column;
      // Past the last column the last serves again.
      const int64_t last = k->N - (from + 16 * v) - 1;
      for (int64_t p = 0; p < pairs; p += 16) {
        vi x[16];
#pragma clang loop unroll(full)
        for (int j = 0; j < 16; j++)
          x[j] = CK(bf16_run)(b + (j < last ? j : last) * k->b_column + 2 * p, k->K - 2 * p);
        CK(transpose_words)(x);
        const int64_t left = pairs - p < 16 ? pairs - p : 16;
        for (int64_t j = 0; j < left; j++) CK(store_words)(out + (p + j) * stride + 16 * v, x[j]);
      }
    }
    return;
  }
  for (int64_t p = 0; p < pairs; p++) {
    const float *even = k->b + 2 * p * k->b_term + from, *odd = even + k->b_term;
    const bool whole = 2 * p + 1 < k->K;
    for (int v = 0; v < vectors; v++) {
      const int64_t some = k->N - (from + 16 * v);
      vf x, y = 0.0f;
      if (some >= 16) {
        x = CK(load)(even + 16 * v);
        if (whole) y = CK(load)(odd + 16 * v);
      } else {
        x = CK(load_some)(even + 16 * v, some, 0.0f);
        if (whole) y = CK(load_some)(odd + 16 * v, some, 0.0f);
      }
      CK(store_words)(out + p * stride + 16 * v, CK(bf16_words)(x, y));
    }
  }
}

/// rows x (16 * vectors) elements of C. Word (r, p) of A is a[r * row + p * step].
CK_INLINE void CK(bf16_tile)(const uint32_t *a, int64_t row, const int64_t step, const uint32_t *b,
                             int64_t stride, int64_t pairs, float *c, int64_t ldc, int64_t rows,
                             int64_t columns, bool adds, const int most, const int vectors) {
  vf s[8][3];
  const uint32_t *at[8];
#pragma clang loop unroll(full)
  for (int r = 0; r < most; r++) {
    const int64_t own = r < rows ? r : rows - 1;  // past the last row the last serves again
    at[r] = a + own * row;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const int64_t left = columns - 16 * v;
      const float *from = c + own * ldc + 16 * v;
      s[r][v] = !adds ? (vf)0.0f : left >= 16 ? CK(load)(from) : CK(load_some)(from, left, 0.0f);
    }
  }
  for (int64_t p = 0; p < pairs; p++) {
    vi w[3];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) memcpy(&w[v], b + p * stride + 16 * v, sizeof(vi));
#pragma clang loop unroll(full)
    for (int r = 0; r < most; r++) {
      const uint32_t x = at[r][p * step];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) s[r][v] = CK(add_pairs)(s[r][v], w[v], (int32_t)x);
    }
  }
  for (int r = 0; r < most; r++) {
    if (r >= rows) break;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const int64_t left = columns - 16 * v;
      if (left >= 16) CK(store)(c + r * ldc + 16 * v, s[r][v]);
      else CK(store_some)(c + r * ldc + 16 * v, s[r][v], left);
    }
  }
}

/// A group of rows times one strip of `vectors` times 16 columns.
CK_INLINE void CK(bf16_strip)(const ck_bf16_work *k, int64_t from, int64_t to, int64_t column,
                              const uint32_t *b, const int vectors, const bool by_row) {
  const int64_t pairs = (k->K + 1) / 2, left = k->N - column;
  const int64_t columns = left < 16 * vectors ? left : 16 * vectors;
  for (int64_t r = from; r < to; r += CK_PANEL) {
    const int64_t rows = to - r < CK_PANEL ? to - r : CK_PANEL;
    const uint32_t *a = by_row ? k->packed + r * k->packed_row : k->packed + r * pairs;
    const int64_t row = by_row ? k->packed_row : 1, step = by_row ? 1 : CK_PANEL;
    float *c = k->c + r * k->ldc + column;
#ifdef CK_DOTS
    CK(bf16_tile)(a, row, step, b, 16 * vectors, pairs, c, k->ldc, rows, columns, k->adds, 8,
                  vectors);
#else
    // Fewer registers: four rows of one vector at a time.
    for (int64_t h = 0; h < rows; h += 4)
      for (int v = 0; 16 * v < columns; v++)
        CK(bf16_tile)(a + h * row, row, step, b + 16 * v, 16 * vectors, pairs,
                      c + h * k->ldc + 16 * v, k->ldc, rows - h < 4 ? rows - h : 4,
                      columns - 16 * v < 16 ? columns - 16 * v : 16, k->adds, 4, 1);
#endif
  }
}

/// Items: strips of one group of rows after the other.
static void CK(bf16_product)(const void *arguments, int64_t begin, int64_t end) {
  const ck_bf16_work *k = arguments;
  const int64_t strips = (k->N + CK_STRIP - 1) / CK_STRIP, pairs = (k->K + 1) / 2;
  uint32_t *b = (uint32_t *)ck_scratch(pairs * CK_STRIP);
  for (int64_t item = begin; item < end; item++) {
    const int64_t from = item / strips * k->group;
    const int64_t to = from + k->group < k->M ? from + k->group : k->M;
    const int64_t column = item % strips * CK_STRIP, left = k->N - column;
    const int vectors = left > 32 ? 3 : left > 16 ? 2 : 1;
    CK(bf16_pack_columns)(k, column, b, vectors);
    if (k->a_term == 1) {
      if (vectors == 3) CK(bf16_strip)(k, from, to, column, b, 3, true);
      else if (vectors == 2) CK(bf16_strip)(k, from, to, column, b, 2, true);
      else CK(bf16_strip)(k, from, to, column, b, 1, true);
    } else {
      if (vectors == 3) CK(bf16_strip)(k, from, to, column, b, 3, false);
      else if (vectors == 2) CK(bf16_strip)(k, from, to, column, b, 2, false);
      else CK(bf16_strip)(k, from, to, column, b, 1, false);
    }
  }
}

#undef CK_STRIP
#undef CK_PANEL
