/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error-controlled back end: SUNDIALS CVODES forward, and an adjoint on its dense output.
 *
 *   x' = f(t, x, v)                      Adams: a block of equal times as one system; BDF: one system a trajectory, exact Jacobian
 *   l' = -(df/dx)^T l  backwards,        l jumps by dL/dx_k at every sample; one smooth segment between two samples
 *   dL/dv = int l^T df/dv dt             Gauss-Legendre nodes inside every backward step (Cao, Li, Petzold & Serban 2003, eqs. 2-4, for
 *                                        the adjoint; CVODES would integrate one quadrature for each of thousands of parameters)
 *
 * Record: for each forward step its polynomial (the Nordsieck array as derivatives), so the backward pass sees exactly the dense output
 * that CVODES vouches for, and no checkpoint has to be solved again. The library's own adjoint module is not used: its checkpoints
 * assume one smooth problem. Each segment starts from a fresh history.
 *
 * Error control: no trajectory's error may exceed the tolerance because its neighbours' are small, so a block of n trajectories is
 * weighted such that the norm is the root of the sum, not the mean, over trajectories.
 */
#include "solve/cvode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making ------------------------------------------------------------------------------------------------------------------- */

static void carve(const hs_solver *s, hs_cvode *c, hs_arena *a) {
  const size_t L = (size_t)s->max_lanes, n_x = (size_t)s->m->n_x, n_u = (size_t)s->m->n_u;
  HS_TAKE(a, c->parts, L);
  HS_TAKE(a, c->x, n_x * L);
  HS_TAKE(a, c->lambda, n_x * L);
  HS_TAKE(a, c->fail_x, n_x);
  HS_TAKE(a, c->t, L);
  HS_TAKE(a, c->u, n_u * L);
  HS_TAKE(a, c->node_t, NODE_LANES);
  HS_TAKE(a, c->node_x, n_x * NODE_LANES);
  HS_TAKE(a, c->node_u, n_u * NODE_LANES);
  HS_TAKE(a, c->node_l, n_x * NODE_LANES);
  HS_TAKE(a, c->node_work, hs_program_work_size(s->m->rhs, NODE_LANES));
  HS_TAKE(a, c->node_adjoint, hs_program_adjoint_size(s->m->rhs, NODE_LANES));
  HS_TAKE(a, c->unit, (size_t)s->m->n_v);
  HS_TAKE(a, c->k, (size_t)hs_dopri5.stages * n_x * L);
  HS_TAKE(a, c->stage, n_x * L);
  HS_TAKE(a, c->next, n_x * L);
  HS_TAKE(a, c->error, n_x * L);
}

/* What BDF needs besides: Newton's dense Jacobian, by n_x tangents at once, or, of many states, the point where its products are taken. Made when a
 * trajectory first turns out stiff. */
static void carve_jacobian(const hs_solver *s, hs_cvode *c, hs_arena *a) {
  const size_t n_x = (size_t)s->m->n_x, n_u = (size_t)s->m->n_u, lanes = n_x > HS_MOST_DENSE ? 1 : n_x;
  HS_TAKE(a, c->jac_t, lanes);
  HS_TAKE(a, c->jac_x, n_x * lanes);
  HS_TAKE(a, c->jac_u, n_u * lanes);
  HS_TAKE(a, c->jac_unit, lanes > 1 ? n_x * lanes : 0);
  HS_TAKE(a, c->jac_result, lanes > 1 ? n_x * lanes : 0);
  HS_TAKE(a, c->jac_work, hs_program_work_size(s->m->rhs, (int)lanes));
  HS_TAKE(a, c->jac_adjoint, hs_program_adjoint_size(s->m->rhs, (int)lanes));
}

static hs_status make_jacobian(hs_cvode *c, hs_error *e) {
  hs_arena arena = {0};
  if (c->jac_memory) {
    return HS_OK;
  }
  carve_jacobian(c->s, c, &arena);
  hs_status status =
      hs_check_memory(e, "the Jacobian that BDF needs (solver dopri5 and cvode_method adams need none)", (double)arena.used);
  if (status != HS_OK) {
    return status;
  }
  c->jac_memory = hs_alloc(arena.used);
  if (!c->jac_memory) {
    return hs_fail_memory(e, "the Jacobian that BDF needs", (double)arena.used);
  }
  arena = (hs_arena){.base = c->jac_memory};
  carve_jacobian(c->s, c, &arena);
  for (int i = 0; c->s->m->n_x <= HS_MOST_DENSE && i < c->s->m->n_x; i++) {
    c->jac_unit[i * c->s->m->n_x + i] = 1.0; /* lane j moves along state j */
  }
  return HS_OK;
}

