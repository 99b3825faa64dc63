// The public kernels: each fills its arguments, says what one item costs, and runs the active body.
#include "bodies.h"
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// --- The instruction set ---

// What the process uses, chosen at first use; and what one thread was told to use instead. Bodies
// are picked by the thread that calls a kernel, so a test that tries another set disturbs nobody.
static _Atomic(const ck_table *) active = NULL;
static _Thread_local const ck_table *mine = NULL;

#if defined(__x86_64__)
static bool has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi2");
}
static const ck_table *named(const char *name) {
  if (strcmp(name, "baseline") == 0) return &ck_table_baseline;
  if (strcmp(name, "avx2") == 0 && has_avx2()) return &ck_table_avx2;
  if (strcmp(name, "avx512") == 0 && has_avx2() && has_avx512()) return &ck_table_avx512;
  return NULL;
}
static const ck_table *best(void) {
  if (!has_avx2()) return &ck_table_baseline;
  return has_avx512() ? &ck_table_avx512 : &ck_table_avx2;
}
#else
static const ck_table *named(const char *name) {
  return strcmp(name, "baseline") == 0 ? &ck_table_baseline : NULL;
}
static const ck_table *best(void) { return &ck_table_baseline; }
#endif

const ck_table *ck_active(void) {
  if (mine != NULL) return mine;
  const ck_table *table = atomic_load_explicit(&active, memory_order_acquire);
  if (table != NULL) return table;
  const char *wanted = getenv("RLX_ISA");
  table = wanted == NULL ? NULL : named(wanted);
  if (table == NULL) table = best();
  atomic_store_explicit(&active, table, memory_order_release);
  return table;
}

bool ck_set_isa(const char *name) {
  const ck_table *table = named(name);
  if (table != NULL) mine = table;
  return table != NULL;
}

const char *ck_isa(void) {
  const ck_table *table = ck_active();
  if (table == &ck_table_baseline) return "baseline";
#if defined(__x86_64__)
  if (table == &ck_table_avx2) return "avx2";
#endif
  return "avx512";
}

/// Rows in one share: about ck_grain floats.
static int64_t row_grain(int64_t width) {
  return width >= ck_grain ? 1 : ck_grain / (width < 1 ? 1 : width);
}

// --- Elementwise ---

// What one float costs, against one that is copied.
static int64_t unary_cost(ck_unary_op op) {
  switch (op) {
  case ck_abs: case ck_relu: case ck_square: case ck_sign: case ck_floor: case ck_clamp:
  case ck_affine: case ck_reciprocal: case ck_sqrt: case ck_rsqrt:
    return 1;
  case ck_exp: case ck_log: case ck_sigmoid: case ck_log_sigmoid: case ck_tanh: case ck_silu:
  case ck_gelu_tanh: case ck_softplus:
    return 4;
  case ck_gelu_erf: case ck_power:
    return 32;
  }
}

bool ck_unary_saves_output(ck_unary_op op) {
  switch (op) {
  case ck_exp: case ck_sqrt: case ck_rsqrt: case ck_sigmoid: case ck_tanh: case ck_relu:
  case ck_reciprocal:
    return true;
  case ck_log: case ck_abs: case ck_log_sigmoid: case ck_silu: case ck_gelu_tanh:
  case ck_gelu_erf: case ck_softplus: case ck_square: case ck_sign: case ck_floor: case ck_clamp:
  case ck_power: case ck_affine:
    return false;
  }
}

void ck_unary(ck_unary_op op, const float *x, float *y, int64_t n, float p0, float p1) {
  ck_elementwise k = {.op = op, .a = x, .y = y, .p0 = p0, .p1 = p1};
  ck_run(ck_active()->unary, &k, n, ck_grain, unary_cost(op));
}

void ck_unary_backward(ck_unary_op op, const float *dy, const float *saved, float *dx, int64_t n,
                       float p0, float p1) {
  ck_elementwise k = {.op = op, .a = dy, .b = saved, .y = dx, .p0 = p0, .p1 = p1};
  ck_run(ck_active()->unary_backward, &k, n, ck_grain, unary_cost(op));
}

static int64_t rows_of(const ck_layout *l) {
  int64_t rows = 1;
  for (int axis = 0; axis < l->rank - 1; axis++) rows *= l->size[axis];
  return rows;
}

