// The kernels' bodies and their arguments. Every body is compiled once per instruction set (isa.c)
// and reached through the table that dispatch.c fills once. What an "item" is stands beside each.
#pragma once
#include "include/ckernels.h"
#include "include/ckernels_packed.h"
#include "team.h"

#define CK_BODIES(X)                                                                              \
  X(unary) X(unary_backward) X(binary) X(binary_rows) X(accumulate_rows) X(fill) X(select)        \
  X(swiglu) X(swiglu_backward) X(sum_rows) X(sum_columns) X(sum_partial) X(extreme_rows)          \
  X(extreme_columns) X(argmax) X(softmax) X(softmax_backward) X(log_softmax)           \
  X(log_softmax_backward) X(logsumexp) X(logsumexp_backward) X(token_scores)                      \
  X(token_scores_backward) X(token_entropy) X(token_entropy_backward) X(rms_norm)               \
  X(rms_norm_backward) X(layer_norm) X(layer_norm_backward) X(gather) X(scatter_add) X(rope)      \
  X(attention) X(attention_backward) X(attention_parts) X(decode_attention) X(vector_matrix)      \
  X(packed_f32) X(packed_bf16) X(packed_q8) X(pack_f32) X(pack_bf16) X(round_to_bf16) X(to_bf16)  \
  X(to_q8) X(bf16_pack_rows) X(bf16_product) X(sampling_largest) X(sampling_exponentials)         \
  X(adamw) X(piece_squares) X(finish_product)

typedef struct {
#define CK_FIELD(name) ck_body name;
  CK_BODIES(CK_FIELD)
#undef CK_FIELD
} ck_table;

extern const ck_table ck_table_baseline, ck_table_avx2, ck_table_avx512;
/// Whether the active instruction set multiplies pairs of bf16 and fours of bytes at once.
bool ck_has_dots(void);
const ck_table *ck_active(void);

#if defined(__x86_64__)
/// The products that have instructions of their own on some processors with AVX-512, for those.
extern const ck_body ck_packed_bf16_dots, ck_packed_q8_dots;
extern const ck_body ck_bf16_pack_rows_dots, ck_bf16_product_dots;
#endif

/// Floats in one share of an elementwise pass, and rows in one partial sum over rows: constants, so
/// that sums group the same way whatever the number of threads.
enum { ck_grain = 4096, ck_chunk_floats = 4096, ck_chunk_rows = 256 };

typedef struct {  // items: floats
  int32_t op;
  const float *a, *b, *c;
  float *y, *z;
  int64_t stride_a, stride_b;
  float p0, p1;
} ck_elementwise;

typedef struct {  // items: rows, the last axis of the layout
  int32_t op;
  const float *a, *b;
  float *y;
  const ck_layout *layout;
} ck_strided;

typedef struct {  // items: outer * inner, or chunks
  const float *x;
  float *y;
  int32_t *ids;
  double *partial;
  int64_t n, inner, count;
  float scale;
  int sign;
} ck_reduction;

typedef struct {  // items: rows
  const float *dy, *x, *y, *w, *b, *mean, *rstd;
  const int32_t *targets;
  float *out, *lse, *out_mean, *dw, *db;
  int64_t N, C;
  float scale;
} ck_rows;

typedef struct {  // items: rows from `row` on
  const ck_finish *f;
  int64_t row, column, columns;
} ck_finish_work;

typedef struct {  // items: rows
  const float *logits, *dy;
  const int32_t *targets;
  float *y, *rest, *entropy, *dx;
  int32_t *best;
  int64_t V;
  float scale;
} ck_token_work;

typedef struct {  // items: rows; scatter: rows of the table
  const float *x, *cosines, *sines;
  const int32_t *ids;
  const int32_t *first, *next;  // scatter: [rows], [n]: the first place that goes to a row, the one after
  float *y;
  int64_t n, C, H, D, R;
  float sign;
} ck_moves;

/// Queries of one item of the forward pass.
enum { ck_attention_queries = 256 };

typedef struct {  // items: (sequence, head, part); backward: (sequence, key/value head, part)
  const ck_attention *a;
  const float *dout;
  float *dq, *dk, *dv;
  float *partial;  // [parts, 2, N, G*D]: dk and dv of each part, where there are more than one
  int64_t parts;   // of a sequence
} ck_attention_work;

typedef struct {  // items: (token, head)
  const float *q, *keys, *values;
  const int32_t *rows, *positions;
  float *o;
  int64_t q_stride, H, G, D, capacity, window;
  float scale, softcap;
} ck_decode_work;

typedef struct {  // items: columns
  const float *x, *b;
  float *y;
  int64_t k, n, ldb;
} ck_product_work;

/// Outputs of a panel of packed weights, and rows that one item of a product takes at most.
enum { ck_panel = 32, ck_block_rows = 48 };
/// Inputs of a block of q8 weights, and its bytes in a panel: values and scales.
enum { ck_q8_block = 32, ck_q8_bytes = ck_panel * (ck_q8_block + 2) };

typedef struct {  // items: (product, panel, block of rows)
  const void *x;           // [N, K] in the form that goes with the weights
  const float *scales;     // q8: [N, blocks], of 32 inputs each
  const int32_t *offsets;  // q8: [N, blocks], what the 128 that is added to weights brings
  const ck_packed_product *products;
  int64_t N, K, blocks;
} ck_packed_work;

typedef struct {  // items: panels
  const float *w;
  void *packed;
  int64_t row, column, M, K;  // one of row and column is 1
} ck_packing;

typedef struct {  // items: rows of x [N, K]
  const float *x;
  void *to;
  float *scales;
  int32_t *offsets;
  int64_t K;
} ck_packed_rows;

/// Columns of B, and rows of A, that a bf16 product takes at a time.
enum { ck_bf16_strip = 48, ck_bf16_panel = 8 };

typedef struct {  // items: packing, 64 rows; product, strips of one group of rows after the other
  const float *a, *b;
  float *c;
  uint32_t *packed;
  int64_t a_row, a_term, b_term, b_column, ldc;
  int64_t M, N, K;
  int64_t packed_row, group;
  bool adds;
} ck_bf16_work;

typedef struct {  // one row; bodies get a pointer to a pointer to it
  const float *x;
  float *z, *p;
  float shift, temperature, largest;
  double sum;
  bool broken;
} ck_sampling_row;

typedef struct {  // items: chunks of ck_grain floats of all pieces, none of which shares a chunk
  const ck_adamw_piece *pieces;
  const int64_t *starts;  // [count]: the first chunk of each piece
  int64_t count;
  const ck_adamw_settings *s;
  double *partial;  // [chunks]
} ck_adamw_work;
