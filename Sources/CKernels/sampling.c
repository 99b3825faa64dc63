#include "ckernels_sampling.h"

#include "team.h"

#include <math.h>
#include <string.h>

#define LANES 8

// exp(x) for x <= 0; exactly 0 below -87, where float32 would leave its normal range.
// x = k ln 2 + r with |r| <= ln 2 / 2, and a Taylor polynomial of degree 7 in r: its remainder,
// r^8 / 8! < 6e-9, is a tenth of a unit in the last place. Branch-free, so that loops vectorise.
static inline float exp_nonpositive(float x) {
  float bounded = x < -87.0f ? -87.0f : x;
  int32_t k = (int32_t)(bounded * 1.44269504f - 0.5f);
  float kf = (float)k;
  // ln 2 in two parts; the first has few enough bits for kf * part to be exact.
  float r = bounded - kf * 0.693145752f - kf * 1.42860677e-6f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  uint32_t bits = (uint32_t)(k + 127) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return x < -87.0f ? 0.0f : p * scale;
}

// The largest of x; *broken is set where one is NaN or +infinity.
static float largest(const float *x, int64_t n, int *broken) {
  float lanes[LANES];
  int odd[LANES] = {0};
  for (int j = 0; j < LANES; j++) lanes[j] = -INFINITY;
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    for (int j = 0; j < LANES; j++) {
      float v = x[i + j];
      lanes[j] = v > lanes[j] ? v : lanes[j];
      odd[j] |= !(v < INFINITY);
    }
  }
  for (; i < n; i++) {
    lanes[0] = x[i] > lanes[0] ? x[i] : lanes[0];
    odd[0] |= !(x[i] < INFINITY);
  }
  float m = lanes[0];
  for (int j = 0; j < LANES; j++) {
    m = lanes[j] > m ? lanes[j] : m;
    *broken |= odd[j];
  }
  return m;
}

// z = (x - shift) / temperature, p = exp(z); returns the sum of p, in one order for all machines.
static double scaled_exponentials(const float *x, int64_t n, float shift, float temperature,
                                  float *z, float *p) {
  for (int64_t i = 0; i < n; i++) {
    z[i] = (x[i] - shift) / temperature;
    p[i] = exp_nonpositive(z[i]);
  }
  double lanes[LANES] = {0};
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    for (int j = 0; j < LANES; j++) lanes[j] += (double)p[i + j];
  }
  for (; i < n; i++) lanes[0] += (double)p[i];
  double sum = 0;
  for (int j = 0; j < LANES; j++) sum += lanes[j];
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

// The first id whose cumulative mass exceeds u * total; ids of mass 0 are never drawn.
static int64_t invert(const float *p, int64_t n, double u) {
  double total = 0;
  int64_t last = -1;
  for (int64_t i = 0; i < n; i++) total += (double)p[i];
  double target = u * total;
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    if (p[i] <= 0) continue;
    last = i;
    sum += (double)p[i];
    if (sum > target) return i;
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

static int32_t sample_row(const float *x, int64_t n, const ck_sampling *s, double u, float *z,
                          float *p, int32_t *order, int32_t *token, float *log_prob) {
  int broken = 0;
  float m = largest(x, n, &broken);
  if (broken || !(m > -INFINITY)) return CK_SAMPLE_NOT_FINITE;
  float temperature = s->temperature > 0 ? s->temperature : 1.0f;
  double sum = scaled_exponentials(x, n, m, temperature, z, p);
  double log_sum = log(sum);

  int64_t drawn;
  if (s->temperature > 0) {
    if (s->forbidden_count > 0) {
      // Forbidden logits become -infinity, and the rest is scaled anew: the largest may be gone.
      float second = -INFINITY;
      for (int32_t i = 0; i < s->forbidden_count; i++) {
        int32_t id = s->forbidden[i];
        if (id >= 0 && id < n) z[id] = -INFINITY;
      }
      for (int64_t i = 0; i < n; i++) second = z[i] > second ? z[i] : second;
      if (!(second > -INFINITY)) return CK_SAMPLE_NOTHING_LEFT;
      sum = scaled_exponentials(z, n, second, 1.0f, z, p);
    }
    if ((s->top_k > 0 && s->top_k < n) || s->top_p < 1.0f) filter(s, n, z, p, order, sum);
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
    int32_t trouble = sample_row(k->logits + row * n, n, k->settings, k->uniforms[row], z, p, order,
                                 k->tokens + row, k->log_probs + row);
    if (trouble != CK_SAMPLED) k->tokens[row] = -1 - trouble;
  }
}

int32_t ck_sample_rows(const float *logits, int64_t rows, int64_t vocabulary,
                       const ck_sampling *settings, const double *uniforms, int32_t *tokens,
                       float *log_probs, int64_t *bad_row) {
  sampling_work k = {.logits = logits, .vocabulary = vocabulary, .settings = settings,
                     .uniforms = uniforms, .tokens = tokens, .log_probs = log_probs};
  // An exponential and two sums in double cost what touching sixteen floats does.
  ck_run(sample_share, &k, rows, 1, 16 * vocabulary);
  for (int64_t row = 0; row < rows; row++) {
    if (tokens[row] >= 0) continue;
    *bad_row = row;
    return -1 - tokens[row];
  }
  return CK_SAMPLED;
}