ck_layout ck_make_layout(int rank, const long *size, const long *a, const long *b) {
  ck_layout l = {.rank = 0};
  for (int axis = 0; axis < rank; axis++) {
    if (size[axis] == 1) continue;
    const int last = l.rank - 1;
    if (last >= 0 && l.a[last] == a[axis] * size[axis] && l.b[last] == b[axis] * size[axis]) {
      l.size[last] *= size[axis];
      l.a[last] = a[axis];
      l.b[last] = b[axis];
    } else {
      l.size[l.rank] = size[axis];
      l.a[l.rank] = a[axis];
      l.b[l.rank] = b[axis];
      l.rank++;
    }
  }
  if (l.rank == 0) l = (ck_layout){.rank = 1, .size = {1}, .a = {1}, .b = {1}};
  return l;
}

void ck_binary(ck_binary_op op, const float *a, const float *b, float *o, const ck_layout *l) {
  const int64_t n = l->size[l->rank - 1];
  if (l->rank == 1 && l->a[0] == 1 && l->b[0] == 1) {
    ck_elementwise k = {.op = op, .a = a, .b = b, .y = o};
    ck_run(ck_active()->binary, &k, n, ck_grain, 1);
  } else {
    ck_strided k = {.op = op, .a = a, .b = b, .y = o, .layout = l};
    ck_run(ck_active()->binary_rows, &k, rows_of(l), row_grain(n), n + 8);
  }
}

void ck_copy(const float *a, float *b, const ck_layout *l) {
  const int64_t n = l->size[l->rank - 1];
  ck_strided k = {.op = 0, .a = a, .y = b, .layout = l};
  ck_run(ck_active()->accumulate_rows, &k, rows_of(l), row_grain(n), n + 8);
}

void ck_accumulate(const float *a, float *b, const ck_layout *l) {
  const int64_t n = l->size[l->rank - 1];
  if (l->rank == 1 && l->a[0] == 1 && l->b[0] == 1) {
    ck_elementwise k = {.op = ck_add, .a = b, .b = a, .y = b};
    ck_run(ck_active()->binary, &k, n, ck_grain, 1);
  } else {
    ck_strided k = {.op = 1, .a = a, .y = b, .layout = l};
    ck_run(ck_active()->accumulate_rows, &k, rows_of(l), row_grain(n), n + 8);
  }
}

void ck_fill(float *x, int64_t n, float value) {
  ck_elementwise k = {.y = x, .p0 = value};
  ck_run(ck_active()->fill, &k, n, ck_grain, 1);
}

void ck_ramp(float *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) x[i] = (float)i;
}

const void *ck_bodies(void) { return ck_active(); }

void ck_finish_block(const ck_finish *f, int64_t row, int64_t rows, int64_t column,
                     int64_t columns) {
  ck_finish_work k = {.f = f, .row = row, .column = column, .columns = columns};
  const int64_t cost = f->bent == NULL ? 2 : 2 + unary_cost(f->op);
  const ck_table *bodies = f->bodies;
  ck_run(bodies->finish_product, &k, rows, row_grain(columns), cost * columns + 8);
}

void ck_select(const float *mask, const float *a, const float *b, float *o, int64_t n) {
  ck_elementwise k = {.a = a, .b = b, .c = mask, .y = o};
  ck_run(ck_active()->select, &k, n, ck_grain, 1);
}

void ck_swiglu(const float *gate, const float *up, float *out, int64_t n) {
  ck_elementwise k = {.a = gate, .b = up, .y = out};
  ck_run(ck_active()->swiglu, &k, n, ck_grain, 4);
}

void ck_swiglu_backward(const float *dout, const float *gate, const float *up, float *dgate,
                        float *dup, int64_t n) {
  ck_elementwise k = {.a = gate, .b = up, .c = dout, .y = dgate, .z = dup};
  ck_run(ck_active()->swiglu_backward, &k, n, ck_grain, 6);
}

// --- Products, decoding ---

void ck_vector_matrix(const float *x, const float *b, float *y, int64_t k, int64_t n,
                      int64_t ldb) {
  ck_product_work w = {.x = x, .b = b, .y = y, .k = k, .n = n, .ldb = ldb};
  ck_run(ck_active()->vector_matrix, &w, n, 64, k);
}

