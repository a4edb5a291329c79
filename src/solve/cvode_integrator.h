/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside solve: one CVODES memory for an initial value problem y' = f(t, y) on smooth segments, stepped one internal step at a time.
 *
 * Adams with functional iteration, or BDF with Newton: a dense Jacobian, or, for more than HS_MOST_DENSE unknowns, GMRES on the
 * Jacobian's products. hs_integrator_start begins a segment (CVodeReInit: the
 * history is dropped, so nothing is carried over a jump); hs_integrator_step takes one internal step and never passes the segment's end.
 * The library's messages go into hs_error, never to the terminal.
 */
#ifndef HS_SOLVE_CVODE_INTEGRATOR_H
#define HS_SOLVE_CVODE_INTEGRATOR_H

#include "base/base.h"

typedef struct {
  int n; /* unknowns */
  void *context;
  /* Each returns 0, 1 (not finite: a smaller step may help) or -1 (give up). */
  int (*rhs)(void *context, double t, const double *y, double *dy);
  int (*jacobian)(void *context, double t, const double *y, double *J); /* (n, n) column-major; BDF only */
  int (*linearise)(void *context, double t, const double *y); /* BDF of many unknowns: the products that follow are there */
  int (*product)(void *context, const double *x, double *Jx);
  int (*tangent)(void *context, int which, double t, const double *y, const double *s, double *ds); /* sensitivities only */
  void (*weights)(void *context, const double *y, double *weight); /* 1 / tolerance of each unknown */
} hs_ode;

enum { HS_MAX_ORDER = 12, HS_MOST_DENSE = 200 };

typedef struct {
  double t, h; /* end and length of the last step */
  int order;
  bool ended;                /* the segment's end is reached */
  long convergence_failures; /* since the start of the segment */
} hs_progress;

typedef struct hs_integrator hs_integrator;

hs_status hs_integrator_new(hs_integrator **out, const hs_ode *ode, bool bdf, int n_sensitivity, hs_error *e);
void hs_integrator_free(hs_integrator *g);
/* y0 (n); s0 (n_sensitivity, n) or NULL; s_atol (n_sensitivity) or NULL. */
hs_status hs_integrator_start(hs_integrator *g, double t0, double t_end, const double *y0, const double *s0, double rtol,
                              double *s_atol, hs_error *e);
hs_status hs_integrator_step(hs_integrator *g, hs_progress *p, hs_error *e); /* OK, UNSOLVED, SOLVER */
/* k-th derivative of the interpolating polynomial at a t inside the last step. */
hs_status hs_integrator_dense(hs_integrator *g, double t, int k, double *out, hs_error *e);
hs_status hs_integrator_dense_sensitivity(hs_integrator *g, double t, int which, double *out, hs_error *e);

#endif
