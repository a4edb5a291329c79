/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside solve: explicit Runge-Kutta rules.
 *
 *   X_i = x + h sum_{j<i} a_ij k_j,   k_i = f(t + c_i h, X_i),   x+ = x + h sum_i b_i k_i,   error = h sum_i e_i k_i,
 *   x(t + theta h) = x + h sum_i w_i(theta) k_i
 */
#ifndef HS_SOLVE_RK_RULE_H
#define HS_SOLVE_RK_RULE_H

#include <stdbool.h>

enum { HS_MAX_STAGES = 7 };

typedef struct {
  int stages;
  bool fsal; /* the last stage is f at the end of the step, and so the first stage of the next */
  double c[HS_MAX_STAGES], a[HS_MAX_STAGES][HS_MAX_STAGES], b[HS_MAX_STAGES];
  double e[HS_MAX_STAGES], d[HS_MAX_STAGES]; /* error and dense output; zero in fixed-step rules */
} hs_rk_rule;

extern const hs_rk_rule hs_rk4, hs_dopri5;

void hs_rk_dense(const hs_rk_rule *r, double theta, double *w); /* w: (stages) */

#endif