static int64_t longest_sequence(const ck_attention *a) {
  int64_t longest = 0;
  for (int64_t b = 0; b < a->B; b++) {
    int64_t T = a->offsets[b + 1] - a->offsets[b];
    if (T > longest) longest = T;
  }
  return longest;
}

void ck_causal_attention(const ck_attention *a) {
  int64_t longest = longest_sequence(a), T = a->B > 0 ? a->offsets[a->B] / a->B : 0;
  ck_attention_work k = {
      .a = a, .parts = (longest + ck_attention_queries - 1) / ck_attention_queries};
  if (k.parts < 1) return;
  ck_run(ck_active()->attention, &k, a->B * a->H * k.parts, 1,
         T * T * (a->D + 8) / 8 / k.parts + 1);
}

/// Parts that the queries of each sequence are taken in. Sequences and heads are enough to share out
/// where there are many; a long one alone is cut, at the price of parts of dk and dv to add up. By
/// sizes alone, so that sums group alike on any team.
static int64_t backward_parts(const ck_attention *a) {
  int64_t parts = longest_sequence(a) / 512;
  if (a->B * a->G >= 8 || parts < 2) return 1;
  return parts > 8 ? 8 : parts;
}

void ck_causal_attention_backward(const ck_attention *a, const float *dout, float *dq, float *dk,
                                  float *dv) {
  ck_attention_work k = {.a = a, .dout = dout, .dq = dq, .dk = dk, .dv = dv,
                         .parts = backward_parts(a)};
  const int64_t N = a->B > 0 ? a->offsets[a->B] : 0, T = a->B > 0 ? N / a->B : 0;
  const int64_t floats = 2 * k.parts * N * a->G * a->D;
  if (k.parts > 1) {
    k.partial = malloc((size_t)floats * sizeof(float));
    if (k.partial == NULL) abort();
  }
  ck_run(ck_active()->attention_backward, &k, a->B * a->G * k.parts, 1,
         T * T * (a->D + 8) / 4 / k.parts + 1);
  if (k.parts > 1) ck_run(ck_active()->attention_parts, &k, N, 16, 2 * k.parts * a->G * a->D);
  free(k.partial);
}

void ck_decode_attention(const float *q, int64_t q_stride, const float *keys, const float *values,
                         const int32_t *rows, const int32_t *positions, float *o, int64_t N,
                         int64_t H, int64_t G, int64_t D, int64_t capacity, float scale,
                         int64_t window, float softcap) {
  ck_decode_work k = {.q = q, .q_stride = q_stride, .keys = keys, .values = values, .rows = rows,
                      .positions = positions, .o = o, .H = H, .G = G, .D = D,
                      .capacity = capacity, .scale = scale, .window = window, .softcap = softcap};
  int64_t depth = N > 0 ? positions[N - 1] + 1 : 1;
  ck_run(ck_active()->decode_attention, &k, N * H, 1, depth * D / 4 + 16);
}

typedef struct {  // items: tokens
  const float *x;
  float *cache;
  const int32_t *rows, *positions;
  int64_t stride, width, capacity;
} appending;

static void append(const void *arguments, int64_t begin, int64_t end) {
  const appending *k = arguments;
  for (int64_t n = begin; n < end; n++) {
    const int64_t row = k->rows[n], position = k->positions[n];
    float *to = k->cache + (row * k->capacity + position / 16 * 16) * k->width + position % 16;
    for (int64_t c = 0; c < k->width; c++) to[c * 16] = k->x[n * k->stride + c];
  }
}

void ck_cache_append(const float *x, int64_t stride, float *cache, const int32_t *rows,
                     const int32_t *positions, int64_t N, int64_t width, int64_t capacity) {
  appending k = {.x = x, .cache = cache, .rows = rows, .positions = positions, .stride = stride,
                 .width = width, .capacity = capacity};
  ck_run(append, &k, N, 1, 8 * width);  // a cache line for every number
}

void ck_cache_copy(float *cache, int64_t from, int64_t to, int64_t length, int64_t width,
                   int64_t capacity) {
  memcpy(cache + to * width * capacity, cache + from * width * capacity,
         (size_t)((length + 15) / 16 * 16 * width) * sizeof(float));
}
