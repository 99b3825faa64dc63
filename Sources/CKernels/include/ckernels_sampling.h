#pragma once
#include <stdint.h>

// How a token is drawn from one row of logits. The filters come in the order of Hugging Face
// transformers: temperature, then top_k, then top_p.
typedef struct {
  float temperature;         // > 0 divides the logits; 0 takes the largest (ties: the lowest id)
  int32_t top_k;             // 0 = all; ties with the k-th largest stay, as in transformers
  float top_p;               // 1 = all; keeps a token while the mass above it is less than top_p
  const int32_t *forbidden;  // ids that cannot be drawn
  int32_t forbidden_count;
} ck_sampling;

enum {
  CK_SAMPLED = 0,
  CK_SAMPLE_NOT_FINITE = 1,  // a NaN or +infinity among the logits, or nothing but -infinity
  CK_SAMPLE_NOTHING_LEFT = 2 // every token that could be drawn is forbidden
};

// Draws one token for each row of `logits` [rows, vocabulary] by inverting the cumulative
// distribution, in order of ids, at `uniforms` [rows] (each in [0, 1)).
//
// `log_probs` [rows]: log-probability in nats of the token drawn, under the distribution after the
// temperature (at temperature 1 if it is 0) and before forbidding and filtering.
// A row depends on nothing but itself; the team shares them. Returns CK_SAMPLED, or the trouble of
// the first row that has one, with its index in `*bad_row`.
int32_t ck_sample_rows(const float *logits, int64_t rows, int64_t vocabulary,
                       const ck_sampling *settings, const double *uniforms,
                       int32_t *tokens, float *log_probs, int64_t *bad_row);