/* As many steps as the longest trajectory has samples, of middling order. */
static double bytes(const hs_solver *s) {
  hs_arena arena = {0};
  hs_cvode c = {0};
  carve(s, &c, &arena);
  if (s->o.cvode_method == HS_BDF && !s->watch_stiffness) {
    carve_jacobian(s, &c, &arena);
  }
  return (double)arena.used + 6.0 * s->d->max_count * s->m->n_x * s->max_lanes * sizeof(double);
}

static void release(hs_solver *s) {
  hs_cvode *c = s->state;
  if (!c) {
    return;
  }
  for (int i = 0; i < c->n_cache; i++) {
    hs_integrator_free(c->cache[i].g);
  }
  free(c->steps);
  free(c->coefficient);
  hs_free(c->jac_memory);
  hs_free(c->memory);
  free(c);
  s->state = NULL;
}

static hs_status make(hs_solver *s, hs_error *e) {
  hs_cvode *c = calloc(1, sizeof *c);
  if (!c) {
    return hs_fail_memory(e, "a CVODES solver", sizeof *c);
  }
  s->state = c;
  c->s = s;
  hs_gauss_rules(c->rule);
  hs_arena arena = {0};
  carve(s, c, &arena);
  c->memory = hs_alloc(arena.used);
  if (!c->memory) {
    return hs_fail_memory(e, "a CVODES solver", (double)arena.used);
  }
  arena = (hs_arena){.base = c->memory};
  carve(s, c, &arena);
  return HS_OK;
}

/* ---- the functions CVODES calls ------------------------------------------------------------------------------------------------ */

bool hs_all_finite(const double *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum += x[i] * 0.0;
  }
  return sum == 0.0;
}

int hs_part_give_up(hs_cvode *c, hs_status status) {
  c->callback = status;
  return -1;
}

hs_point hs_part_point(hs_cvode *c, double t, const double *x) {
  const hs_part *p = c->now;
  const hs_solver *s = c->s;
  for (int b = 0; b < p->lanes; b++) {
    c->t[b] = t;
    if (s->m->n_u) {
      hs_data_input(s->d, s->lane[p->first + b], c->interval, t, c->u + b, p->lanes);
    }
  }
  return (hs_point){.t = c->t, .x = x, .u = c->u, .v = c->v};
}

static int rhs(void *context, double t, const double *x, double *dx) {
  hs_cvode *c = context;
  const hs_program *f = c->s->m->rhs;
  hs_point at = hs_part_point(c, t, x);
  hs_status status = hs_program_forward(f, c->now->lanes, &at, c->s->work);
  hs_program_result(f, c->now->lanes, &at, c->s->work, dx);
  c->s->counts.rhs++;
  if (status != HS_OK) {
    return hs_part_give_up(c, status);
  }
  return hs_all_finite(dx, (size_t)(c->s->m->n_x * c->now->lanes)) ? 0 : 1;
}

/* J[i + n j] = df_i/dx_j of a one-lane part, by n tangents at once. */
int hs_part_jacobian(hs_cvode *c, double t, const double *x, bool transpose, double *J) {
  const hs_solver *s = c->s;
  const int n = s->m->n_x;
  for (int j = 0; j < n; j++) {
    c->jac_t[j] = t;
    if (s->m->n_u) {
      hs_data_input(s->d, s->lane[c->now->first], c->interval, t, c->jac_u + j, n);
    }
    for (int i = 0; i < n; i++) {
      c->jac_x[i * n + j] = x[i];
    }
  }
  const hs_point at = {.t = c->jac_t, .x = c->jac_x, .u = c->jac_u, .v = c->v};
  const hs_direction d = {.x = c->jac_unit};
  hs_status status = hs_program_forward(s->m->rhs, n, &at, c->jac_work);
  if (status == HS_OK) {
    status = hs_program_jvp(s->m->rhs, n, &at, c->jac_work, &d, c->jac_adjoint, c->jac_result);
  }
  if (status != HS_OK) {
    return hs_part_give_up(c, status);
  }
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      J[transpose ? j + n * i : i + n * j] = c->jac_result[i * n + j];
    }
  }
  return hs_all_finite(J, (size_t)n * (size_t)n) ? 0 : 1;
}

