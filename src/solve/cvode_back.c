/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The adjoint on the recorded polynomials of the forward solution, backwards in time over one smooth segment between two samples after the other:
 *
 *   dl/dtau = (df/dx)^T l,   t = t_end - tau,      dL/dv += int l^T df/dv dtau
 *
 * Adams parts: dopri5. A one-step method needs no start-up at the jumps of l; a multistep method, which has to begin at order 1 after every sample, took
 * three times as many evaluations. The step is shared by the lanes of a part, the error of each is measured against its own adjoint.
 * BDF parts: CVODES' BDF with the exact transposed Jacobian.
 *
 * The parameter integral: Gauss-Legendre nodes in every accepted step, with l from its dense output; nodes of all steps and trajectories are collected
 * and evaluated NODE_LANES at a time.
 */
#include "solve/cvode.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- nodes -------------------------------------------------------------------------------------------------------------------- */

void hs_gauss_rules(hs_gauss_rule *rule) {
  for (int m = 1; m <= HS_MAX_NODES; m++) {
    for (int i = 0; i < m; i++) { /* Newton's method on the Legendre polynomial */
      double x = cos(acos(-1.0) * (i + 0.75) / (m + 0.5)), slope = 1.0;
      for (int iteration = 0; iteration < 6; iteration++) {
        double p0 = 1.0, p1 = x;
        for (int k = 2; k <= m; k++) {
          const double p2 = ((2.0 * k - 1.0) * x * p1 - (k - 1.0) * p0) / k;
          p0 = p1;
          p1 = p2;
        }
        slope = m * (x * p1 - p0) / (x * x - 1.0);
        x -= p1 / slope;
      }
      rule[m].node[i] = 0.5 * (1.0 + x);
      rule[m].weight[i] = 1.0 / ((1.0 - x * x) * slope * slope);
    }
  }
}

/* All nodes collected so far, from whatever steps and trajectories, in one wide call. */
static hs_status flush_nodes(hs_cvode *c, double *dv) {
  const hs_program *f = c->s->m->rhs;
  if (!c->nodes) {
    return HS_OK;
  }
  for (int b = c->nodes; b < NODE_LANES; b++) { /* idle lanes repeat the first with a zero adjoint */
    c->node_t[b] = c->node_t[0];
    for (int i = 0; i < c->s->m->n_x; i++) {
      c->node_x[i * NODE_LANES + b] = c->node_x[i * NODE_LANES];
      c->node_l[i * NODE_LANES + b] = 0.0;
    }
    for (int i = 0; i < c->s->m->n_u; i++) {
      c->node_u[i * NODE_LANES + b] = c->node_u[i * NODE_LANES];
    }
  }
  const hs_point at = {.t = c->node_t, .x = c->node_x, .u = c->node_u, .v = c->v};
  const hs_direction d = {.v = dv};
  hs_status status = hs_program_forward(f, NODE_LANES, &at, c->node_work);
  if (status == HS_OK) {
    status = hs_program_vjp(f, NODE_LANES, &at, c->node_work, c->node_l, NULL, c->node_adjoint, &d);
  }
  c->s->counts.nodes += c->nodes;
  c->nodes = 0;
  return status;
}

/* A node at time t with adjoint l (n_x, lanes) of the part at hand. */
static hs_status add_node(hs_cvode *c, double t, double weight, const double *l, double *dv) {
  const hs_solver *s = c->s;
  const hs_part *p = c->now;
  hs_status status = HS_OK;
  hs_part_interpolate(c, hs_part_step_at(c, t), t, c->x, p->lanes, 0);
  for (int b = 0; status == HS_OK && b < p->lanes && p->first + b < s->block.n; b++) {
    if (c->nodes == NODE_LANES) {
      status = flush_nodes(c, dv);
    }
    const int at = c->nodes++;
    c->node_t[at] = t;
    for (int i = 0; i < s->m->n_x; i++) {
      c->node_x[i * NODE_LANES + at] = c->x[i * p->lanes + b];
      c->node_l[i * NODE_LANES + at] = weight * l[i * p->lanes + b];
    }
    if (s->m->n_u) {
      hs_data_input(s->d, s->lane[p->first + b], c->interval, t, c->node_u + at, NODE_LANES);
    }
  }
  return status;
}

