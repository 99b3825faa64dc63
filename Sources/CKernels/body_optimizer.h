// The optimizer's pass, and the one product oneDNN does not order.

// Items: columns. y = x B, sums over k in order.
static void CK(vector_matrix)(const void *arguments, int64_t begin, int64_t end) {
  const ck_product_work *w = arguments;
  for (int64_t column = begin; column < end; column += 64) {
    int64_t some = end - column < 64 ? end - column : 64;
    float sum[64] = {0};
    const float *b = w->b + column;
    if (some == 64) {
      vf s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;
      for (int64_t i = 0; i < w->k; i++, b += w->ldb) {
        float x = w->x[i];
        s0 += x * CK(load)(b);
        s1 += x * CK(load)(b + 16);
        s2 += x * CK(load)(b + 32);
        s3 += x * CK(load)(b + 48);
      }
      CK(store)(sum, s0);
      CK(store)(sum + 16, s1);
      CK(store)(sum + 32, s2);
      CK(store)(sum + 48, s3);
    } else {
      for (int64_t i = 0; i < w->k; i++, b += w->ldb)
        for (int64_t c = 0; c < some; c++) sum[c] += w->x[i] * b[c];
    }
    memcpy(w->y + column, sum, (size_t)some * sizeof(float));
  }
}

/// The piece that chunk `chunk` lies in: pieces follow each other in whole chunks of ck_grain floats.
CK_INLINE int64_t CK(piece_of)(const ck_adamw_work *w, int64_t chunk) {
  int64_t low = 0, high = w->count - 1;
  while (low < high) {
    const int64_t middle = (low + high + 1) / 2;
    if (w->starts[middle] <= chunk) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Loshchilov and Hutter 2019 (algorithm 2) in PyTorch's form, of gradients times `gradient_scale`:
//   p -= lr wd p;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
//   p -= lr / c1 * m / (sqrt(v) / sqrt(c2) + eps),  c = 1 - b^step
// Items: chunks of all pieces.
static void CK(adamw)(const void *arguments, int64_t begin, int64_t end) {
  const ck_adamw_work *w = arguments;
  const ck_adamw_settings *s = w->s;
  const float step = (float)((double)s->learning_rate / s->correction1);
  const float root = (float)sqrt(s->correction2), b2 = (float)s->beta2, scale = s->gradient_scale;
  const float new1 = (float)(1.0 - s->beta1), new2 = (float)(1.0 - s->beta2);
  for (int64_t chunk = begin, at = CK(piece_of)(w, begin); chunk < end; chunk++) {
    while (at + 1 < w->count && w->starts[at + 1] <= chunk) at++;
    const ck_adamw_piece *piece = w->pieces + at;
    const float keep = (float)(1.0 - (double)s->learning_rate * (double)piece->weight_decay);
    int64_t i = (chunk - w->starts[at]) * ck_grain;
    const int64_t stop = i + ck_grain < piece->n ? i + ck_grain : piece->n;
#define CK_ADAMW(get, put)                                                                         \
  do {                                                                                             \
    vf p = get(piece->p), g = get(piece->g), m = get(piece->m), v = get(piece->v);                 \
    g = g * scale; /* apart from what follows: rounded as the clipped gradient would be */         \
    m = m + new1 * (g - m);                                                                        \
    v = b2 * v + new2 * (g * g);                                                                   \
    p = p * keep - step * m / (CK(vsqrt)(v) / root + s->eps);                                      \
    put(piece->p, p);                                                                              \
    put(piece->m, m);                                                                              \
    put(piece->v, v);                                                                              \
  } while (0)
#define CK_GET(x) CK(load)((x) + i)
#define CK_PUT(x, value) CK(store)((x) + i, value)
    for (; i + 16 <= stop; i += 16) CK_ADAMW(CK_GET, CK_PUT);
#undef CK_GET
#undef CK_PUT
#define CK_GET(x) CK(load_some)((x) + i, stop - i, 0.0f)
#define CK_PUT(x, value) CK(store_some)((x) + i, value, stop - i)
    if (i < stop) CK_ADAMW(CK_GET, CK_PUT);
#undef CK_GET
#undef CK_PUT
#undef CK_ADAMW
  }
}

// Items: chunks of all pieces; partial[chunk] = the sum of its squares, in double.
static void CK(piece_squares)(const void *arguments, int64_t begin, int64_t end) {
  const ck_adamw_work *w = arguments;
  for (int64_t chunk = begin, at = CK(piece_of)(w, begin); chunk < end; chunk++) {
    while (at + 1 < w->count && w->starts[at + 1] <= chunk) at++;
    const int64_t start = (chunk - w->starts[at]) * ck_grain, left = w->pieces[at].n - start;
    w->partial[chunk] = CK(sum_squares)(w->pieces[at].g + start, left < ck_grain ? left : ck_grain);
  }
}
