// Products with packed weights (include/ckernels_packed.h): x in the form that goes with the weights,
// then panels and rows shared out to the team.
#include "include/ckernels_packed.h"

#include "bodies.h"

bool ck_has_dots(void) {
#if defined(__x86_64__)
  return ck_active() == &ck_table_avx512 && __builtin_cpu_supports("avx512bf16") &&
         __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

static ck_body body_of(ck_format format) {
#if defined(__x86_64__)
  if (format == ck_packed_bf16 && ck_has_dots()) return ck_packed_bf16_dots;
  if (format == ck_packed_q8 && ck_has_dots()) return ck_packed_q8_dots;
#endif
  switch (format) {
  case ck_packed_f32: return ck_active()->packed_f32;
  case ck_packed_bf16: return ck_active()->packed_bf16;
  case ck_packed_q8: return ck_active()->packed_q8;
  }
}

/// Puts x in the form of `format` into the thread's scratch memory, float32 excepted.
static void prepare(ck_format format, ck_packed_work *k) {
  const int64_t N = k->N, K = k->K, blocks = (K + ck_q8_block - 1) / ck_q8_block;
  ck_packed_rows rows = {.x = k->x, .K = K};
  switch (format) {
  case ck_packed_f32: return;
  case ck_packed_bf16:
    k->x = rows.to = ck_scratch(N * ((K + 1) / 2));
    ck_run(ck_active()->to_bf16, &rows, N, 4, K);
    return;
  case ck_packed_q8:
    k->x = rows.to = ck_scratch(N * blocks * (ck_q8_block / 4 + 2));
    k->scales = rows.scales = (float *)rows.to + N * blocks * (ck_q8_block / 4);
    k->offsets = rows.offsets = (int32_t *)(rows.scales + N * blocks);
    ck_run(ck_active()->to_q8, &rows, N, 4, 2 * K);
    return;
  }
}

void ck_packed_linear(ck_format format, const float *x, int64_t N, int64_t K,
                      const ck_packed_product *products, int32_t count) {
  const int64_t blocks = (N + ck_block_rows - 1) / ck_block_rows;
  int64_t items = 0;
  for (int32_t i = 0; i < count; i++) items += (products[i].M + ck_panel - 1) / ck_panel * blocks;
  ck_packed_work k = {.x = x, .products = products, .N = N, .K = K, .blocks = blocks};
  prepare(format, &k);
  // For few rows, panels side by side: four or, of small products, a thread's share.
  const int64_t threads = ck_threads(), share = (items + threads - 1) / threads;
  const int64_t grain = N >= 4 ? 1 : share < 4 ? share : 4;
  // Weights are read from afar once and from the cache once for every dozen rows.
  const int64_t rows = N < ck_block_rows ? N : ck_block_rows;
  ck_run(body_of(format), &k, items, grain, (8 + rows) * K + 64);
}

void ck_round_to_bf16(const float *x, float *y, int64_t n) {
  ck_elementwise k = {.a = x, .y = y};
  ck_run(ck_active()->round_to_bf16, &k, n, ck_grain, 1);
}
