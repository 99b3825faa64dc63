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

typedef struct {  // items: panels
  ck_format format;
  const float *w;
  void *packed;
  int64_t row, column, M, K;
} packing;

/// The nearest bf16, ties to even; NaN stays NaN.
static uint16_t to_bf16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (x != x) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float from_bf16(uint16_t half) {
  uint32_t bits = (uint32_t)half << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// w points to the panel's first output; `outputs` of its 32 exist.
static void pack_f32(const packing *k, const float *w, int64_t outputs, float *to) {
  // Of rows that follow each other in memory, a cache line of each at a time.
  for (int64_t from = 0; from < k->K; from += 16) {
    const int64_t until = from + 16 < k->K ? from + 16 : k->K;
    for (int64_t j = 0; j < outputs; j++)
      for (int64_t c = from; c < until; c++) to[c * ck_panel + j] = w[j * k->row + c * k->column];
  }
}

static void pack_bf16(const packing *k, const float *w, int64_t outputs, uint16_t *to) {
  for (int64_t from = 0; from < k->K; from += 16) {
    const int64_t until = from + 16 < k->K ? from + 16 : k->K;
    for (int64_t j = 0; j < outputs; j++)
      for (int64_t c = from; c < until; c++)
        to[c / 2 * 2 * ck_panel + j * 2 + c % 2] = to_bf16(w[j * k->row + c * k->column]);
  }
}

/// A block of one output: the least bf16 by which no value passes 127, and the values by it.
static uint16_t quantised(const float *w, int64_t step, int64_t count, uint8_t *to, int64_t stride) {
  float top = 0;
  for (int64_t i = 0; i < count; i++) {
    float a = fabsf(w[i * step]);
    top = a <= top ? top : a;  // NaN stays
  }
  uint32_t bits;
  float least = top / 127.0f;
  memcpy(&bits, &least, sizeof bits);
  const bool finite = top < INFINITY, some_size = top >= 1e-30f;
  const uint16_t scale = !finite ? 0x7fc0 : some_size ? (uint16_t)((bits + 0xffff) >> 16) : 0;
  const float inverse = finite && some_size ? 1.0f / from_bf16(scale) : 0.0f;
  for (int64_t i = 0; i < ck_q8_block; i++) {
    float q = i < count && finite ? rintf(w[i * step] * inverse) : 0.0f;
    to[i / 4 * stride + i % 4] = (uint8_t)((int32_t)q + 128);
  }
  return scale;
}

static void pack_q8(const packing *k, const float *w, int64_t outputs, uint8_t *to) {
  for (int64_t b = 0; b < blocks_of(k->K); b++, to += ck_q8_bytes) {
    const int64_t from = b * ck_q8_block, left = k->K - from;
    for (int64_t j = 0; j < ck_panel; j++) {
      const int64_t count = j >= outputs ? 0 : left < ck_q8_block ? left : ck_q8_block;
      const uint16_t scale =
          quantised(w + (count > 0 ? j * k->row + from * k->column : 0), k->column, count,
                    to + j * 4, 4 * ck_panel);
      memcpy(to + ck_panel * ck_q8_block + 2 * j, &scale, sizeof scale);
    }
  }
}

static void pack(const void *arguments, int64_t begin, int64_t end) {
  const packing *k = arguments;
  const int64_t bytes = panel_bytes(k->format, k->K);
  for (int64_t panel = begin; panel < end; panel++) {
    const int64_t m = panel * ck_panel, outputs = k->M - m < ck_panel ? k->M - m : ck_panel;
    const float *w = k->w + m * k->row;
    char *to = (char *)k->packed + panel * bytes;
    if (outputs < ck_panel || k->K % 2 != 0) memset(to, 0, (size_t)bytes);
    switch (k->format) {
    case ck_packed_f32: pack_f32(k, w, outputs, (float *)to); break;
    case ck_packed_bf16: pack_bf16(k, w, outputs, (uint16_t *)to); break;
    case ck_packed_q8: pack_q8(k, w, outputs, (uint8_t *)to); break;
    }
  }
}

void ck_pack(ck_format format, const float *w, int64_t row, int64_t column, int64_t M, int64_t K,
             void *packed) {
  packing k = {.format = format, .w = w, .packed = packed, .row = row, .column = column, .M = M,
               .K = K};
  ck_run(pack, &k, panels_of(M), 1, 4 * ck_panel * K);
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
