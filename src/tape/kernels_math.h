/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Included by kernels.c alone: vectors of VW doubles and the transcendental functions on them.
 *
 * Polynomials are minimax (Remez, relative error below 1.2e-16 of the function, most below 1e-17), rounded to double.
 *
 * exp: x = n ln 2 + r, |r| <= ln(2)/2; exp(r) - 1 = r + r^2 P(r), scaled by 2^n in two factors so that subnormal results come out.
 * tanh(x) = m/(m + 2), m = exp(2|x|) - 1, which keeps its relative accuracy near 0; sinh = (m + m/(m + 1))/2, m = exp(|x|) - 1;
 * cosh = E + 1/(4E), E = exp(|x|)/2.
 * log: x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); with s = f/(2 + f), log(1 + f) = f - (f^2/2 - s (f^2/2 + s^2 Q(s^2))).
 * sin, cos: |x| = n pi/2 + r, pi/2 in three parts of 33 bits and a rest (Cody and Waite), so that n times a part is exact while n < 2^20;
 * r is kept as hi + lo. Beyond |x| = 10^6, libm lane by lane, in long double: glibc's double functions lose 8 ulp near some multiples
 * of pi/2.
 */
#ifndef HS_TAPE_KERNELS_MATH_H
#define HS_TAPE_KERNELS_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "tape/kernels.h"

#define ALWAYS static inline __attribute__((always_inline))

/* ---- vectors ------------------------------------------------------------------------------------------------------------------ */

#if defined __AVX512F__
enum { VW = 8, MASKED = 1 };
#elif defined __AVX2__
enum { VW = 4, MASKED = 0 };
#else
enum { VW = 2, MASKED = 0 };
#endif
typedef double vec __attribute__((vector_size(VW * 8)));
typedef int64_t ivec __attribute__((vector_size(VW * 8)));
typedef uint64_t uvec __attribute__((vector_size(VW * 8)));

ALWAYS vec load(const double *p) {
  vec v;
  memcpy(&v, p, sizeof v);
  return v;
}

ALWAYS void store(double *p, vec v) {
  memcpy(p, &v, sizeof v);
}

ALWAYS vec splat(double x) {
  return x - (vec){0};
}

#define SELECT(mask, yes, no) ((vec)(((mask) & (ivec)(yes)) | (~(mask) & (ivec)(no))))

/* Load and store the first n lanes, 1 <= n <= VW; the others load as 0.
 * least, greatest: min and max with a constant, NaN stays. any: is the mask set in some lane? */
#if defined __AVX512F__
ALWAYS vec load_part(const double *p, int n) {
  return (vec)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1u), p);
}

ALWAYS void store_part(double *p, vec v, int n) {
  _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1u), (__m512d)v);
}

ALWAYS vec least(double a, vec x) {
  return (vec)_mm512_min_pd((__m512d)splat(a), (__m512d)x);
}

ALWAYS vec greatest(double a, vec x) {
  return (vec)_mm512_max_pd((__m512d)splat(a), (__m512d)x);
}

ALWAYS bool any(ivec mask) {
  return _mm512_movepi64_mask((__m512i)mask) != 0;
}
#elif defined __AVX2__
ALWAYS __m256i first_lanes(int n) {
  static const int64_t ones[8] = {-1, -1, -1, -1, 0, 0, 0, 0};
  return _mm256_loadu_si256((const __m256i *)(ones + 4 - n));
}

ALWAYS vec load_part(const double *p, int n) {
  return (vec)_mm256_maskload_pd(p, first_lanes(n));
}

ALWAYS void store_part(double *p, vec v, int n) {
  _mm256_maskstore_pd(p, first_lanes(n), (__m256d)v);
}

ALWAYS vec least(double a, vec x) {
  return (vec)_mm256_min_pd((__m256d)splat(a), (__m256d)x);
}

ALWAYS vec greatest(double a, vec x) {
  return (vec)_mm256_max_pd((__m256d)splat(a), (__m256d)x);
}

ALWAYS bool any(ivec mask) {
  return _mm256_movemask_pd((__m256d)mask) != 0;
}
#else
ALWAYS vec load_part(const double *p, int n) {
  return (vec){p[0], n > 1 ? p[1] : 0.0};
}

ALWAYS void store_part(double *p, vec v, int n) {
  memcpy(p, &v, (size_t)n * sizeof *p);
}

ALWAYS vec least(double a, vec x) {
  return SELECT(x > a, splat(a), x);
}

ALWAYS vec greatest(double a, vec x) {
  return SELECT(x < a, splat(a), x);
}

ALWAYS bool any(ivec mask) {
  return (mask[0] | mask[1]) != 0;
}
#endif