/* The products of a one-lane part's Jacobian are taken at (t, x) from now on. */
int hs_part_linearise(hs_cvode *c, double t, const double *x) {
  const hs_solver *s = c->s;
  c->jac_t[0] = t;
  memcpy(c->jac_x, x, (size_t)s->m->n_x * sizeof *x);
  if (s->m->n_u) {
    hs_data_input(s->d, s->lane[c->now->first], c->interval, t, c->jac_u, 1);
  }
  const hs_point at = hs_part_linearised(c);
  const hs_status status = hs_program_forward(s->m->rhs, 1, &at, c->jac_work);
  return status == HS_OK ? 0 : hs_part_give_up(c, status);
}

hs_point hs_part_linearised(const hs_cvode *c) {
  return (hs_point){.t = c->jac_t, .x = c->jac_x, .u = c->jac_u, .v = c->v};
}

static int linearise(void *context, double t, const double *x) {
  return hs_part_linearise(context, t, x);
}

static int jacobian_times(void *context, const double *x, double *Jx) {
  hs_cvode *c = context;
  const hs_point at = hs_part_linearised(c);
  const hs_direction d = {.x = (double *)x};
  const hs_status status = hs_program_jvp(c->s->m->rhs, 1, &at, c->jac_work, &d, c->jac_adjoint, Jx);
  return status != HS_OK ? hs_part_give_up(c, status) : hs_all_finite(Jx, (size_t)c->s->m->n_x) ? 0 : 1;
}

static int jacobian(void *context, double t, const double *x, double *J) {
  return hs_part_jacobian(context, t, x, false, J);
}

static int tangent(void *context, int which, double t, const double *x, const double *sx, double *ds) {
  hs_cvode *c = context;
  const hs_program *f = c->s->m->rhs;
  const int lanes = c->now->lanes;
  hs_point at = hs_part_point(c, t, x);
  hs_status status = hs_program_forward(f, lanes, &at, c->s->work);
  const int value = c->direction[which]; /* < 0: an initial state, on which the right-hand side does not depend */
  if (value >= 0) {
    c->unit[value] = 1.0;
  }
  const hs_direction d = {.x = (double *)sx, .v = c->unit};
  if (status == HS_OK) {
    status = hs_program_jvp(f, lanes, &at, c->s->work, &d, c->s->adjoint, ds);
  }
  if (value >= 0) {
    c->unit[value] = 0.0;
  }
  if (status != HS_OK) {
    return hs_part_give_up(c, status);
  }
  return hs_all_finite(ds, (size_t)(c->s->m->n_x * lanes)) ? 0 : 1;
}

/* The norm of CVODES is the mean over all entries; times sqrt(lanes) it bounds every lane's own. Padding lanes count for nothing. */
void hs_part_weigh(const hs_cvode *c, const double *y, double rtol, double atol, double *weight) {
  const int lanes = c->now->lanes, n_x = c->s->m->n_x;
  const double root = sqrt((double)lanes);
  for (int b = 0; b < lanes; b++) {
    const bool real = c->now->first + b < c->s->block.n;
    for (int i = 0; i < n_x; i++) {
      weight[i * lanes + b] = (real ? root : 1e-30) / (rtol * fabs(y[i * lanes + b]) + atol);
    }
  }
}

static void forward_weights(void *context, const double *y, double *weight) {
  const hs_cvode *c = context;
  hs_part_weigh(c, y, c->s->o.rtol, c->s->o.atol, weight);
}

/* ---- the record --------------------------------------------------------------------------------------------------------------- */

int hs_part_size(const hs_cvode *c) {
  return c->s->m->n_x * c->now->lanes;
}

/* Taylor coefficients of the last step's polynomial about its end. */
static hs_status remember(hs_cvode *c, hs_integrator *g, const hs_progress *p, hs_error *e) {
  const size_t n = (size_t)hs_part_size(c);
  hs_status status = hs_solver_grow((void **)&c->steps, &c->room_steps, c->n_steps + 1, sizeof *c->steps, e);
  if (status == HS_OK) {
    status = hs_solver_grow((void **)&c->coefficient, &c->room, c->used + n * MAX_COEFFICIENTS, sizeof *c->coefficient, e);
  }
  double factorial = 1.0;
  for (int k = 0; status == HS_OK && k <= p->order; k++) {
    double *out = c->coefficient + c->used + (size_t)k * n;
    factorial *= k > 1 ? k : 1;
    status = hs_integrator_dense(g, p->t, k, out, e);
    for (size_t i = 0; i < n; i++) {
      out[i] /= factorial;
    }
  }
  if (status == HS_OK) {
    c->steps[c->n_steps++] = (hs_record_step){.t = p->t, .h = p->h, .order = p->order, .at = c->used};
    c->used += n * (size_t)(p->order + 1);
  }
  return status;
}

