#include "ckernels_sampling.h"

#include "bodies.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

// One order of sums for all machines.
static double sum_of(const float *p, int64_t n) {
  enum { lanes = 8 };
  double sums[lanes] = {0}, sum = 0;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (int j = 0; j < lanes; j++) sums[j] += (double)p[i + j];
  for (; i < n; i++) sums[0] += (double)p[i];
  for (int j = 0; j < lanes; j++) sum += sums[j];
  return sum;
}

static inline int comes_first(const float *z, int32_t a, int32_t b) {
  return z[a] > z[b] || (z[a] == z[b] && a < b);
}

static void sift_down(const float *z, int32_t *heap, int64_t count, int64_t at) {
  int32_t moving = heap[at];
  for (;;) {
    int64_t child = 2 * at + 1;
    if (child >= count) break;
    if (child + 1 < count && comes_first(z, heap[child + 1], heap[child])) child++;
    if (!comes_first(z, heap[child], moving)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moving;
}

// Moves the first of the heap's `count` ids behind the others and returns it.
static int32_t pop(const float *z, int32_t *heap, int64_t count) {
  int32_t first = heap[0];
  heap[0] = heap[count - 1];
  heap[count - 1] = first;
  sift_down(z, heap, count - 1, 0);
  return first;
}

// Sets p to 0 for every token that top_k or top_p removes. Only the tokens kept are sorted: a heap
// costs V + kept log V.
static void filter(const ck_sampling *s, int64_t n, const float *z, float *p, int32_t *order,
                   double mass) {
  for (int64_t i = 0; i < n; i++) order[i] = (int32_t)i;
  for (int64_t at = n / 2 - 1; at >= 0; at--) sift_down(z, order, n, at);

  // top_k: popped ids end up, largest first, at order[n - 1], order[n - 2], …
  int64_t kept = n;
  int64_t popped = 0;
  if (s->top_k > 0 && s->top_k < n) {
    kept = 0;
    mass = 0;
    float threshold = -INFINITY;
    while (kept < n && (kept < s->top_k || z[order[0]] == threshold)) {
      int32_t id = pop(z, order, n - kept);
      threshold = z[id];
      mass += (double)p[id];
      kept++;
    }
    popped = kept;
  }
  // top_p: transformers removes, from the least likely up, what adds up to at most 1 - top_p: a
  // token stays while the mass of the likelier ones is below top_p. The first always stays.
  if (s->top_p < 1.0f) {
    double above = 0;
    int64_t nucleus = 0;
    while (nucleus < kept && (nucleus == 0 || above < (double)s->top_p * mass)) {
      int32_t id = nucleus < popped ? order[n - 1 - nucleus] : pop(z, order, n - nucleus);
      above += (double)p[id];
      nucleus++;
    }
    if (popped < nucleus) popped = nucleus;
    kept = nucleus;
  }
  // What was not kept lies in front of the last `kept` places.
  for (int64_t i = 0; i < n - kept; i++) p[order[i]] = 0.0f;
}

// The first id whose cumulative mass exceeds u * total; ids of mass 0 are never drawn. Whole blocks are
// passed over by their sums.
static int64_t invert(const float *p, int64_t n, double u) {
  enum { block = 256 };
  double total = 0;
  for (int64_t i = 0; i < n; i += block) total += sum_of(p + i, n - i < block ? n - i : block);
  double target = u * total, sum = 0;
  int64_t last = -1;
  for (int64_t i = 0; i < n; i += block) {
    int64_t end = n - i < block ? n : i + block;
    double mass = sum_of(p + i, end - i);
    // Within the block the sum grows in another order: a little less than `mass` may pass the target.
    bool here = sum + mass > target * (1 - 1e-12);
    double inside = sum;
    for (int64_t j = i; here && j < end; j++) {
      if (p[j] <= 0) continue;
      last = j;
      inside += (double)p[j];
      if (inside > target) return j;
    }
    for (int64_t j = end - 1; !here && mass > 0 && j >= i; j--) {
      if (p[j] <= 0) continue;
      last = j;
      break;
    }
    sum += mass;
  }
  return last;
}

static int is_forbidden(const ck_sampling *s, int64_t id) {
  for (int32_t i = 0; i < s->forbidden_count; i++) {
    if (s->forbidden[i] == id) return 1;
  }
  return 0;
}

// The index of the largest x that is not forbidden, the lowest of equals, or -1.
static int64_t greedy(const ck_sampling *s, const float *x, int64_t n) {
  int64_t best = -1;
  for (int64_t i = 0; i < n; i++) {
    if (x[i] == -INFINITY || (best >= 0 && x[i] <= x[best])) continue;
    if (!is_forbidden(s, i)) best = i;
  }
  return best;
}

static int32_t sample_row(const ck_table *table, const float *x, int64_t n, const ck_sampling *s,
                          double u, float *z, float *p, int32_t *order, int32_t *token,
                          float *log_prob) {
  ck_sampling_row row = {.x = x, .z = z, .p = p}, *k = &row;
  table->sampling_largest(&k, 0, n);
  const float m = row.largest;
  if (row.broken || !(m > -INFINITY)) return CK_SAMPLE_NOT_FINITE;
  row.shift = m;
  row.temperature = s->temperature > 0 ? s->temperature : 1.0f;
  table->sampling_exponentials(&k, 0, n);
  const float temperature = row.temperature;
  const double log_sum = log(row.sum);

  int64_t drawn;
  if (s->temperature > 0) {
    bool filters = (s->top_k > 0 && s->top_k < n) || s->top_p < 1.0f;
    if (s->forbidden_count > 0) {
      bool gone = false;  // the largest, of which z is 0
      for (int32_t i = 0; i < s->forbidden_count; i++) {
        int32_t id = s->forbidden[i];
        if (id < 0 || id >= n) continue;
        gone |= z[id] == 0;
        z[id] = -INFINITY;
        p[id] = 0;
      }
      if (gone) {  // the rest is scaled anew
        row.x = z;
        table->sampling_largest(&k, 0, n);
        if (!(row.largest > -INFINITY)) return CK_SAMPLE_NOTHING_LEFT;
        row.shift = row.largest;
        row.temperature = 1;
        table->sampling_exponentials(&k, 0, n);
      } else if (filters) {
        row.sum = sum_of(p, n);
      }
    }
    if (filters) filter(s, n, z, p, order, row.sum);
    drawn = invert(p, n, u);
  } else {
    drawn = greedy(s, x, n);
  }
  if (drawn < 0) return CK_SAMPLE_NOTHING_LEFT;
  *token = (int32_t)drawn;
  *log_prob = (float)((double)((x[drawn] - m) / temperature) - log_sum);
  return CK_SAMPLED;
}

typedef struct {  // items: rows
  const ck_table *table;
  const float *logits;
  int64_t vocabulary;
  const ck_sampling *settings;
  const double *uniforms;
  int32_t *tokens;
  float *log_probs;
} sampling_work;

// A row in trouble leaves -1 - trouble in place of its token.
static void sample_share(const void *arguments, int64_t begin, int64_t end) {
  const sampling_work *k = arguments;
  const int64_t n = k->vocabulary;
  float *z = ck_scratch(3 * n), *p = z + n;
  int32_t *order = (int32_t *)(p + n);
  for (int64_t row = begin; row < end; row++) {
    int32_t trouble = sample_row(k->table, k->logits + row * n, n, k->settings, k->uniforms[row], z,
                                 p, order, k->tokens + row, k->log_probs + row);
    if (trouble != CK_SAMPLED) k->tokens[row] = -1 - trouble;
  }
}

int32_t ck_sample_rows(const float *logits, int64_t rows, int64_t vocabulary,
                       const ck_sampling *settings, const double *uniforms, int32_t *tokens,
                       float *log_probs, int64_t *bad_row) {
  sampling_work k = {.table = ck_active(), .logits = logits, .vocabulary = vocabulary,
                     .settings = settings, .uniforms = uniforms, .tokens = tokens,
                     .log_probs = log_probs};
  // An exponential and two sums in double cost what touching eight floats does.
  ck_run(sample_share, &k, rows, 1, 8 * vocabulary);
  for (int64_t row = 0; row < rows; row++) {
    if (tokens[row] >= 0) continue;
    *bad_row = row;
    return -1 - tokens[row];
  }
  return CK_SAMPLED;
}
