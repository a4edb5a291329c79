/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inner loops that decide the speed, compiled once for the baseline and once for x86-64-v3 (AVX2, FMA) and chosen at run time.
 * The two differ by rounding only.
 */
#ifndef HS_TAPE_KERNELS_H
#define HS_TAPE_KERNELS_H

typedef struct {
  const char *name;
  /* C (m, L) += A (m, k) B (k, L); A[i,j] = a[i*a_row + j*a_col], B[j,l] = b[j*ldb + l], C[i,l] = c[i*ldc + l]. */
  void (*gemm)(int m, int L, int k, const double *a, int a_row, int a_col, const double *b, int ldb, double *c, int ldc);
  /* y[i] = f(x[i]), i < n; x == y is allowed. NaN stays NaN; error <= 4 ulp. */
  void (*tanh)(int n, const double *x, double *y);
  void (*exp)(int n, const double *x, double *y);
} hs_kernels;

extern const hs_kernels hs_kernels_base;
#ifdef HS_HAVE_V3
extern const hs_kernels hs_kernels_v3;
#endif

const hs_kernels *hs_kernels_select(void); /* the fastest this machine runs */

#endif