/* ---- the adjoint equation ------------------------------------------------------------------------------------------------------ */

/* dl/dtau = (df/dx)^T l, t = t_end - tau. */
static int adjoint_rhs(void *context, double tau, const double *lambda, double *out) {
  hs_cvode *c = context;
  const hs_program *f = c->s->m->rhs;
  const int lanes = c->now->lanes;
  const double t = c->t_end - tau;
  hs_part_interpolate(c, hs_part_step_at(c, t), t, c->x, lanes, 0);
  hs_point at = hs_part_point(c, t, c->x);
  const hs_direction d = {.x = out};
  memset(out, 0, (size_t)hs_part_size(c) * sizeof *out);
  hs_status status = hs_program_forward(f, lanes, &at, c->s->work);
  if (status == HS_OK) {
    status = hs_program_vjp(f, lanes, &at, c->s->work, lambda, NULL, c->s->adjoint, &d);
  }
  c->s->counts.backward_rhs++;
  if (status != HS_OK) {
    return hs_part_give_up(c, status);
  }
  return hs_all_finite(out, (size_t)hs_part_size(c)) ? 0 : 1;
}

static int adjoint_jacobian(void *context, double tau, const double *lambda, double *J) {
  (void)lambda;
  hs_cvode *c = context;
  const double t = c->t_end - tau;
  hs_part_interpolate(c, hs_part_step_at(c, t), t, c->x, 1, 0);
  return hs_part_jacobian(c, t, c->x, true, J);
}

static int adjoint_linearise(void *context, double tau, const double *lambda) {
  (void)lambda;
  hs_cvode *c = context;
  const double t = c->t_end - tau;
  hs_part_interpolate(c, hs_part_step_at(c, t), t, c->x, 1, 0);
  return hs_part_linearise(c, t, c->x);
}

/* (df/dx)^T x */
static int adjoint_product(void *context, const double *x, double *out) {
  hs_cvode *c = context;
  const size_t n = (size_t)c->s->m->n_x;
  const hs_point at = hs_part_linearised(c);
  const hs_direction d = {.x = out};
  memset(out, 0, n * sizeof *out);
  const hs_status status = hs_program_vjp(c->s->m->rhs, 1, &at, c->jac_work, x, NULL, c->jac_adjoint, &d);
  return status != HS_OK ? hs_part_give_up(c, status) : hs_all_finite(out, n) ? 0 : 1;
}

static double largest(const double *a, size_t n) {
  double m = 0;
  for (size_t i = 0; i < n; i++) {
    m = fmax(m, fabs(a[i]));
  }
  return m;
}

/* ---- Adams parts: dopri5 ------------------------------------------------------------------------------------------------------- */

/* to = from + h sum_j weight_j k_j */
static void combine(size_t n, double h, const double *from, const double *weight, int stages, const double *k, double *to) {
  memcpy(to, from, n * sizeof *to);
  for (int j = 0; j < stages; j++) {
    const double w = h * weight[j], *restrict kj = k + (size_t)j * n;
    for (size_t i = 0; w != 0.0 && i < n; i++) {
      to[i] += w * kj[i];
    }
  }
}

/* The largest error of any lane, in units of rtol times the size of its own adjoint. */
static double adjoint_error(const hs_cvode *c, const double *before, const double *after, const double *error) {
  const int lanes = c->now->lanes, n_x = c->s->m->n_x;
  double most = 0.0;
  for (int b = 0; b < lanes && c->now->first + b < c->s->block.n; b++) {
    double size = 0.0, off = 0.0;
    for (int i = 0; i < n_x; i++) {
      const int q = i * lanes + b;
      size = fmax(size, fmax(fabs(before[q]), fabs(after[q])));
      off = isfinite(error[q]) ? fmax(off, fabs(error[q])) : INFINITY;
    }
    most = fmax(most, off == 0.0 ? 0.0 : off / (c->s->o.rtol * size));
  }
  return most;
}

