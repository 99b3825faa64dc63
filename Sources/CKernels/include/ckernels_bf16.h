#pragma once
#include <stdint.h>

/// Element (i, j) is elements[i * row + j * column]; one of the two steps is 1.
typedef struct {
  const float *elements;
  int64_t row, column;
} ck_matrix;

/// C [M, N], row-major, = A [M, K] B [K, N], every operand rounded to bf16 (nearest, ties to even),
/// sums in float32. Each sum runs over pairs of terms in order: its bits depend on K and its own
/// terms
/// alone. M, N, K > 0.
void ck_product_bf16(const ck_matrix *a, const ck_matrix *b, float *c, int64_t M, int64_t N,
                     int64_t K);
