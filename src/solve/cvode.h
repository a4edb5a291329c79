/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside solve: what the forward half (cvode.c) and the backward half (cvode_back.c) of the error-controlled back end share: parts (lanes
 * that are one system), and the record of every forward step as a polynomial.
 */
#ifndef HS_SOLVE_CVODE_H
#define HS_SOLVE_CVODE_H

#include "solve/cvode_integrator.h"
#include "solve/rk_lane.h"
#include "solve/rk_rule.h"
#include "solve/solver.h"

enum { NODE_LANES = 96, HS_MAX_NODES = 8, RK_NODES = 3, CACHE = 8, MAX_COEFFICIENTS = HS_MAX_ORDER + 1 };

typedef struct {
  double node[HS_MAX_NODES], weight[HS_MAX_NODES]; /* Gauss-Legendre on [0, 1] */
} hs_gauss_rule;

typedef struct {
  double t, h; /* the step ends at t */
  int order;
  size_t at; /* its coefficients, (order + 1, n): Taylor coefficients about t */
} hs_record_step;

typedef struct { /* lanes that are one system */
  int first, lanes, first_step, steps;
  bool bdf;
} hs_part;

typedef struct {
  hs_integrator *g;
  int n;
  bool bdf, back;
} cached;

typedef struct {
  hs_solver *s;
  const double *v;
  hs_part *now;         /* the part being integrated */
  int interval;         /* data interval for the inputs */
  double t_end;         /* backward: t = t_end - tau */
  int cursor;           /* step of the record last looked at */
  double h;             /* backward, Adams parts: step size wanted */
  const int *direction; /* sensitivities: value numbers */
  hs_status callback;   /* first failure of a model function */
  int fail_lane;        /* the last failure of a part: lane of the part, time, state (n_x), the library's words */
  double fail_t, *fail_x;
  char fail_why[256];

  hs_part *parts; /* (max_lanes) */
  int n_parts;
  hs_record_step *steps; /* grows */
  size_t n_steps, room_steps;
  double *coefficient; /* grows */
  size_t used, room;

  cached cache[CACHE];
  int n_cache;

  double *x, *lambda, *t, *u;                /* one instant of a part */
  double *node_t, *node_x, *node_u, *node_l; /* (NODE_LANES) ... (n, NODE_LANES) */
  int nodes;
  hs_gauss_rule rule[HS_MAX_NODES + 1]; /* by number of nodes */
  double *k, *stage, *next, *error;     /* backward: (stages, n_x, L), (n_x, L) */
  double *node_work, *node_adjoint;
  double *jac_t, *jac_x, *jac_u, *jac_unit, *jac_result, *jac_work, *jac_adjoint; /* n_x lanes, of many states 1 */
  double *unit;                                                                   /* (n_v) */
  void *memory, *jac_memory;
} hs_cvode;

int hs_part_size(const hs_cvode *c);
hs_point hs_part_point(hs_cvode *c, double t, const double *x);
int hs_part_linearise(hs_cvode *c, double t, const double *x);
hs_point hs_part_linearised(const hs_cvode *c);
int hs_part_jacobian(hs_cvode *c, double t, const double *x, bool transpose, double *J);
void hs_part_weigh(const hs_cvode *c, const double *y, double rtol, double atol, double *weight);
void hs_part_interpolate(const hs_cvode *c, const hs_record_step *q, double t, double *x, int stride, int offset);
const hs_record_step *hs_part_step_at(hs_cvode *c, double t);
hs_status hs_part_integrator(hs_cvode *c, const hs_ode *ode, bool bdf, bool back, hs_integrator **out, hs_error *e);
void hs_part_copy_sample(const hs_cvode *c, int k, double *sample, const double *x, bool into_part);
hs_status hs_part_failed(hs_cvode *c, double t, const double *x, const double *y, const char *why);
hs_status hs_part_failed_at(hs_cvode *c, hs_integrator *g, double tau, double t, bool back, hs_error *why, hs_error *e);
hs_status hs_part_unsolved(hs_cvode *c, hs_error *e);
int hs_part_give_up(hs_cvode *c, hs_status status);
bool hs_all_finite(const double *x, size_t n);
void hs_gauss_rules(hs_gauss_rule *rule); /* rule: (HS_MAX_NODES + 1), from 1 */
hs_status hs_cvode_backward(hs_solver *s, const double *v, double tap_seed, double *dv, hs_error *e);

#endif