static hs_status add_nodes_of_step(hs_cvode *c, double tau, double h, const double *lambda, double *dv) {
  const hs_gauss_rule *rule = &c->rule[RK_NODES];
  const size_t n = (size_t)hs_part_size(c);
  double w[HS_MAX_STAGES];
  hs_status status = HS_OK;
  for (int i = 0; status == HS_OK && i < RK_NODES; i++) {
    hs_rk_dense(&hs_dopri5, rule->node[i], w);
    combine(n, h, lambda, w, hs_dopri5.stages, c->k, c->stage);
    status = add_node(c, c->t_end - (tau + h * rule->node[i]), h * rule->weight[i], c->stage, dv);
  }
  return status;
}

/* One try of size h from tau: the new adjoint in c->next. Returns its error, Inf where something is not finite; *status: of the functions. */
static double try_step(hs_cvode *c, double tau, double h, const double *lambda, hs_status *status) {
  const size_t n = (size_t)hs_part_size(c);
  int code = 0;
  for (int i = 1; code == 0 && i < hs_dopri5.stages; i++) {
    combine(n, h, lambda, hs_dopri5.a[i], i, c->k, c->next);
    code = adjoint_rhs(c, tau + hs_dopri5.c[i] * h, c->next, c->k + (size_t)i * n);
  }
  *status = code < 0 ? c->callback : HS_OK;
  if (code != 0) {
    return INFINITY;
  }
  memset(c->stage, 0, n * sizeof *c->stage);
  combine(n, h, c->stage, hs_dopri5.e, hs_dopri5.stages, c->k, c->error);
  return adjoint_error(c, lambda, c->next, c->error);
}

static hs_status too_hard(hs_cvode *c, double tau, const double *lambda, const char *why) {
  const double t = c->t_end - tau;
  hs_part_interpolate(c, hs_part_step_at(c, t), t, c->x, c->now->lanes, 0);
  return hs_part_failed(c, t, c->x, lambda, why);
}

/* Over `length`, the step size c->h wanted at first; the controller is that of rk_lane.c without its memory. */
static hs_status leap_over(hs_cvode *c, double length, double *lambda, double *dv, hs_error *e) {
  const size_t n = (size_t)hs_part_size(c);
  const double least = hs_lane_least(c->t_end);
  double tau = 0.0;
  hs_status status = adjoint_rhs(c, 0.0, lambda, c->k) < 0 ? c->callback : HS_OK;
  for (long steps = 0; status == HS_OK && tau < length; steps++) {
    const double left = length - tau;
    const bool last = left <= 1.01 * c->h;
    const double h = last ? left : left < 2.0 * c->h ? 0.5 * left : c->h;
    const double error = try_step(c, tau, h, lambda, &status);
    const double factor = isfinite(error) ? fmin(5.0, fmax(0.2, 0.9 / pow(fmax(error, 1e-8), 0.2))) : 0.1;
    if (error <= 1.0 && status == HS_OK) {
      status = add_nodes_of_step(c, tau, h, lambda, dv);
      memcpy(lambda, c->next, n * sizeof *lambda);
      memcpy(c->k, c->k + (size_t)(hs_dopri5.stages - 1) * n, n * sizeof *c->k);
      tau = last ? length : tau + h;
      c->h = h < c->h ? fmax(c->h, factor * h) : factor * h;
      c->s->counts.backward_steps++;
    } else {
      c->h = factor * h;
    }
    if (status == HS_OK && c->h < least) {
      return too_hard(c, tau, lambda, "the step size underflowed (backwards)");
    }
    if (status == HS_OK && steps >= c->s->o.max_steps) {
      return too_hard(c, tau, lambda, "too much work backwards (max_steps internal steps)");
    }
    status = status == HS_OK ? hs_solver_interrupted(c->s, e) : status;
  }
  return status;
}

/* ---- BDF parts: CVODES ---------------------------------------------------------------------------------------------------------- */

/* Against each entry, and a thousandth of the lane's largest: what is small beside it has little to say, but the lane's own size may change by
 * many orders, as behind a jump of a relaxation oscillation. */
static void backward_weights(void *context, const double *y, double *weight) {
  const hs_cvode *c = context;
  const int lanes = c->now->lanes, n_x = c->s->m->n_x;
  for (int b = 0; b < lanes; b++) {
    double size = DBL_MIN / DBL_EPSILON;
    for (int i = 0; i < n_x; i++) {
      size = fmax(size, fabs(y[i * lanes + b]));
    }
    for (int i = 0; i < n_x; i++) {
      weight[i * lanes + b] = 1.0 / (c->s->o.rtol * (fabs(y[i * lanes + b]) + 1e-3 * size));
    }
  }
}