/* x at time t from one recorded step (Horner), with a stride so that it can be written into a wider block. */
void hs_part_interpolate(const hs_cvode *c, const hs_record_step *q, double t, double *x, int stride, int offset) {
  const int n_x = c->s->m->n_x, lanes = c->now->lanes;
  const size_t n = (size_t)hs_part_size(c);
  const double dt = t - q->t, *a = c->coefficient + q->at;
  for (int i = 0; i < n_x; i++) {
    for (int b = 0; b < lanes; b++) {
      size_t j = (size_t)(i * lanes + b);
      double value = a[(size_t)q->order * n + j];
      for (int k = q->order - 1; k >= 0; k--) {
        value = value * dt + a[(size_t)k * n + j];
      }
      x[(size_t)i * (size_t)stride + (size_t)(offset + b)] = value;
    }
  }
}

/* The recorded step of this part that contains t; the cursor moves little from call to call. */
const hs_record_step *hs_part_step_at(hs_cvode *c, double t) {
  const hs_record_step *all = c->steps + c->now->first_step;
  int i = c->cursor;
  while (i > 0 && t <= all[i - 1].t) {
    i--;
  }
  while (i + 1 < c->now->steps && t > all[i].t) {
    i++;
  }
  c->cursor = i;
  return &all[i];
}

/* ---- forward ------------------------------------------------------------------------------------------------------------------ */

/* The integrators a solver needs differ by size and kind; they are kept, so nothing is allocated from the second gradient on. */
hs_status hs_part_integrator(hs_cvode *c, const hs_ode *ode, bool bdf, bool back, hs_integrator **out, hs_error *e) {
  for (int i = 0; i < c->n_cache; i++) {
    if (c->cache[i].n == ode->n && c->cache[i].bdf == bdf && c->cache[i].back == back) {
      *out = c->cache[i].g;
      return HS_OK;
    }
  }
  hs_status status = bdf ? make_jacobian(c, e) : HS_OK;
  status = status == HS_OK ? hs_integrator_new(out, ode, bdf, 0, e) : status;
  if (status == HS_OK) {
    if (c->n_cache == CACHE) {
      hs_integrator_free(c->cache[0].g);
      memmove(c->cache, c->cache + 1, (CACHE - 1) * sizeof *c->cache);
      c->n_cache--;
    }
    c->cache[c->n_cache++] = (cached){.g = *out, .n = ode->n, .bdf = bdf, .back = back};
  }
  return status;
}

void hs_part_copy_sample(const hs_cvode *c, int k, double *sample, const double *x, bool into_part) {
  const hs_part *p = c->now;
  const int n_x = c->s->m->n_x, L = c->s->block.L;
  for (int i = 0; i < n_x; i++) {
    for (int b = 0; b < p->lanes; b++) {
      double *wide = &sample[((size_t)k * (size_t)n_x + (size_t)i) * (size_t)L + (size_t)(p->first + b)];
      double *narrow = (double *)&x[i * p->lanes + b];
      *(into_part ? narrow : wide) = into_part ? *wide : *narrow;
    }
  }
}

/* Where the smooth segment that starts at sample k ends. */
static int segment_end(const hs_cvode *c, int k) {
  const hs_solver *s = c->s;
  const int count = hs_solver_count(s, c->now->first);
  int end = k + 1;
  for (; end + 1 < count; end++) {
    for (int b = 0; b < c->now->lanes; b++) {
      if (hs_data_breaks(s->d, s->lane[c->now->first + b], end)) {
        return end;
      }
    }
  }
  return end;
}

