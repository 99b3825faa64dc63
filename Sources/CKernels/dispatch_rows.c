// Public kernels over rows: reductions, softmax, norms, gathers.
#include "bodies.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t row_grain(int64_t width) {
  return width >= ck_grain ? 1 : ck_grain / (width < 1 ? 1 : width);
}

static void *memory(int64_t count, size_t size) {
  void *p = malloc((size_t)(count < 1 ? 1 : count) * size);
  if (p == NULL) abort();
  return p;
}

// --- Reductions ---

static int64_t chunks_of(int64_t n) { return (n + ck_chunk_floats - 1) / ck_chunk_floats; }

/// The partial results of `body` over chunks of x, added in order.
static double in_chunks(ck_body body, const float *x, int64_t n) {
  int64_t chunks = chunks_of(n);
  double *partial = memory(chunks, sizeof(double)), total = 0;
  ck_reduction k = {.x = x, .partial = partial, .n = n};
  ck_run(body, &k, chunks, 1, ck_chunk_floats);
  for (int64_t c = 0; c < chunks; c++) total += partial[c];
  free(partial);
  return total;
}

void ck_sum(const float *x, float *y, int64_t outer, int64_t n, int64_t inner, float scale) {
  if (inner == 1 && outer == 1) {
    y[0] = (float)(in_chunks(ck_active()->sum_partial, x, n) * scale);
    return;
  }
  ck_reduction k = {.x = x, .y = y, .n = n, .inner = inner, .scale = scale};
  if (inner == 1) ck_run(ck_active()->sum_rows, &k, outer, row_grain(n), n + 8);
  else ck_run(ck_active()->sum_columns, &k, outer * inner, 16, n + 1);
}

void ck_extreme(const float *x, float *y, int64_t outer, int64_t n, int64_t inner, int sign) {
  ck_reduction k = {.x = x, .y = y, .n = n, .inner = inner, .sign = sign};
  ck_body body = inner == 1 ? ck_active()->extreme_rows : ck_active()->extreme_columns;
  ck_run(body, &k, outer * inner, row_grain(n), n + 8);
}

void ck_extreme_backward(const float *dy, const float *x, const float *y, float *dx, int64_t outer,
                         int64_t n, int64_t inner) {
  for (int64_t item = 0; item < outer * inner; item++) {
    const int64_t at = item / inner * n * inner + item % inner;
    int64_t ties = 0;
    for (int64_t i = 0; i < n; i++) ties += x[at + i * inner] == y[item];
    const float share = dy[item] / (float)(ties < 1 ? 1 : ties);
    for (int64_t i = 0; i < n; i++)
      dx[at + i * inner] = x[at + i * inner] == y[item] ? share : 0.0f;
  }
}

void ck_argmax(const float *x, int32_t *y, int64_t outer, int64_t n, int64_t inner) {
  ck_reduction k = {.x = x, .ids = y, .n = n, .inner = inner};
  ck_run(ck_active()->argmax, &k, outer * inner, row_grain(n), n + 8);
}

void ck_cumsum(const float *x, float *y, int64_t outer, int64_t n, int64_t inner, bool backward) {
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t i = 0; i < n; i++) {
      int64_t at = (o * n + (backward ? n - 1 - i : i)) * inner;
      int64_t before = backward ? at + inner : at - inner;
      for (int64_t c = 0; c < inner; c++) y[at + c] = (i == 0 ? 0.0f : y[before + c]) + x[at + c];
    }
  }
}

bool ck_all_finite(const float *x, int64_t n) {
  uint32_t bad = 0;
  for (int64_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    bad |= (bits & 0x7f800000u) == 0x7f800000u;
  }
  return bad == 0;
}

// --- Softmax ---

#define CK_BY_ROWS(body, cost, ...)                                                                \
  do {                                                                                             \
    ck_rows k = {__VA_ARGS__};                                                                     \
    ck_run(ck_active()->body, &k, N, row_grain(k.C), (cost) * k.C + 8);                            \
  } while (0)

