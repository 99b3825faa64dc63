// What follows a product while its block is still near the core that made it.

// Items: rows. y = y + bias, then y = residual + y, or bent = f(y): each sum rounded as it would be in a
// pass of its own.
static void CK(finish_product)(const void *arguments, int64_t begin, int64_t end) {
  const ck_finish_work *k = arguments;
  const ck_finish *f = k->f;
  for (int64_t row = begin; row < end; row++) {
    const int64_t at = (k->row + row) * f->M + k->column, n = k->columns;
    float *y = f->y + at;
    if (f->bias != NULL) CK(binary_span)(ck_add, y, f->bias + k->column, y, n);
    if (f->residual != NULL) CK(binary_span)(ck_add, f->residual + at, y, y, n);
    if (f->bent != NULL) {
      const ck_elementwise bend = {.op = f->op, .a = y, .y = f->bent + at};
      CK(unary)(&bend, 0, n);
    }
  }
}
