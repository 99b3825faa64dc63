// The team of threads and the table of kernel bodies; private to CKernels.
#pragma once
#include <stdint.h>

/// Does items begin..<end of a kernel's work.
typedef void (*ck_body)(const void *arguments, int64_t begin, int64_t end);

/// Runs `body` over 0..<items, split at multiples of `grain`, on the team when items * cost (in
/// floats touched) is worth it. Bodies treat items alone, so the split changes no bits.
void ck_run(ck_body body, const void *arguments, int64_t items, int64_t grain, int64_t cost);

/// Memory of the calling thread, aligned to 64 bytes, that lives until its next call here.
float *ck_scratch(int64_t floats);
