#pragma once
#include <stdbool.h>
#include <stdint.h>

// Products with weights packed once for the kernel that reads them: y = x Wᵀ for generation.
//
// Outputs lie in panels of 32, the last filled up with zeros; within a panel the inputs follow each
// other, the 32 outputs of one input (or of a few, see ck_format) side by side. Every output is one sum
// from the first input to the last, so a row of x gets the same bits whatever other rows there are,
// and for any number of threads.

typedef enum : int32_t {
  /// float32: [panels][K][32].
  ck_packed_f32,
  /// bf16, x rounded to bf16 too, sums in float32: [panels][K / 2][32][2].
  ck_packed_bf16,
  /// Whole numbers from -127 to 127, with a scale of bf16 for 32 inputs of an output; x likewise, its
  /// scale in float32. Sums of 32 products are exact, those of all in float32.
  ck_packed_q8,
} ck_format;

/// Bytes of W [M, K] packed.
int64_t ck_packed_bytes(ck_format format, int64_t M, int64_t K);

/// Packs W [M, K], whose element (m, k) lies at w[m * row + k * column]; one of the two steps is 1.
void ck_pack(ck_format format, const float *w, int64_t row, int64_t column, int64_t M, int64_t K,
             void *packed);

/// Row rows[i] of W as float32: y [count, K].
void ck_unpack_rows(ck_format format, const void *packed, const int32_t *rows, int64_t count,
                    int64_t K, float *y);

/// One product of a group: y [N, M] = activation(x Wᵀ + bias) + added.
typedef struct {
  const void *weights;  // packed
  const float *bias;    // [M] or NULL
  const float *added;   // [N, M] or NULL; may be y
  float *y;             // [N, M]
  int64_t M;
  int32_t activation;   // a ck_unary_op without parameters, or -1
} ck_packed_product;

/// Does `count` products of one x [N, K] by weights of one format in one go.
void ck_packed_linear(ck_format format, const float *x, int64_t N, int64_t K,
                      const ck_packed_product *products, int32_t count);

/// y[i] = the bf16 nearest to x[i], ties to even; y may be x.
void ck_round_to_bf16(const float *x, float *y, int64_t n);
