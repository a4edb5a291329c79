/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small-matrix product and vector tanh and exp, in GCC/Clang vector types so that both builds of this file keep their shape:
 * HS_KERNELS=base (2 doubles a register) and HS_KERNELS=v3 (4 doubles, fused multiply-add).
 *
 * gemm: C is updated in tiles of MR rows x 2 vectors held in registers while k runs; the A element is broadcast. All three products of a
 * dense layer (forward, dx, dW) are this one product with other strides. No packing: the matrices of a model fit the first caches.
 *
 * exp: x = n ln 2 + r, |r| <= ln(2)/2, exp(r) - 1 by its Taylor polynomial of degree 13 (truncation below 4e-18 relative), scaled by 2^n in
 * two factors so that subnormal results come out. tanh(x) = m/(m + 2), m = exp(2|x|) - 1, which keeps its relative accuracy near 0.
 */
#include "tape/kernels.h"

#include <stdint.h>
#include <string.h>

#ifndef HS_KERNELS
#define HS_KERNELS base
#endif
#ifdef __AVX2__
enum { VW = 4, MR = 6 };
typedef double vec __attribute__((vector_size(32)));
typedef int64_t ivec __attribute__((vector_size(32)));
#else
enum { VW = 2, MR = 4 };
typedef double vec __attribute__((vector_size(16)));
typedef int64_t ivec __attribute__((vector_size(16)));
#endif
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define ALWAYS static inline __attribute__((always_inline))

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

/* rows x nv vectors of C; rows and nv are constants at every call, so the loops unroll and acc stays in registers. */
ALWAYS void tile(int rows, int nv, int k, const double *a, int a_row, int a_col, const double *b, int ldb, double *c, int ldc) {
  vec acc[MR][2];
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < nv; j++) {
      acc[i][j] = load(c + (long)i * ldc + j * VW);
    }
  }
  for (int p = 0; p < k; p++) {
    vec x[2];
    for (int j = 0; j < nv; j++) {
      x[j] = load(b + (long)p * ldb + j * VW);
    }
    for (int i = 0; i < rows; i++) {
      vec w = splat(a[(long)i * a_row + (long)p * a_col]);
      for (int j = 0; j < nv; j++) {
        acc[i][j] += w * x[j];
      }
    }
  }
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < nv; j++) {
      store(c + (long)i * ldc + j * VW, acc[i][j]);
    }
  }
}

/* The last 1 .. VW-1 columns. */
static void edge(int m, int width, int k, const double *a, int a_row, int a_col, const double *b, int ldb, double *c, int ldc) {
  for (int i = 0; i < m; i++) {
    for (int l = 0; l < width; l++) {
      double s = c[(long)i * ldc + l];
      for (int p = 0; p < k; p++) {
        s += a[(long)i * a_row + (long)p * a_col] * b[(long)p * ldb + l];
      }
      c[(long)i * ldc + l] = s;
    }
  }
}

/* All rows of one strip of nv vectors. */
ALWAYS void strip(int nv, int m, int k, const double *a, int a_row, int a_col, const double *b, int ldb, double *c, int ldc) {
  int i = 0;
  for (; i + MR <= m; i += MR) {
    tile(MR, nv, k, a + (long)i * a_row, a_row, a_col, b, ldb, c + (long)i * ldc, ldc);
  }
  const double *ai = a + (long)i * a_row;
  double *ci = c + (long)i * ldc;
  switch (m - i) {
  case 5:
    tile(5 < MR ? 5 : MR, nv, k, ai, a_row, a_col, b, ldb, ci, ldc);
    break;
  case 4:
    tile(4 < MR ? 4 : MR, nv, k, ai, a_row, a_col, b, ldb, ci, ldc);
    break;
  case 3:
    tile(3, nv, k, ai, a_row, a_col, b, ldb, ci, ldc);
    break;
  case 2:
    tile(2, nv, k, ai, a_row, a_col, b, ldb, ci, ldc);
    break;
  case 1:
    tile(1, nv, k, ai, a_row, a_col, b, ldb, ci, ldc);
    break;
  default:
    break;
  }
}

/* L == 1 with both vectors contiguous: m dot products. */
static void dots(int m, int k, const double *a, int a_row, const double *b, double *c, int ldc) {
  for (int i = 0; i < m; i++) {
    const double *row = a + (long)i * a_row;
    vec s = {0};
    int p = 0;
    for (; p + VW <= k; p += VW) {
      s += load(row + p) * load(b + p);
    }
    double total = 0;
    for (int j = 0; j < VW; j++) {
      total += s[j];
    }
    for (; p < k; p++) {
      total += row[p] * b[p];
    }
    c[(long)i * ldc] += total;
  }
}

