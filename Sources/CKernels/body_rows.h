// Rows moved by index, and rotary positions.

static void CK(gather)(const void *arguments, int64_t begin, int64_t end) {
  const ck_moves *k = arguments;
  for (int64_t i = begin; i < end; i++)
    memcpy(k->y + i * k->C, k->x + k->ids[i] * k->C, (size_t)k->C * sizeof(float));
}

// Items: rows of the table. dx[row] += the sum of the rows of dy that go there, in their order.
static void CK(scatter_add)(const void *arguments, int64_t begin, int64_t end) {
  const ck_moves *k = arguments;
  const int64_t C = k->C;
  for (int64_t row = begin; row < end; row++) {
    const int32_t first = k->first[row];
    if (first < 0) continue;
    float *to = k->y + row * C;
    for (int64_t c = 0; c < C; c += 16) {
      const int64_t some = C - c;
      if (some >= 16) {
        vf sum = CK(load)(k->x + first * C + c);
        for (int32_t i = k->next[first]; i >= 0; i = k->next[i]) sum += CK(load)(k->x + i * C + c);
        CK(store)(to + c, CK(load)(to + c) + sum);
      } else {
        vf sum = CK(load_some)(k->x + first * C + c, some, 0.0f);
        for (int32_t i = k->next[first]; i >= 0; i = k->next[i])
          sum += CK(load_some)(k->x + i * C + c, some, 0.0f);
        CK(store_some)(to + c, CK(load_some)(to + c, some, 0.0f) + sum, some);
      }
    }
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
