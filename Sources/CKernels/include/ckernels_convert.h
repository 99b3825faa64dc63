#pragma once
#include <stdint.h>

// Half-width floats to float32. `source` may have any alignment: a tensor in a safetensors file
// begins wherever the header before it ended.

void ck_bf16_to_f32(const void *source, float *target, int64_t count);
void ck_f16_to_f32(const void *source, float *target, int64_t count);
