#pragma once
#include <stdint.h>

// What `count` floats come to in three numbers: Σx², and Σ±x with each of two sequences of drawn signs,
// which are those of the places from 0 on. In double, in order: the same bits on every machine.
void ck_sketch(const float *x, int64_t count, double sums[3]);
