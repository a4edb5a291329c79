/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rk4: the classical rule (Kutta 1901). dopri5: Dormand & Prince 1980, with the free interpolant of order 4 of Hairer, Norsett & Wanner,
 * Solving ODEs I, II.6 (their rcont and d coefficients).
 */
#include "solve/rk_rule.h"

const hs_rk_rule hs_rk4 = {
    .stages = 4, .c = {0, 0.5, 0.5, 1}, .a = {{0}, {0.5}, {0, 0.5}, {0, 0, 1}}, .b = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6}};

#define B1 (35.0 / 384)
#define B3 (500.0 / 1113)
#define B4 (125.0 / 192)
#define B5 (-2187.0 / 6784)
#define B6 (11.0 / 84)

const hs_rk_rule hs_dopri5 = {.stages = 7,
                              .fsal = true,
                              .c = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1},
                              .a = {{0},
                                    {1.0 / 5},
                                    {3.0 / 40, 9.0 / 40},
                                    {44.0 / 45, -56.0 / 15, 32.0 / 9},
                                    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
                                    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
                                    {B1, 0, B3, B4, B5, B6}},
                              .b = {B1, 0, B3, B4, B5, B6, 0},
                              .e = {71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40},
                              .d = {-12715105075.0 / 11282082432.0, 0, 87487479700.0 / 32700410799.0,
                                    -10690763975.0 / 1880347072.0, 701980252875.0 / 199316789632.0, -1453857185.0 / 822651844.0,
                                    69997945.0 / 29380423.0}};

/* x + theta (D + (1-theta) (h k_1 - D + theta (2 D - h k_1 - h k_s + (1-theta) h sum d_i k_i))),  D = x+ - x, as weights of the k_i. */
void hs_rk_dense(const hs_rk_rule *r, double theta, double *w) {
  const double rest = 1.0 - theta;
  for (int i = 0; i < r->stages; i++) {
    const double first = i == 0, last = i == r->stages - 1;
    w[i] = theta * (r->b[i] + rest * (first - r->b[i] + theta * (2.0 * r->b[i] - first - last + rest * r->d[i])));
  }
}
