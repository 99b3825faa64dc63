// Rows moved by index, and rotary positions.

static void CK(gather)(const void *arguments, int64_t begin, int64_t end) {
  const ck_moves *k = arguments;
  for (int64_t i = begin; i < end; i++)
    memcpy(k->y + i * k->C, k->x + k->ids[i] * k->C, (size_t)k->C * sizeof(float));
}

// Items: rows of the table. Each share reads all ids and adds to its own rows, in the order of ids.
static void CK(scatter_add)(const void *arguments, int64_t begin, int64_t end) {
  const ck_moves *k = arguments;
  for (int64_t i = 0; i < k->n; i++) {
    int64_t row = k->ids[i];
    if (row < begin || row >= end) continue;
    float *to = k->y + row * k->C;
    const float *from = k->x + i * k->C;
    for (int64_t c = 0; c < k->C; c++) to[c] += from[c];
  }
}

// y[d] = x[d] cos - x[d + R/2] sin; y[d + R/2] = x[d + R/2] cos + x[d] sin, for d below R/2; y[d] =
// x[d] from R on
static void CK(rope)(const void *arguments, int64_t begin, int64_t end) {
  const ck_moves *k = arguments;
  const int64_t H = k->H, D = k->D, half = k->R / 2;
  for (int64_t r = begin; r < end; r++) {
    const float *c = k->cosines + k->ids[r] * half, *s = k->sines + k->ids[r] * half;
    for (int64_t h = 0; h < H; h++) {
      const float *restrict x = k->x + (r * H + h) * D;
      float *restrict y = k->y + (r * H + h) * D;
      for (int64_t d = 0; d < half; d++) {
        float a = x[d], b = x[d + half], sine = s[d] * k->sign;
        y[d] = a * c[d] - b * sine;
        y[d + half] = b * c[d] + a * sine;
      }
      for (int64_t d = 2 * half; d < D; d++) y[d] = x[d];
    }
  }
}
