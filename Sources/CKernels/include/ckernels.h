// Fused loops over float32 arrays: the only arithmetic in rlx besides oneDNN's matrix products.
//
// Letters: N rows, C width, H heads, G key/value heads, D head size, V vocabulary, B sequences.
// Unless a stride is an argument, arrays are row-major and contiguous. Nothing here allocates results,
// prints, or fails: sizes are the caller's duty, and non-finite input follows IEEE 754.
// Results do not depend on the number of threads; they may differ in the last bits between
// instruction sets.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- The team of threads and the instruction set (team.c, dispatch.c) ---

int ck_threads(void);
void ck_set_threads(int threads);
/// Calls body(arguments, i) for each i in 0..<count, spread over the team. A library that the body
/// calls and that reads OpenMP's settings, as oneDNN does, finds one thread for itself.
void ck_each(void (*body)(const void *arguments, int64_t index), const void *arguments, int64_t count);
const char *ck_isa(void);
/// The instruction set for calls from this thread: "baseline", "avx2" or "avx512". False where unknown
/// or not available. RLX_ISA sets it for the whole process.
bool ck_set_isa(const char *name);

// --- Elementwise (body_elementwise.h) ---

/// Numbering shared with RLXTensor's UnaryOp.
typedef enum : int32_t {
  ck_exp, ck_log, ck_sqrt, ck_rsqrt, ck_abs, ck_sigmoid, ck_log_sigmoid, ck_tanh, ck_relu, ck_silu,
  ck_gelu_tanh, ck_gelu_erf, ck_softplus, ck_square, ck_sign, ck_floor, ck_reciprocal,
  ck_clamp,   // to p0...p1
  ck_power,   // x ** p0
  ck_affine,  // p0 * x + p1
} ck_unary_op;

/// Numbering shared with RLXTensor's BinaryOp.
typedef enum : int32_t {
  ck_add, ck_subtract, ck_multiply, ck_divide, ck_pow, ck_minimum, ck_maximum,
  ck_eq, ck_ne, ck_lt, ck_le, ck_gt, ck_ge,
  ck_pow_da,      // b * a ** (b - 1), 0 where b is 0
  ck_pow_db,      // a ** b * log(a), 0 where a is 0 and b is not negative
  ck_minimum_da,  // 1 where a < b, 1/2 where equal
  ck_maximum_da,  // 1 where a > b, 1/2 where equal
} ck_binary_op;

#define CK_MAX_RANK 16
/// Sizes and element strides of up to three arrays walked together, outermost first.
typedef struct {
  int32_t rank;
  int64_t size[CK_MAX_RANK], a[CK_MAX_RANK], b[CK_MAX_RANK];
} ck_layout;
/// The walk over two arrays of one shape, at most CK_MAX_RANK axes with strides in floats: axes of size 1
/// dropped, neighbours that lie alike merged.
ck_layout ck_make_layout(int rank, const long *size, const long *a, const long *b);

void ck_unary(ck_unary_op op, const float *x, float *y, int64_t n, float p0, float p1);
/// dx = dy * f'(x), where `saved` is x or y as ck_unary_saves_output says.
void ck_unary_backward(ck_unary_op op, const float *dy, const float *saved, float *dx, int64_t n,
                       float p0, float p1);
bool ck_unary_saves_output(ck_unary_op op);
/// o (contiguous over layout.size) = a op b, strides layout.a and layout.b.
void ck_binary(ck_binary_op op, const float *a, const float *b, float *o, const ck_layout *layout);
/// b = a, strides layout.a and layout.b.
void ck_copy(const float *a, float *b, const ck_layout *layout);
/// b += a, strides layout.a and layout.b; places of b must be distinct.
void ck_accumulate(const float *a, float *b, const ck_layout *layout);
void ck_fill(float *x, int64_t n, float value);
void ck_ramp(float *x, int64_t n);
/// o = mask != 0 ? a : b.
void ck_select(const float *mask, const float *a, const float *b, float *o, int64_t n);
/// out = silu(gate) * up.
void ck_swiglu(const float *gate, const float *up, float *out, int64_t n);
void ck_swiglu_backward(const float *dout, const float *gate, const float *up, float *dgate,
                        float *dup, int64_t n);

