// Packing weights and unpacking rows of them (include/ckernels_packed.h has the layouts).
#include "include/ckernels_packed.h"

#include "bodies.h"
#include <math.h>
#include <string.h>

static int64_t panels_of(int64_t M) { return (M + ck_panel - 1) / ck_panel; }
static int64_t pairs_of(int64_t K) { return (K + 1) / 2; }
static int64_t blocks_of(int64_t K) { return (K + ck_q8_block - 1) / ck_q8_block; }

static int64_t panel_bytes(ck_format format, int64_t K) {
  switch (format) {
  case ck_packed_f32: return ck_panel * K * 4;
  case ck_packed_bf16: return ck_panel * pairs_of(K) * 4;
  case ck_packed_q8: return blocks_of(K) * ck_q8_bytes;
  }
}

int64_t ck_packed_bytes(ck_format format, int64_t M, int64_t K) {
  return panels_of(M) * panel_bytes(format, K);
}

static float from_bf16(uint16_t half) {
  uint32_t bits = (uint32_t)half << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// Blocks of 32 inputs of one output, filled up with zeros.

static float largest(const float *w) {
  float top = 0;
  for (int i = 0; i < ck_q8_block; i++) {
    const float a = fabsf(w[i]);
    top = a <= top ? top : a;  // NaN stays
  }
  return top;
}

/// The whole number nearest to x * inverse, ties to even, from -127 to 127.
static float whole(float x, float inverse) {
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds
  const float q = (x * inverse + magic) - magic;
  return q > 127.0f ? 127.0f : q < -127.0f ? -127.0f : q;
}

static float squared_error(const float *w, float scale) {
  const float inverse = 1.0f / scale;
  float sum = 0;
  for (int i = 0; i < ck_q8_block; i++) {
    const float e = w[i] - whole(w[i], inverse) * scale;
    sum += e * e;
  }
  return sum;
}

/// The scale of a block: of the bf16 by which the largest value is from 125 to 127 the one that leaves the
/// least error. So numbers that came of 8 bits once give the same again: their scale is among those.
static uint16_t scale_of(const float *w) {
  const float top = largest(w), least = top / 127.0f;
  if (!(top < INFINITY)) return 0x7fc0;  // NaN: and all is NaN
  if (top < 1e-30f) return 0;
  uint32_t bits;
  memcpy(&bits, &least, sizeof bits);
  // A quotient that is off by a few units in the last place passes neither bound.
  const uint16_t first = (uint16_t)((bits + 0xffff - 16) >> 16);
  uint16_t best = first;
  float error = squared_error(w, from_bf16(first));
  const float most = top / 125.0f * 1.000001f;
  for (uint16_t next = first + 1; error > 0 && from_bf16(next) <= most; next++) {
    const float e = squared_error(w, from_bf16(next));
    if (e < error) {
      error = e;
      best = next;
    }
  }
  return best;
}

// Items: panels.
static void pack_q8(const void *arguments, int64_t begin, int64_t end) {
  const ck_packing *k = arguments;
  for (int64_t panel = begin; panel < end; panel++) {
    uint8_t *to = (uint8_t *)k->packed + panel * panel_bytes(ck_packed_q8, k->K);
    for (int64_t from = 0; from < k->K; from += ck_q8_block, to += ck_q8_bytes) {
      const int64_t left = k->K - from, inputs = left < ck_q8_block ? left : ck_q8_block;
      for (int64_t j = 0; j < ck_panel; j++) {
        float block[ck_q8_block] = {0};
        const int64_t m = panel * ck_panel + j;
        for (int64_t i = 0; m < k->M && i < inputs; i++)
          block[i] = k->w[m * k->row + (from + i) * k->column];
        const uint16_t scale = scale_of(block);
        const bool some = scale != 0 && scale != 0x7fc0;
        const float inverse = some ? 1.0f / from_bf16(scale) : 0.0f;
        for (int64_t i = 0; i < ck_q8_block; i++) {
          const float q = some ? whole(block[i], inverse) : 0.0f;
          to[i / 4 * 4 * ck_panel + j * 4 + i % 4] = (uint8_t)((int32_t)q + 128);
        }
        memcpy(to + ck_panel * ck_q8_block + 2 * j, &scale, sizeof scale);
      }
    }
  }
}

void ck_pack(ck_format format, const float *w, int64_t row, int64_t column, int64_t M, int64_t K,
             void *packed) {
  ck_packing k = {.w = w, .packed = packed, .row = row, .column = column, .M = M, .K = K};
  switch (format) {
  case ck_packed_f32: ck_run(ck_active()->pack_f32, &k, panels_of(M), 1, ck_panel * K); return;
  case ck_packed_bf16: ck_run(ck_active()->pack_bf16, &k, panels_of(M), 1, ck_panel * K); return;
  case ck_packed_q8: ck_run(pack_q8, &k, panels_of(M), 1, 16 * ck_panel * K); return;
  }
}

typedef struct {  // items: rows
  ck_format format;
  const char *packed;
  const int32_t *rows;
  float *y;
  int64_t K;
} unpacking;

static void unpack(const void *arguments, int64_t begin, int64_t end) {
  const unpacking *k = arguments;
  for (int64_t i = begin; i < end; i++) {
    const int64_t lane = k->rows[i] % ck_panel;
    const char *panel = k->packed + k->rows[i] / ck_panel * panel_bytes(k->format, k->K);
    float *y = k->y + i * k->K;
    switch (k->format) {
    case ck_packed_f32:
      for (int64_t c = 0; c < k->K; c++) y[c] = ((const float *)panel)[c * ck_panel + lane];
      break;
    case ck_packed_bf16:
      for (int64_t c = 0; c < k->K; c++)
        y[c] = from_bf16(((const uint16_t *)panel)[c / 2 * 2 * ck_panel + lane * 2 + c % 2]);
      break;
    case ck_packed_q8:
      for (int64_t c = 0; c < k->K; c++) {
        const char *block = panel + c / ck_q8_block * ck_q8_bytes;
        const int64_t at = c % ck_q8_block;
        uint16_t scale;
        memcpy(&scale, block + ck_panel * ck_q8_block + 2 * lane, sizeof scale);
        const uint8_t value = (uint8_t)block[at / 4 * 4 * ck_panel + lane * 4 + at % 4];
        y[c] = (float)((int32_t)value - 128) * from_bf16(scale);
      }
      break;
    }
  }
}

void ck_unpack_rows(ck_format format, const void *packed, const int32_t *rows, int64_t count,
                    int64_t K, float *y) {
  unpacking k = {.format = format, .packed = packed, .rows = rows, .y = y, .K = K};
  ck_run(unpack, &k, count, 1, 4 * K);
}
