/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inner loops that decide the speed, compiled once for every level (the baseline; x86-64-v3: AVX2, FMA; x86-64-v4: AVX-512) and chosen
 * at run time. Compiled by GCC, v3 and v4 give the same bits: every element is made by the same operations in the same order, whatever the width of a
 * vector. The baseline has no fused multiply-add and differs from them by rounding.
 */
#ifndef HS_TAPE_KERNELS_H
#define HS_TAPE_KERNELS_H

#include "tape/tape.h"

/* y[i] = f(x[i]), i < n; x == y is allowed. NaN stays NaN, infinities, subnormal numbers and signed zeros are as in libm. */
typedef void hs_map(size_t n, const double *x, double *y);

typedef struct {
  const char *name;
  /* C (m, L) += A (m, k) B (k, L), or with a bias: C[i,l] = bias[i*bias_step] + (A B)[i,l].
   * A[i,j] = a[i*a_row + j*a_col], B[j,l] = b[j*ldb + l], C[i,l] = c[i*ldc + l]. */
  void (*gemm)(int m, int L, int k, const double *a, int a_row, int a_col, const double *b, int ldb, const double *bias,
               int bias_step, double *c, int ldc);
  /* The same with the rows of B anywhere: B[j,l] = b[row[j] + l]. */
  void (*gemm_rows)(int m, int L, int k, const double *a, int a_row, int a_col, const double *b, const long *row,
                    const double *bias, int bias_step, double *c, int ldc);
  /* sum[i*sum_row + j*sum_col] += sum over pieces q and l < L of a[i*a_row + at[q] + l] b[row[q*n + j] + l], i < m, j < n. */
  void (*correlate)(int m, int n, int pieces, int L, const double *a, long a_row, const long *at, const double *b,
                    const long *row, double *sum, int sum_row, int sum_col);
  double (*total)(size_t n, const double *x); /* the sum of all */
  /* t (L, m) = d^T for d (m, L), and sum[i] += sum_l d[i,l]. */
  void (*transpose)(int m, int L, const double *d, double *t, double *sum);
  bool (*finite)(size_t n, const double *x); /* all of them */
  hs_map *sin, *cos, *log, *exp, *tanh, *sinh, *cosh, *sigmoid, *softplus;
  /* y = act(y); silu keeps its argument in aux (n). */
  void (*activate)(hs_activation act, size_t n, double *y, double *aux);
  /* d *= act'(argument) where d is not 0, from the output o, or from aux for silu. */
  void (*activate_vjp)(hs_activation act, size_t n, const double *o, const double *aux, double *d);
} hs_kernels;

/* The levels this machine runs, the fastest first; NULL from the first number that is too large. */
const hs_kernels *hs_kernels_level(int i);

/* The fastest level, or the one that the environment variable HYBRIDSAM_KERNELS names (base, v3, v4) if the machine runs it. */
const hs_kernels *hs_kernels_select(void);

#endif