// --- Reductions over the middle of [outer, n, inner] (body_reduce.h) ---

void ck_sum(const float *x, float *y, int64_t outer, int64_t n, int64_t inner, float scale);
/// sign = 1: maximum, -1: minimum. NaN wins. n > 0.
void ck_extreme(const float *x, float *y, int64_t outer, int64_t n, int64_t inner, int sign);
/// dx = dy shared among the places equal to y.
void ck_extreme_backward(const float *dy, const float *x, const float *y, float *dx, int64_t outer,
                         int64_t n, int64_t inner);
/// First place of the maximum, as a float in `y` (exact below 2^24) or an int32.
void ck_argmax(const float *x, int32_t *y, int64_t outer, int64_t n, int64_t inner);
void ck_cumsum(const float *x, float *y, int64_t outer, int64_t n, int64_t inner, bool backward);
/// 1 when every value is finite.
bool ck_all_finite(const float *x, int64_t n);

// --- Softmax over rows [N, C] (body_softmax.h) ---

void ck_softmax(const float *x, float *y, int64_t N, int64_t C);
void ck_softmax_backward(const float *dy, const float *y, float *dx, int64_t N, int64_t C);
void ck_log_softmax(const float *x, float *y, int64_t N, int64_t C);
void ck_log_softmax_backward(const float *dy, const float *y, float *dx, int64_t N, int64_t C);
void ck_logsumexp(const float *x, float *y, int64_t N, int64_t C);
void ck_logsumexp_backward(const float *dy, const float *x, const float *y, float *dx, int64_t N,
                           int64_t C);
/// y[r] = log softmax(logits[r] * inverse_temperature)[targets[r]], entropy[r] that distribution's in
/// nats, best[r] its likeliest token; rest [N, 2] keeps what the gradient needs of each row: the
/// maximum, and the normaliser less it.
void ck_token_scores(const float *logits, const int32_t *targets, float *y, float *rest, float *entropy,
                     int32_t *best, int64_t N, int64_t V, float inverse_temperature);
/// The gradient of y. dx may be the memory of the logits.
void ck_token_scores_backward(const float *dy, const float *logits, const int32_t *targets,
                              const float *rest, float *dx, int64_t N, int64_t V,
                              float inverse_temperature);
/// y[r] = entropy of softmax(logits[r]) in nats; rest[r] keeps the
/// normaliser less the row's maximum.
void ck_token_entropy(const float *logits, float *y, float *rest, int64_t N, int64_t V);
void ck_token_entropy_backward(const float *dy, const float *logits, const float *y,
                               const float *rest, float *dx, int64_t N, int64_t V);

// --- Norms over rows [N, C] (body_norm.h) ---

void ck_rms_norm(const float *x, const float *w, float *y, float *rstd, int64_t N, int64_t C,
                 float eps);
/// dw may be NULL.
void ck_rms_norm_backward(const float *dy, const float *x, const float *w, const float *rstd,
                          float *dx, float *dw, int64_t N, int64_t C);
void ck_layer_norm(const float *x, const float *w, const float *b, float *y, float *mean,
                   float *rstd, int64_t N, int64_t C, float eps);
/// dw and db may be NULL, both or neither.
void ck_layer_norm_backward(const float *dy, const float *x, const float *w, const float *mean,
                            const float *rstd, float *dx, float *dw, float *db, int64_t N,
                            int64_t C);

// --- Rows: gather, scatter, rotary positions (body_rows.h) ---

/// y[i] = x[ids[i]], rows of C; ids in 0..<rows.
void ck_gather(const float *x, const int32_t *ids, float *y, int64_t n, int64_t C);
/// dx[r] += the sum of the dy[i] with ids[i] = r, in the order of i.
void ck_scatter_add(const float *dy, const int32_t *ids, float *dx, int64_t n, int64_t rows,
                    int64_t C);