/* The same value, in a register: gcc would load it again for each of its uses. */
ALWAYS vec held(vec v) {
#if defined __AVX512F__
  __asm__("" : "+v"(v));
#elif defined __AVX2__
  __asm__("" : "+x"(v));
#endif
  return v;
}

ALWAYS vec times(vec d, vec partial) { /* a zero adjoint stays zero whatever the partial */
  return SELECT(d != 0.0, d * partial, splat(0.0));
}

ALWAYS vec magnitude(vec x) {
  return (vec)((ivec)x & ~(ivec)splat(-0.0));
}

ALWAYS vec with_sign_of(vec size, vec x) {
  return (vec)((ivec)size | ((ivec)x & (ivec)splat(-0.0)));
}

/* c[0] + c[1] x + ... in Horner's way; n is a constant. */
ALWAYS vec polynomial(int n, const double *c, vec x) {
  vec y = splat(c[n - 1]);
  for (int i = n - 2; i >= 0; i--) {
    y = y * x + c[i];
  }
  return y;
}

/* ---- exp and its kin ---------------------------------------------------------------------------------------------------------- */

/* 1.5 * 2^52: adding it leaves round(x) in the low bits of the sum. */
static const double MAGIC = 0x1.8p52;
static const double LN2_HIGH = 0x1.62e42fefa3800p-1, LN2_LOW = 0x1.ef35793c76730p-45, LOG2_E = 0x1.71547652b82fep0;

/* exp(x) - 1 = 2^n q + (2^n - 1), q = exp(r) - 1; returns q. */
ALWAYS vec exp_core(vec x, uvec *n_out) {
  static const double C[] = {0x1p-1,
                             0x1.5555555555558p-3,
                             0x1.5555555553d62p-5,
                             0x1.111111110f803p-7,
                             0x1.6c16c1788c041p-10,
                             0x1.a01a01b00c5e5p-13,
                             0x1.a019b90c995f5p-16,
                             0x1.71ddf6b378023p-19,
                             0x1.289185fb11237p-22,
                             0x1.af632b9d61f51p-26};
  vec shifted = x * LOG2_E + MAGIC;
  vec n = shifted - MAGIC;
  vec r = (x - n * LN2_HIGH) - n * LN2_LOW;
  *n_out = (uvec)shifted - (uvec)splat(MAGIC);
  return r + (r * r) * polynomial(10, C, r);
}

ALWAYS vec power_of_two(uvec n) { /* 2^n, -1022 <= n <= 1023, in two's complement */
  return (vec)((n + 1023) << 52);
}

/* 2^extra exp(x); the clamps keep n in range and still overflow and underflow. */
ALWAYS vec exp_scaled(vec x, int extra) {
  uvec n;
  vec q = exp_core(greatest(-746.0, least(712.0, x)), &n);
  n += (uint64_t)extra;
  uvec half = ((n + 2048) >> 1) - 1024; /* no arithmetic shift of 64 bits in AVX2 */
  return ((q + 1.0) * power_of_two(half)) * power_of_two(n - half);
}

ALWAYS vec exp_vec(vec x) {
  return exp_scaled(x, 0);
}

ALWAYS vec expm1_vec(vec x) { /* x <= 700 */
  uvec n;
  vec q = exp_core(greatest(-40.0, x), &n);
  vec scale = power_of_two(n);
  return scale * q + (scale - 1.0);
}

ALWAYS vec tanh_vec(vec x) {
  uvec n;
  vec y = least(20.0, magnitude(x));
  vec q = exp_core(y + y, &n);
  vec scale = power_of_two(n);
  vec m = scale * q + (scale - 1.0);
  return with_sign_of(m / (m + 2.0), x);
}

ALWAYS vec sinh_vec(vec x) {
  vec y = magnitude(x);
  vec m = expm1_vec(least(40.0, y));
  return with_sign_of(SELECT(y > 40.0, exp_scaled(y, -1), 0.5 * (m + m / (m + 1.0))), x);
}

ALWAYS vec cosh_vec(vec x) {
  vec e = exp_scaled(magnitude(x), -1);
  return e + 0.25 / e;
}

ALWAYS vec sigmoid_vec(vec x) {
  vec e = exp_vec(-magnitude(x));
  return SELECT(x < 0.0, e, splat(1.0)) / (1.0 + e);
}

/* ---- log ---------------------------------------------------------------------------------------------------------------------- */