static void gemm(int m, int L, int k, const double *a, int a_row, int a_col, const double *b, int ldb, double *c, int ldc) {
  if (L == 1 && a_col == 1 && ldb == 1) {
    dots(m, k, a, a_row, b, c, ldc);
    return;
  }
  int l = 0;
  for (; l + 2 * VW <= L; l += 2 * VW) {
    strip(2, m, k, a, a_row, a_col, b + l, ldb, c + l, ldc);
  }
  for (; l + VW <= L; l += VW) {
    strip(1, m, k, a, a_row, a_col, b + l, ldb, c + l, ldc);
  }
  if (l < L) {
    edge(m, L - l, k, a, a_row, a_col, b + l, ldb, c + l, ldc);
  }
}

#define SELECT(mask, yes, no) ((vec)(((mask) & (ivec)(yes)) | (~(mask) & (ivec)(no))))

/* 1.5 * 2^52: adding it leaves round(x) in the low bits of the sum. */
static const double MAGIC = 0x1.8p52;
static const double LN2_HIGH = 0x1.62e42fefa3800p-1, LN2_LOW = 0x1.ef35793c76730p-45, LOG2_E = 0x1.71547652b82fep0;

/* exp(x) - 1 = 2^n q + (2^n - 1) with q = exp(r) - 1; returns q, the integer n as a double in *n_out and its bits in *bits. */
ALWAYS vec exp_core(vec x, vec *n_out, ivec *bits) {
  vec shifted = x * LOG2_E + MAGIC;
  vec n = shifted - MAGIC;
  vec r = (x - n * LN2_HIGH) - n * LN2_LOW;
  static const double C[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                             1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                             1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        1.0 / 2.0};
  vec q = splat(C[0]);
  for (int i = 1; i < 12; i++) {
    q = q * r + C[i];
  }
  q = r + (r * r) * q;
  *n_out = n;
  *bits = (ivec)shifted - (ivec)splat(MAGIC);
  return q;
}

ALWAYS vec power_of_two(ivec n) { /* 2^n, -1022 <= n <= 1023 */
  return (vec)((n + 1023) << 52);
}

ALWAYS vec exp_vec(vec x) {
  const vec high = splat(709.782712893384), low = splat(-745.2);
  vec y = SELECT(x > high, high + 1.0, x); /* NaN fails both comparisons and passes through */
  y = SELECT(y < low, low, y);
  vec n;
  ivec bits;
  vec q = exp_core(y, &n, &bits);
  ivec half = (ivec)((vec)(bits + 2048)); /* keep the shift on non-negative numbers */
  half = (half >> 1) - 1024;
  vec value = ((q + 1.0) * power_of_two(half)) * power_of_two(bits - half);
  return SELECT(x != x, x, value);
}

ALWAYS vec tanh_vec(vec x) {
  const ivec sign_bit = (ivec)splat(-0.0);
  ivec sign = (ivec)x & sign_bit;
  vec a = (vec)((ivec)x & ~sign_bit);
  vec y = a + a;
  y = SELECT(y > splat(40.0), splat(40.0), y);
  vec n;
  ivec bits;
  vec q = exp_core(y, &n, &bits);
  vec scale = power_of_two(bits);
  vec m = scale * q + (scale - 1.0);
  vec t = m / (m + 2.0);
  t = (vec)((ivec)t | sign);
  return SELECT(x != x, x, t);
}

#define MAP(name, f)                                                                              \
  static void name(int n, const double *x, double *y) {                                           \
    int i = 0;                                                                                    \
    for (; i + 2 * VW <= n; i += 2 * VW) { /* two at a time hide the latency of the polynomial */ \
      vec a = f(load(x + i)), b = f(load(x + i + VW));                                            \
      store(y + i, a);                                                                            \
      store(y + i + VW, b);                                                                       \
    }                                                                                             \
    for (; i < n; i += VW) {                                                                      \
      double buffer[VW] = {0};                                                                    \
      int count = n - i < VW ? n - i : VW;                                                        \
      memcpy(buffer, x + i, (size_t)count * sizeof *x);                                           \
      store(buffer, f(load(buffer)));                                                             \
      memcpy(y + i, buffer, (size_t)count * sizeof *y);                                           \
    }                                                                                             \
  }

MAP(map_tanh, tanh_vec)
MAP(map_exp, exp_vec)

#define QUOTE2(x) #x
#define QUOTE(x) QUOTE2(x)
const hs_kernels JOIN(hs_kernels_, HS_KERNELS) = {QUOTE(HS_KERNELS), gemm, map_tanh, map_exp};