/// Rotate-half rotary embedding of the first R of each head's D numbers in x [N, H*D] by cosines and
/// sines [P, R/2]; the others stay. Sign -1 undoes it.
void ck_rope(const float *x, const int32_t *positions, const float *cosines, const float *sines,
             float *y, int64_t N, int64_t H, int64_t D, int64_t R, float sign);

// --- Attention (body_attention.h, body_decode.h) ---

typedef struct {
  const float *q, *k, *v;    // [N, H*D], [N, G*D], [N, G*D]
  int64_t stride_q, stride_k, stride_v;  // from row to row of these, and of their gradients
  float *o, *lse;            // [N, H*D], [N, H]
  const int32_t *offsets;    // [B + 1]
  int64_t B, H, G, D;
  float scale;
  int64_t window;            // tokens a token sees, itself among them; 0 for all before it
  float softcap;             // scores s become softcap * tanh(s / softcap); 0: they stay
} ck_attention;
void ck_causal_attention(const ck_attention *a);
void ck_causal_attention_backward(const ck_attention *a, const float *dout, float *dq, float *dk,
                                  float *dv);
/// Keys or values of one layer: [rows][capacity / 16][width][16], sixteen positions innermost.
/// Tokens' vectors x[n * stride ...] of `width` numbers go to positions[n] of rows[n].
void ck_cache_append(const float *x, int64_t stride, float *cache, const int32_t *rows,
                     const int32_t *positions, int64_t N, int64_t width, int64_t capacity);
void ck_cache_copy(float *cache, int64_t from, int64_t to, int64_t length, int64_t width,
                   int64_t capacity);
/// Attention of token n at positions[n] of rows[n] over cached positions 0...positions[n], or the
/// last `window` of them; window and softcap as in ck_attention.
void ck_decode_attention(const float *q, int64_t q_stride, const float *keys, const float *values,
                         const int32_t *rows, const int32_t *positions, float *o, int64_t N,
                         int64_t H, int64_t G, int64_t D, int64_t capacity, float scale,
                         int64_t window, float softcap);

// --- Products (body_product.h), optimizer (body_optimizer.h) ---

/// y[n] = x[k] B[k, n] with a fixed order of summation.
void ck_vector_matrix(const float *x, const float *b, float *y, int64_t k, int64_t n, int64_t ldb);

/// What follows a product y [N, M]: y += bias; then y = residual + y, or bent = op(y). Any may be NULL.
typedef struct {
  float *y;
  const float *bias, *residual;  // [M], [N, M]
  float *bent;                   // [N, M]
  int32_t op;                    // a ck_unary_op
  int64_t M;
  const void *bodies;            // ck_bodies() of the thread that asks, whichever threads work
} ck_finish;
/// The kernels' bodies for calls from this thread.
const void *ck_bodies(void);
/// Does it for a block of y; a thread of the team can call it for the block that it made.
void ck_finish_block(const ck_finish *f, int64_t row, int64_t rows, int64_t column, int64_t columns);

typedef struct {
  float learning_rate, eps;
  float gradient_scale;  // what gradients are multiplied by first: 1, or less to clip their norm
  double beta1, beta2;  // 1 - 0.999 in float would be off by 5e-5 of itself
  double correction1, correction2;  // 1 - beta ** step
} ck_adamw_settings;

/// A parameter: its n values, gradient and moments.
typedef struct {
  float *p;
  const float *g;
  float *m, *v;
  int64_t n;
  float weight_decay;
} ck_adamw_piece;

/// One step of all parameters.
void ck_adamw(const ck_adamw_piece *pieces, int64_t count, const ck_adamw_settings *s);
/// sums[i] = the sum of squares of the i-th gradient; only g and n are read.
void ck_piece_squares(const ck_adamw_piece *pieces, int64_t count, double *sums);

// --- Counter-based randomness (philox.c): Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011; Philox4x32 with 10 rounds ---

void ck_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
/// x[i] uniform in low..<high or standard normal, from the counters (i / 4, 0, 0, stream).
void ck_random_uniform(float *x, int64_t n, const uint32_t key[2], uint32_t stream, float low,
                       float high);
void ck_random_normal(float *x, int64_t n, const uint32_t key[2], uint32_t stream);
