// The walk over panels and rows of a product with packed weights, for the format whose tile is
// CK_IN_FORMAT(tile). Included by body_packed.h once per format: no include guard, on purpose.

/// Some of the `left` rows from n on, all outputs of the panel at m; returns how many.
static int64_t CK_IN_FORMAT(rows)(const ck_packed_work *k, const ck_packed_product *p, int64_t n,
                                  int64_t m, int64_t left) {
#define CK_TRY(rows)                                                                               \
  if (CK_MOST_ROWS >= (rows) && left >= (rows)) {                                                  \
    CK_IN_FORMAT(tile)(k, p, n, m, rows, CK_VECTORS);                                              \
    if (CK_VECTORS == 1) CK_IN_FORMAT(tile)(k, p, n, m + 16, rows, 1);                             \
    return rows;                                                                                   \
  }
  CK_TRY(12) CK_TRY(8) CK_TRY(6) CK_TRY(4) CK_TRY(3) CK_TRY(2) CK_TRY(1)
#undef CK_TRY
  return left;
}

/// Some of `panels` panels from m on, for few rows; returns how many. A panel has too few sums then to
/// keep the adders busy, so several are worked on at once.
static int64_t CK_IN_FORMAT(few_rows)(const ck_packed_work *k, const ck_packed_product *p, int64_t m,
                                      int64_t panels) {
#define CK_TRY(rows, vectors)                                                                      \
  if (k->N == (rows) && (vectors) >= 4 && panels >= (vectors) / 2) {                               \
    CK_IN_FORMAT(tile)(k, p, 0, m, rows, vectors);                                                 \
    return (vectors) / 2;                                                                          \
  }
  CK_TRY(1, CK_FEW_VECTORS) CK_TRY(1, CK_FEW_VECTORS / 2)
  CK_TRY(2, CK_FEW_VECTORS / 2) CK_TRY(3, CK_FEW_VECTORS / 2)
#undef CK_TRY
  for (int64_t n = 0; n < k->N;) n += CK_IN_FORMAT(rows)(k, p, n, m, k->N - n);
  return 1;
}

// Items: (product, panel, block of rows), in this order.
static void CK_IN_FORMAT(packed)(const void *arguments, int64_t begin, int64_t end) {
  const ck_packed_work *k = arguments;
  const int64_t blocks = k->blocks;
  const ck_packed_product *p = k->products;
  int64_t first = 0, items = (p->M + ck_panel - 1) / ck_panel * blocks;
  for (int64_t item = begin; item < end;) {
    while (item >= first + items) {
      first += items;
      p++;
      items = (p->M + ck_panel - 1) / ck_panel * blocks;
    }
    const int64_t panel = (item - first) / blocks, block = (item - first) % blocks;
    if (k->N < 4) {  // one block
      const int64_t last = first + items < end ? first + items : end;
      item += CK_IN_FORMAT(few_rows)(k, p, panel * ck_panel, last - item);
      continue;
    }
    const int64_t n = block * ck_block_rows, left = k->N - n;
    const int64_t rows = left < ck_block_rows ? left : ck_block_rows;
    for (int64_t done = 0; done < rows;)
      done += CK_IN_FORMAT(rows)(k, p, n + done, panel * ck_panel, rows - done);
    item++;
  }
}