/* log(2^extra x) of a normal positive x. */
ALWAYS vec log_core(vec x, vec extra) {
  static const double C[] = {0x1.5555555555562p-1, 0x1.999999998e248p-2, 0x1.249249366d798p-2, 0x1.c71c5aaff3861p-3,
                             0x1.7464964ea274bp-3, 0x1.39ca0d16326e7p-3, 0x1.2d8423671bb78p-3};
  const uvec root = (uvec)splat(0x1.6a09e667f3bcdp-1), bits = (uvec)x;
  uvec biased =
      (bits - root + ((uint64_t)1023 << 52)) >> 52; /* k + 1023 without an arithmetic shift, which AVX2 lacks for 64 bits */
  vec f = (vec)(bits - ((biased - 1023) << 52)) - 1.0;
  vec k = (vec)(biased + (uvec)splat(0x1p52)) - (0x1p52 + 1023.0) + extra;
  vec s = f / (f + 2.0), z = s * s, half = 0.5 * f * f;
  vec tail = s * (half + z * polynomial(7, C, z));
  return k * LN2_HIGH - ((half - (tail + k * LN2_LOW)) - f);
}

ALWAYS vec log_vec(vec x) {
  const ivec small = x < 0x1p-1022, fine = (x > 0.0) & (x < (double)INFINITY);
  vec y = log_core(SELECT(small, x * 0x1p54, x), SELECT(small, splat(-54.0), splat(0.0)));
  vec outside = SELECT(x == 0.0, splat(-INFINITY), SELECT(x < 0.0, splat(NAN), x));
  return SELECT(fine, y, outside);
}

ALWAYS vec softplus_vec(vec x) { /* max(x, 0) + log(1 + e), e = exp(-|x|) */
  vec e = exp_vec(-magnitude(x));
  vec u = 1.0 + e;
  vec log1p = log_core(u, splat(0.0)) + (e - (u - 1.0)) / u;
  return greatest(0.0, x) + log1p;
}

ALWAYS vec relu_vec(vec x) {
  return greatest(0.0, x);
}

ALWAYS vec silu_vec(vec x) {
  return x * sigmoid_vec(x);
}

/* ---- sin and cos -------------------------------------------------------------------------------------------------------------- */

static const double SIN_COS_BOUND = 1e6;

/* sin(|x| + quarter pi/2) for |x| <= SIN_COS_BOUND; NaN stays. */
ALWAYS vec sin_core(vec x, int quarter) {
  static const double S[] = {-0x1.5555555555551p-3, 0x1.1111111110372p-7,   -0x1.a01a019d412d2p-13,
                             0x1.71de36618704bp-19, -0x1.ae5f0bd6779d2p-26, 0x1.5dbf068628d8ap-33};
  static const double C[] = {0x1.5555555555554p-5,   -0x1.6c16c16c16433p-10, 0x1.a01a019e76467p-16,
                             -0x1.27e4f944d1356p-22, 0x1.1eeab9d0bd07ep-29,  -0x1.9015381fd927bp-37};
  static const double P1 = 0x1.921fb544p0, P2 = 0x1.0b4611a6p-34, P3 = 0x1.3198a2ep-69, P4 = 0x1.b839a252049c1p-104;
  vec shifted = magnitude(x) * 0x1.45f306dc9c883p-1 + MAGIC;
  vec n = shifted - MAGIC;
  uvec q = (uvec)shifted + (uint64_t)quarter;
  vec w = magnitude(x) - n * P1, t = n * P2;
  vec r = w - t;
  vec low = (((w - r) - t) - n * P3) - n * P4;
  vec hi = r + low, lo = (r - hi) + low;
  vec z = hi * hi, half = 0.5 * z, c = 1.0 - half;
  vec sine = hi + (lo * c + hi * z * polynomial(6, S, z));
  vec cosine = c + (((1.0 - c) - half) + (z * z * polynomial(6, C, z) - hi * lo));
  vec value = SELECT((ivec)(0 - (q & 1)), cosine, sine);
  return (vec)((uvec)value ^ ((q & 2) << 62));
}

/* y with f(x) in the lanes that the reduction does not reach. */
ALWAYS vec beyond(vec x, vec y, long double (*f)(long double)) {
  const ivec far = magnitude(x) > SIN_COS_BOUND;
  if (__builtin_expect(any(far), 0)) {
    for (int i = 0; i < VW; i++) {
      y[i] = far[i] ? (double)f(x[i]) : y[i];
    }
  }
  return y;
}

ALWAYS vec sin_vec(vec x) {
  vec y = sin_core(x, 0);
  y = (vec)((ivec)y ^ ((ivec)x & (ivec)splat(-0.0)));
  return beyond(x, y, sinl);
}

ALWAYS vec cos_vec(vec x) {
  return beyond(x, sin_core(x, 1), cosl);
}

#endif