/* Note where the part failed: states x (n_x, lanes), of which the lane with the largest entry of y is to blame. */
hs_status hs_part_failed(hs_cvode *c, double t, const double *x, const double *y, const char *why) {
  const int n_x = c->s->m->n_x, lanes = c->now->lanes;
  double most = -1.0;
  for (int b = 0; b < lanes && c->now->first + b < c->s->block.n; b++) {
    for (int i = 0; i < n_x; i++) {
      const double size = fabs(y[i * lanes + b]);
      if (!(size <= most)) {
        most = isnan(size) ? INFINITY : size;
        c->fail_lane = b;
      }
    }
  }
  for (int i = 0; i < n_x; i++) {
    c->fail_x[i] = x[i * lanes + c->fail_lane];
  }
  c->fail_t = t;
  snprintf(c->fail_why, sizeof c->fail_why, "%s", why);
  return HS_UNSOLVED;
}

hs_status hs_part_unsolved(hs_cvode *c, hs_error *e) {
  return hs_solver_unsolved(c->s, c->now->first + c->fail_lane, c->fail_t, c->fail_x, 1, c->fail_why, e);
}

/* A step failed at integration time tau, trajectory time t. Forward: the states come from the integrator; backward: from the record. */
hs_status hs_part_failed_at(hs_cvode *c, hs_integrator *g, double tau, double t, bool back, hs_error *why, hs_error *e) {
  if (c->callback != HS_OK) {
    return hs_fail(e, c->callback, "solve:callback", "%s", hs_status_text(c->callback));
  }
  if (why->status != HS_UNSOLVED) {
    *e = *why;
    return why->status;
  }
  hs_error ignored;
  if (hs_integrator_dense(g, tau, 0, c->lambda, &ignored) != HS_OK) {
    memset(c->lambda, 0, (size_t)hs_part_size(c) * sizeof *c->lambda);
  }
  if (back) {
    hs_part_interpolate(c, hs_part_step_at(c, t), t, c->x, c->now->lanes, 0);
  }
  return hs_part_failed(c, t, back ? c->x : c->lambda, c->lambda, why->text);
}

/* Signs that Adams is the wrong method: its functional iteration keeps failing, or stability, not accuracy, sets the step. */
static bool looks_stiff(const hs_part *p, const hs_progress *g, int intervals) {
  return g->convergence_failures > 20 + p->steps / 10 || p->steps > 600 + 40 * intervals;
}

typedef struct {
  bool reverse, watch_stiffness;
} manner;

/* One internal step; the samples inside it go to s->x. Returns RETRY when the problem looks stiff and that was to be watched. */
static hs_status advance(hs_cvode *c, hs_integrator *g, hs_progress *p, int *sample, int last, manner how, hs_error *e) {
  hs_error why = {0};
  const double *t = hs_solver_times(c->s, c->now->first);
  const double before = p->t;
  hs_status status = hs_integrator_step(g, p, &why);
  if (status != HS_OK) {
    return hs_part_failed_at(c, g, before, before, false, &why, e);
  }
  c->now->steps++;
  status = how.reverse ? remember(c, g, p, e) : HS_OK;
  for (; status == HS_OK && *sample <= last && (t[*sample] <= p->t || (p->ended && *sample == last)); (*sample)++) {
    status = hs_integrator_dense(g, fmin(t[*sample], p->t), 0, c->x, e);
    hs_part_copy_sample(c, *sample, c->s->x, c->x, false);
  }
  c->s->counts.steps++;
  if (status == HS_OK && !p->ended &&
      p->h < hs_lane_least(p->t)) { /* a pole: the library would creep up to it until something overflows */
    status = hs_integrator_dense(g, p->t, 0, c->x, e);
    return status != HS_OK ? status : hs_part_failed(c, p->t, c->x, c->x, "the step size underflowed");
  }
  if (status == HS_OK && how.watch_stiffness && looks_stiff(c->now, p, last)) {
    return HS_RETRY;
  }
  if (status == HS_OK && c->now->steps >= c->s->o.max_steps) {
    status = hs_integrator_dense(g, p->t, 0, c->x, e);
    return status != HS_OK ? status : hs_part_failed(c, p->t, c->x, c->x, "too much work (max_steps internal steps)");
  }
  return status == HS_OK ? hs_solver_interrupted(c->s, e) : status;
}