void ck_softmax(const float *x, float *y, int64_t N, int64_t C) {
  CK_BY_ROWS(softmax, 4, .x = x, .out = y, .N = N, .C = C);
}
void ck_softmax_backward(const float *dy, const float *y, float *dx, int64_t N, int64_t C) {
  CK_BY_ROWS(softmax_backward, 2, .dy = dy, .y = y, .out = dx, .N = N, .C = C);
}
void ck_log_softmax(const float *x, float *y, int64_t N, int64_t C) {
  CK_BY_ROWS(log_softmax, 4, .x = x, .out = y, .N = N, .C = C);
}
void ck_log_softmax_backward(const float *dy, const float *y, float *dx, int64_t N, int64_t C) {
  CK_BY_ROWS(log_softmax_backward, 4, .dy = dy, .y = y, .out = dx, .N = N, .C = C);
}
void ck_logsumexp(const float *x, float *y, int64_t N, int64_t C) {
  CK_BY_ROWS(logsumexp, 4, .x = x, .out = y, .N = N, .C = C);
}
void ck_logsumexp_backward(const float *dy, const float *x, const float *y, float *dx, int64_t N,
                           int64_t C) {
  CK_BY_ROWS(logsumexp_backward, 4, .dy = dy, .x = x, .y = y, .out = dx, .N = N, .C = C);
}
void ck_token_scores(const float *logits, const int32_t *targets, float *y, float *rest, float *entropy,
                     int32_t *best, int64_t N, int64_t V, float inverse_temperature) {
  ck_token_work k = {.logits = logits, .targets = targets, .y = y, .rest = rest, .entropy = entropy,
                     .best = best, .V = V, .scale = inverse_temperature};
  ck_run(ck_active()->token_scores, &k, N, row_grain(V), 5 * V + 8);
}
void ck_token_scores_backward(const float *dy, const float *logits, const int32_t *targets,
                              const float *rest, float *dx, int64_t N, int64_t V,
                              float inverse_temperature) {
  ck_token_work k = {.logits = logits, .dy = dy, .targets = targets, .rest = (float *)rest, .dx = dx,
                     .V = V, .scale = inverse_temperature};
  ck_run(ck_active()->token_scores_backward, &k, N, row_grain(V), 4 * V + 8);
}
void ck_token_entropy(const float *logits, float *y, float *rest, int64_t N, int64_t V) {
  CK_BY_ROWS(token_entropy, 8, .x = logits, .out = y, .lse = rest, .N = N, .C = V);
}
void ck_token_entropy_backward(const float *dy, const float *logits, const float *y,
                               const float *rest, float *dx, int64_t N, int64_t V) {
  CK_BY_ROWS(token_entropy_backward, 4, .dy = dy, .x = logits, .y = y, .lse = (float *)rest,
             .out = dx, .N = N, .C = V);
}

// --- Norms ---

void ck_rms_norm(const float *x, const float *w, float *y, float *rstd, int64_t N, int64_t C,
                 float eps) {
  CK_BY_ROWS(rms_norm, 2, .x = x, .w = w, .out = y, .lse = rstd, .N = N, .C = C, .scale = eps);
}

void ck_layer_norm(const float *x, const float *w, const float *b, float *y, float *mean,
                   float *rstd, int64_t N, int64_t C, float eps) {
  CK_BY_ROWS(layer_norm, 3, .x = x, .w = w, .b = b, .out = y, .out_mean = mean, .lse = rstd, .N = N,
             .C = C, .scale = eps);
}

static int64_t row_chunks(int64_t N) { return (N + ck_chunk_rows - 1) / ck_chunk_rows; }

void ck_rms_norm_backward(const float *dy, const float *x, const float *w, const float *rstd,
                          float *dx, float *dw, int64_t N, int64_t C) {
  int64_t chunks = row_chunks(N);
  float *partial = dw == NULL ? NULL : memory(chunks * C, sizeof(float));
  ck_rows k = {.dy = dy, .x = x, .w = w, .rstd = rstd, .out = dx, .dw = partial, .N = N, .C = C};
  ck_run(ck_active()->rms_norm_backward, &k, chunks, 1, 3 * C * ck_chunk_rows);
  if (dw != NULL && C > 0) ck_sum(partial, dw, 1, chunks, C, 1.0f);
  free(partial);
}

void ck_layer_norm_backward(const float *dy, const float *x, const float *w, const float *mean,
                            const float *rstd, float *dx, float *dw, float *db, int64_t N,
                            int64_t C) {
  int64_t chunks = row_chunks(N);
  bool weights = dw != NULL && db != NULL;
  float *partial = weights ? memory(2 * chunks * C, sizeof(float)) : NULL;
  float *second = weights ? partial + chunks * C : NULL;
  ck_rows k = {.dy = dy, .x = x, .w = w, .mean = mean, .rstd = rstd, .out = dx, .dw = partial,
               .db = second, .N = N, .C = C};
  ck_run(ck_active()->layer_norm_backward, &k, chunks, 1, 4 * C * ck_chunk_rows);
  if (weights && C > 0) {
    ck_sum(partial, dw, 1, chunks, C, 1.0f);
    ck_sum(second, db, 1, chunks, C, 1.0f);
  }
  free(partial);
}

// --- Rows by index ---

void ck_gather(const float *x, const int32_t *ids, float *y, int64_t n, int64_t C) {
  ck_moves k = {.x = x, .ids = ids, .y = y, .n = n, .C = C};
  ck_run(ck_active()->gather, &k, n, row_grain(C), C + 8);
}

void ck_scatter_add(const float *dy, const int32_t *ids, float *dx, int64_t n, int64_t rows,
                    int64_t C) {
  int32_t *first = memory(rows + n, sizeof *first), *next = first + rows;
  for (int64_t row = 0; row < rows; row++) first[row] = -1;
  for (int64_t i = n - 1; i >= 0; i--) {
    next[i] = first[ids[i]];
    first[ids[i]] = (int32_t)i;
  }
  ck_moves k = {.x = dy, .first = first, .next = next, .y = dx, .n = n, .C = C};
  ck_run(ck_active()->scatter_add, &k, rows, row_grain(C), rows < 1 ? 1 : n * C / rows + 1);
  free(first);
}

void ck_rope(const float *x, const int32_t *positions, const float *cosines, const float *sines,
             float *y, int64_t N, int64_t H, int64_t D, int64_t R, float sign) {
  ck_moves k = {.x = x, .ids = positions, .cosines = cosines, .sines = sines, .y = y, .n = N,
                .H = H, .D = D, .R = R, .sign = sign};
  ck_run(ck_active()->rope, &k, N, row_grain(H * D), 2 * H * D + 8);
}