static hs_status walk_over(hs_cvode *c, hs_integrator *g, double length, double *lambda, double *dv, hs_error *e) {
  hs_progress p = {0};
  hs_status status = hs_integrator_start(g, 0.0, length, lambda, NULL, c->s->o.rtol, NULL, e);
  for (long steps = 0; status == HS_OK && !p.ended; steps++) {
    hs_error why = {0};
    const double before = p.t;
    if (hs_integrator_step(g, &p, &why) != HS_OK) {
      return hs_part_failed_at(c, g, before, c->t_end - before, true, &why, e);
    }
    const int m = p.order / 2 + 2 < HS_MAX_NODES ? p.order / 2 + 2 : HS_MAX_NODES;
    for (int i = 0; status == HS_OK && i < m; i++) {
      const double tau = p.t - p.h * c->rule[m].node[i];
      status = hs_integrator_dense(g, tau, 0, c->lambda, e);
      status = status == HS_OK ? add_node(c, c->t_end - tau, p.h * c->rule[m].weight[i], c->lambda, dv) : status;
    }
    c->s->counts.backward_steps++;
    if (status == HS_OK && steps >= c->s->o.max_steps) {
      return too_hard(c, p.t, lambda, "too much work backwards (max_steps internal steps)");
    }
    status = status == HS_OK ? hs_solver_interrupted(c->s, e) : status;
  }
  return status == HS_OK ? hs_integrator_dense(g, p.t, 0, lambda, e) : status;
}

/* ---- all samples ---------------------------------------------------------------------------------------------------------------- */

/* From the last sample to the first; lambda ends as dL/dx0. */
static hs_status run_backward(hs_cvode *c, double *lambda, double *dv, hs_error *e) {
  hs_solver *s = c->s;
  const hs_part *p = c->now;
  const size_t n = (size_t)hs_part_size(c);
  const int count = hs_solver_count(s, p->first);
  const double *t = hs_solver_times(s, p->first);
  const hs_ode ode = {.n = (int)n,
                      .context = c,
                      .rhs = adjoint_rhs,
                      .jacobian = adjoint_jacobian,
                      .linearise = adjoint_linearise,
                      .product = adjoint_product,
                      .weights = backward_weights};
  hs_integrator *g = NULL;
  hs_status status = count > 1 && p->bdf ? hs_part_integrator(c, &ode, true, true, &g, e) : HS_OK;
  c->cursor = p->steps - 1;
  c->h = p->steps ? 3.0 * c->steps[p->first_step + p->steps - 1].h : 1.0;
  memset(lambda, 0, n * sizeof *lambda);
  for (int k = count - 1; status == HS_OK && k >= 0; k--) {
    hs_part_copy_sample(c, k, s->dx, c->x, true);
    for (size_t i = 0; i < n; i++) {
      lambda[i] += c->x[i];
    }
    if (k > 0 && largest(lambda, n) > 0.0) {
      c->interval = k - 1;
      c->t_end = t[k];
      status = p->bdf ? walk_over(c, g, t[k] - t[k - 1], lambda, dv, e) : leap_over(c, t[k] - t[k - 1], lambda, dv, e);
    }
  }
  return status;
}

hs_status hs_cvode_backward(hs_solver *s, const double *v, double tap_seed, double *dv, hs_error *e) {
  (void)tap_seed;
  hs_cvode *c = s->state;
  const int L = s->block.L, n_x = s->m->n_x;
  hs_status status = HS_OK;
  c->v = v;
  c->nodes = 0;
  c->callback = HS_OK;
  memset(s->dx0, 0, (size_t)(n_x * L) * sizeof *s->dx0);
  for (int j = 0; status == HS_OK && j < c->n_parts; j++) {
    c->now = &c->parts[j];
    double *lambda = s->result; /* (n_x, lanes) */
    status = run_backward(c, lambda, dv, e);
    hs_part_copy_sample(c, 0, s->dx0, lambda, false);
  }
  status = status == HS_OK ? flush_nodes(c, dv) : status;
  return status == HS_UNSOLVED ? hs_part_unsolved(c, e) : status;
}
