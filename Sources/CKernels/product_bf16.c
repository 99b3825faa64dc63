#include "include/ckernels_bf16.h"

#include <stdlib.h>

#include "bodies.h"

// Blocks of A are rounded once and stay in the outer cache while every strip of B passes by. A
// strip
// of B's columns, rounded, fills half of a core's own cache.
enum { block_terms = 1024, block_rows = 2048, least_rows = 128, tasks = 16 };

/// Memory of the calling thread for a rounded block of A.
static uint32_t *block(int64_t words) {
  static _Thread_local uint32_t *memory = NULL;
  static _Thread_local int64_t capacity = 0;
  if (words > capacity) {
    free(memory);
    capacity = (words + 1023) / 1024 * 1024;
    memory = aligned_alloc(64, (size_t)capacity * sizeof(uint32_t));
    if (memory == NULL) abort();
  }
  return memory;
}

static ck_body product(void) {
#if defined(__x86_64__)
  if (ck_has_dots()) return ck_bf16_product_dots;
#endif
  return ck_active()->bf16_product;
}

static ck_body pack_rows(void) {
#if defined(__x86_64__)
  if (ck_has_dots()) return ck_bf16_pack_rows_dots;
#endif
  return ck_active()->bf16_pack_rows;
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

void ck_product_bf16(const ck_matrix *a, const ck_matrix *b, float *c, int64_t M, int64_t N,
                     int64_t K) {
  const int64_t strips = (N + ck_bf16_strip - 1) / ck_bf16_strip;
  for (int64_t r = 0; r < M; r += block_rows) {
    const int64_t rows = smaller(block_rows, M - r);
    for (int64_t t = 0; t < K; t += block_terms) {
      const int64_t terms = smaller(block_terms, K - t), pairs = (terms + 1) / 2;
      ck_bf16_work k = {.a = a->elements + r * a->row + t * a->column,
                        .b = b->elements + t * b->row,
                        .c = c + r * N,
                        .a_row = a->row,
                        .a_term = a->column,
                        .b_term = b->row,
                        .b_column = b->column,
                        .M = rows,
                        .N = N,
                        .K = terms,
                        .ldc = N,
                        .packed_row = (pairs + 15) / 16 * 16,
                        .adds = t > 0};
      k.packed = block((rows + 15) / 16 * 16 * k.packed_row);
      int64_t groups = smaller((tasks + strips - 1) / strips, rows / least_rows);
      if (groups < 1) groups = 1;
      k.group = ((rows + groups - 1) / groups + ck_bf16_panel - 1) / ck_bf16_panel * ck_bf16_panel;
      groups = (rows + k.group - 1) / k.group;
      ck_run(pack_rows(), &k, (rows + 63) / 64, 1, 64 * terms);
      ck_run(product(), &k, groups * strips, 1, k.group * terms + ck_bf16_strip * terms);
    }
  }
}
