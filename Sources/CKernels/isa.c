// Every body, compiled once per instruction set. The attribute applies to all functions between push
// and pop; CK(name) gives each copy its own name.
#include "bodies.h"
#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang diagnostic error "-Wswitch"

typedef float vf __attribute__((ext_vector_type(16)));
typedef int32_t vi __attribute__((ext_vector_type(16)));
typedef uint32_t vu __attribute__((ext_vector_type(16)));
typedef float vf8 __attribute__((ext_vector_type(8)));
typedef double vd __attribute__((ext_vector_type(16)));

#define CK_INLINE static inline __attribute__((always_inline, unused))
#define CK_UNUSED __attribute__((unused))
#define CK_ENTRY(name) .name = CK(name),

// CK_TILE: sums of sixteen that attention has under way at once, as many as the registers hold beside
// what goes into them.
#define CK(name) name##_baseline
#define CK_TILE 2
#define CK_MOST_ROWS 2
#define CK_VECTORS 1
#define CK_FEW_VECTORS 2
#include "body.h"
const ck_table ck_table_baseline = {CK_BODIES(CK_ENTRY)};
#undef CK
#undef CK_TILE
#undef CK_MOST_ROWS
#undef CK_VECTORS
#undef CK_FEW_VECTORS

#if defined(__x86_64__)
#define CK(name) name##_avx2
#define CK_TILE 4
#define CK_MOST_ROWS 6
#define CK_VECTORS 1
#define CK_FEW_VECTORS 4
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#include "body.h"
#pragma clang attribute pop
const ck_table ck_table_avx2 = {CK_BODIES(CK_ENTRY)};
#undef CK
#undef CK_TILE
#undef CK_MOST_ROWS
#undef CK_VECTORS
#undef CK_FEW_VECTORS

#define CK(name) name##_avx512
#define CK_TILE 8
#define CK_MOST_ROWS 12
#define CK_VECTORS 2
#define CK_FEW_VECTORS 8
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi,bmi2"))),               \
    apply_to = function)
#include "body.h"
#pragma clang attribute pop
const ck_table ck_table_avx512 = {CK_BODIES(CK_ENTRY)};
#undef CK
#undef CK_TILE
#undef CK_MOST_ROWS
#undef CK_VECTORS
#undef CK_FEW_VECTORS

// Products of pairs of bf16 and of fours of bytes, for processors that have them.
#define CK(name) name##_dots
#define CK_DOTS
#define CK_MOST_ROWS 12
#define CK_VECTORS 2
#define CK_FEW_VECTORS 8
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi,bmi2,avx512bf16,"       \
                          "avx512vnni"))),                                                         \
    apply_to = function)
#include "body_vector.h"
#include "body_packed.h"
#include "body_product_bf16.h"
#pragma clang attribute pop
const ck_body ck_packed_bf16_dots = CK(packed_bf16), ck_packed_q8_dots = CK(packed_q8);
const ck_body ck_bf16_pack_rows_dots = CK(bf16_pack_rows), ck_bf16_product_dots = CK(bf16_product);
#undef CK
#endif