static hs_status run_forward(hs_cvode *c, manner how, hs_error *e) {
  hs_solver *s = c->s;
  const hs_part *p = c->now;
  const int count = hs_solver_count(s, p->first);
  const double *t = hs_solver_times(s, p->first);
  const hs_ode ode = {.n = hs_part_size(c),
                      .context = c,
                      .rhs = rhs,
                      .jacobian = jacobian,
                      .linearise = linearise,
                      .product = jacobian_times,
                      .weights = forward_weights};
  hs_integrator *g = NULL;
  hs_status status = count > 1 ? hs_part_integrator(c, &ode, p->bdf, false, &g, e) : HS_OK;
  hs_part_copy_sample(c, 0, s->x, c->x, true);
  for (int k = 0; status == HS_OK && k + 1 < count;) {
    const int end = segment_end(c, k);
    hs_progress progress = {.t = t[k]};
    c->interval = k;
    status = hs_integrator_start(g, t[k], t[end], c->x, NULL, s->o.rtol, NULL, e);
    for (int sample = k + 1; status == HS_OK && !progress.ended;) {
      status = advance(c, g, &progress, &sample, end, how, e);
    }
    hs_part_copy_sample(c, end, s->x, c->x, true);
    k = end;
  }
  return status;
}

static void begin_part(hs_cvode *c, int first, int lanes, bool bdf) {
  c->now = &c->parts[c->n_parts++];
  *c->now = (hs_part){.first = first, .lanes = lanes, .bdf = bdf, .first_step = (int)c->n_steps};
}

static void drop_parts(hs_cvode *c) {
  c->n_parts = 0;
  c->n_steps = 0;
  c->used = 0;
}

/* Each trajectory on its own: stiff problems, and the search for the one that fails. */
static hs_status run_alone(hs_cvode *c, int lane, bool reverse, hs_error *e) {
  const hs_cvode_method method = c->s->o.cvode_method;
  const size_t steps = c->n_steps, used = c->used;
  begin_part(c, lane, 1, method == HS_BDF);
  hs_status status = run_forward(c, (manner){reverse, method == HS_AUTO}, e);
  if (method == HS_AUTO && (status == HS_RETRY || status == HS_UNSOLVED)) {
    c->n_steps = steps;
    c->used = used;
    c->n_parts--;
    c->s->counts.stiff++;
    begin_part(c, lane, 1, true);
    status = run_forward(c, (manner){reverse, false}, e);
  }
  return status;
}

/* All lanes are tried, so that every one that fails is known at once. */
static hs_status run_each(hs_cvode *c, bool reverse, hs_error *e) {
  hs_status all = HS_OK;
  for (int b = 0; b < c->s->block.n; b++) {
    hs_status status = run_alone(c, b, reverse, e);
    if (status == HS_UNSOLVED) {
      all = hs_part_unsolved(c, e);
    } else if (status != HS_OK) {
      return status;
    }
  }
  return all;
}

static hs_status forward(hs_solver *s, const double *v, bool reverse, bool taps, hs_error *e) {
  (void)taps; /* the functional norm is summed at the samples, by solver.c */
  hs_cvode *c = s->state;
  const hs_cvode_method method = s->o.cvode_method;
  const int n_x = s->m->n_x, L = s->block.L;
  c->v = v;
  c->callback = HS_OK;
  drop_parts(c);
  memcpy(s->x, s->x0, (size_t)(n_x * L) * sizeof *s->x);
  hs_status status = HS_RETRY;
  if (method != HS_BDF && L > 1) {
    begin_part(c, 0, L, false);
    status = run_forward(c, (manner){reverse, method == HS_AUTO}, e);
  }
  if (status == HS_RETRY || status == HS_UNSOLVED) {
    drop_parts(c);
    status = run_each(c, reverse, e);
    for (int b = s->block.n; b < L; b++) { /* padding repeats lane 0 */
      for (int k = 0; k < hs_solver_count(s, b); k++) {
        for (int i = 0; i < n_x; i++) {
          double *row = s->x + ((size_t)k * (size_t)n_x + (size_t)i) * (size_t)L;
          row[b] = row[0];
        }
      }
    }
  }
  return status;
}

/* ---- forward sensitivities ---------------------------------------------------------------------------------------------------- */

