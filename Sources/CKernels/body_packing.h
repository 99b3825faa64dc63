// Packing weights in float32 and bf16 (include/ckernels_packed.h has the layouts). Of a matrix whose rows
// lie side by side sixteen rows are turned at a time; of one whose columns do, they are read as they lie.

/// Sixteen outputs' rows from w + c on, `some` inputs of them, turned: to[i] holds input c + i of all.
CK_INLINE void CK(pack_turned)(const ck_packing *k, int64_t m, const bool pairs, vi *to, int64_t c) {
#pragma clang loop unroll(full)
  for (int j = 0; j < 16; j++) {
    const float *w = k->w + (m + j) * k->row + c;
    to[j] = 0;
    if (m + j >= k->M) continue;
    to[j] = pairs ? CK(bf16_run)(w, k->K - c) : CK(bits)(CK(load_first)(w, k->K - c));
  }
  CK(transpose_words)(to);
}

/// Sixteen outputs of input c.
CK_INLINE vf CK(pack_straight)(const ck_packing *k, int64_t m, int64_t c) {
  if (m >= k->M || c >= k->K) return 0.0f;
  return CK(load_first)(k->w + c * k->column + m, k->M - m);
}

CK_INLINE void CK(pack)(const ck_packing *k, int64_t begin, int64_t end, const bool pairs) {
  const int64_t words = pairs ? (k->K + 1) / 2 : k->K;  // of an output
  for (int64_t item = 2 * begin; item < 2 * end; item++) {
    const int64_t m = 16 * item;
    int32_t *to = (int32_t *)k->packed + item / 2 * ck_panel * words + item % 2 * 16;
    if (k->column == 1) {
      for (int64_t i = 0; i < words; i += 16) {
        vi x[16];
        CK(pack_turned)(k, m, pairs, x, pairs ? 2 * i : i);
        for (int j = 0; j < 16 && i + j < words; j++)
          memcpy(to + (i + j) * ck_panel, &x[j], sizeof x[j]);
      }
    } else {
      for (int64_t i = 0; i < words; i++) {
        vi x = pairs ? CK(bf16_words)(CK(pack_straight)(k, m, 2 * i),
                                      CK(pack_straight)(k, m, 2 * i + 1))
                     : CK(bits)(CK(pack_straight)(k, m, i));
        memcpy(to + i * ck_panel, &x, sizeof x);
      }
    }
  }
}

// Items: panels.
static void CK(pack_f32)(const void *arguments, int64_t begin, int64_t end) {
  CK(pack)(arguments, begin, end, false);
}

static void CK(pack_bf16)(const void *arguments, int64_t begin, int64_t end) {
  CK(pack)(arguments, begin, end, true);
}
