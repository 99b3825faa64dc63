// Passes over all parameters at once: one region of the team, not one for each of many small arrays.
#include "bodies.h"
#include <stdlib.h>

/// The first chunk of each piece; returns how many chunks there are in all.
static int64_t find_starts(const ck_adamw_piece *pieces, int64_t count, int64_t *starts) {
  int64_t chunks = 0;
  for (int64_t i = 0; i < count; i++) {
    starts[i] = chunks;
    chunks += (pieces[i].n + ck_grain - 1) / ck_grain;
  }
  return chunks;
}

static void *memory(int64_t count, size_t size) {
  void *p = malloc((size_t)(count < 1 ? 1 : count) * size);
  if (p == NULL) abort();
  return p;
}

void ck_adamw(const ck_adamw_piece *pieces, int64_t count, const ck_adamw_settings *s) {
  int64_t *starts = memory(count, sizeof *starts);
  ck_adamw_work k = {.pieces = pieces, .starts = starts, .count = count, .s = s};
  ck_run(ck_active()->adamw, &k, find_starts(pieces, count, starts), 1, 4 * ck_grain);
  free(starts);
}

void ck_piece_squares(const ck_adamw_piece *pieces, int64_t count, double *sums) {
  int64_t *starts = memory(count, sizeof *starts);
  const int64_t chunks = find_starts(pieces, count, starts);
  double *partial = memory(chunks, sizeof *partial);
  ck_adamw_work k = {.pieces = pieces, .starts = starts, .count = count, .partial = partial};
  ck_run(ck_active()->piece_squares, &k, chunks, 1, ck_grain);
  for (int64_t i = 0; i < count; i++) {
    const int64_t end = i + 1 < count ? starts[i + 1] : chunks;
    sums[i] = 0;
    for (int64_t chunk = starts[i]; chunk < end; chunk++) sums[i] += partial[chunk];
  }
  free(partial);
  free(starts);
}
