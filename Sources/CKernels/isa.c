// Every body, compiled once per instruction set. The attribute applies to all functions between push
// and pop; CK(name) gives each copy its own name.
#include "bodies.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <math.h>
#include <string.h>

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

#define CK(name) name##_baseline
#include "body.h"
const ck_table ck_table_baseline = {CK_BODIES(CK_ENTRY)};
#undef CK

#if defined(__x86_64__)
#define CK(name) name##_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#include "body.h"
#pragma clang attribute pop
const ck_table ck_table_avx2 = {CK_BODIES(CK_ENTRY)};
#undef CK

#define CK(name) name##_avx512
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi,bmi2"))),               \
    apply_to = function)
#include "body.h"
#pragma clang attribute pop
const ck_table ck_table_avx512 = {CK_BODIES(CK_ENTRY)};
#undef CK

#define CK(name) name##_dots
#define CK_BF16_DOT
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma,bmi,bmi2"))),    \
    apply_to = function)
#include "body_vector.h"
#include "body_product_bf16.h"
#pragma clang attribute pop
const ck_body ck_bf16_pack_rows_dots = CK(bf16_pack_rows), ck_bf16_product_dots = CK(bf16_product);
#undef CK_BF16_DOT
#undef CK
#endif