static hs_status sensitivity_segment(hs_cvode *c, hs_integrator *g, int k, int end, int n, double *sk, double *sx, hs_error *e) {
  const size_t size = (size_t)hs_part_size(c), wide = (size_t)(c->s->m->n_x * c->s->block.L) * (size_t)c->s->block.samples;
  const double *t = hs_solver_times(c->s, c->now->first);
  hs_progress p = {.t = t[k]};
  hs_status status = HS_OK;
  int sample = k + 1;
  for (long steps = 1; status == HS_OK && !p.ended; steps++) {
    hs_error why = {0};
    const double before = p.t;
    if (hs_integrator_step(g, &p, &why) != HS_OK) {
      return hs_part_failed_at(c, g, before, before, false, &why, e);
    }
    for (; status == HS_OK && sample <= end && (t[sample] <= p.t || (p.ended && sample == end)); sample++) {
      for (int j = 0; status == HS_OK && j < n; j++) {
        status = hs_integrator_dense_sensitivity(g, sample == end ? p.t : t[sample], j, sk + (size_t)j * size, e);
        hs_part_copy_sample(c, sample, sx + (size_t)j * wide, sk + (size_t)j * size, false);
      }
    }
    if (status == HS_OK && !p.ended && steps >= c->s->o.max_steps) {
      status = hs_integrator_dense(g, p.t, 0, c->x, e);
      return status != HS_OK
                 ? status
                 : hs_part_failed(c, p.t, c->x, c->x, "too much work for its sensitivities (max_steps internal steps)");
    }
    status = status == HS_OK ? hs_solver_interrupted(c->s, e) : status;
  }
  return status == HS_OK ? hs_integrator_dense(g, p.t, 0, c->x, e) : status;
}

static hs_status part_sensitivity(hs_cvode *c, int n, const double *s0, double *sk, double *atol, double *sx, hs_error *e) {
  hs_solver *s = c->s;
  const size_t size = (size_t)hs_part_size(c), wide = (size_t)(s->m->n_x * s->block.L);
  const int count = hs_solver_count(s, c->now->first);
  const double *t = hs_solver_times(s, c->now->first);
  const hs_ode ode = {.n = (int)size,
                      .context = c,
                      .rhs = rhs,
                      .jacobian = jacobian,
                      .linearise = linearise,
                      .product = jacobian_times,
                      .tangent = tangent,
                      .weights = forward_weights};
  hs_integrator *g = NULL;
  hs_status status = c->now->bdf ? make_jacobian(c, e) : HS_OK;
  status = status == HS_OK ? hs_integrator_new(&g, &ode, c->now->bdf, n, e) : status;
  for (int j = 0; j < n; j++) {
    hs_part_copy_sample(c, 0, (double *)s0 + (size_t)j * wide, sk + (size_t)j * size, true);
    hs_part_copy_sample(c, 0, sx + (size_t)j * wide * (size_t)s->block.samples, sk + (size_t)j * size, false);
  }
  hs_part_copy_sample(c, 0, s->x0, c->x, true);
  for (int k = 0; status == HS_OK && k + 1 < count;) {
    const int end = segment_end(c, k);
    c->interval = k;
    status = hs_integrator_start(g, t[k], t[end], c->x, sk, s->o.rtol, atol, e);
    if (status == HS_OK) {
      status = sensitivity_segment(c, g, k, end, n, sk, sx, e);
    }
    k = end;
  }
  hs_integrator_free(g);
  return status;
}

static hs_status sensitivity(hs_solver *s, const double *v, int n, const int *at, const double *s0, double *sx, hs_error *e) {
  hs_cvode *c = s->state;
  hs_status status = HS_OK;
  double *sk = malloc((size_t)n * (size_t)(s->m->n_x * s->block.L) * sizeof *sk);
  double *atol = malloc((size_t)n * sizeof *atol);
  if (!sk || !atol) {
    status = hs_fail_memory(e, "sensitivities", (double)n * s->m->n_x * s->block.L * sizeof *sk);
    goto done;
  }
  c->v = v;
  c->direction = at;
  c->callback = HS_OK;
  for (int j = 0; j < n; j++) {
    const double size = at[j] < 0 ? 1.0 : fabs(v[at[j]]);
    atol[j] = s->o.atol / fmax(size, 1e-3); /* the state's tolerance over the value's size, as CVODES recommends */
  }
  for (int j = 0; status == HS_OK && j < c->n_parts; j++) {
    c->now = &c->parts[j];
    status = part_sensitivity(c, n, s0, sk, atol, sx, e);
  }
done:
  free(sk);
  free(atol);
  return status == HS_UNSOLVED ? hs_part_unsolved(c, e) : status;
}

const hs_back_end hs_back_end_cvode = {make, release, forward, hs_cvode_backward, sensitivity, bytes, false};
