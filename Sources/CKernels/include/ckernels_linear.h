#pragma once
#include <stdint.h>

// y [N, M] = x [N, C] times w [M, C] transposed. Each output is one sum over C in an order that
// depends on C alone: not on N, nor on its place, nor on the number of threads.
void ck_linear_rows(const float *x, const float *w, float *y, int64_t N, int64_t C, int64_t M);

// y [N, M] = x [N, C] times w [C, M], in the same manner.
void ck_matmul_rows(const float *x, const float *w, float *y, int64_t N, int64_t C, int64_t M);
