/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Explicit Runge-Kutta with a fixed step and its exact discrete adjoint, a block of trajectories at once.
 *
 *   forward    X_i = x + h sum_{j<i} a_ij k_j,   k_i = f(t + c_i h, X_i),   x+ = x + h sum_i b_i k_i
 *   adjoint    dk_i = h (b_i l + sum_{j>i} a_ji g_j),   g_i = (df/dx at X_i)^T dk_i,   dv += (df/dv at X_i)^T dk_i,
 *              l- = l + sum_i g_i                       (Hairer, Norsett & Wanner, Solving ODEs I, II.6; Sanz-Serna 2016)
 *
 * This is the derivative of the computed numbers, not a discretised adjoint equation: it agrees with differences to rounding.
 *
 * Every lane has its own times: a schedule lists, for each step of the block and each lane, t, h, the data interval it lies in and the
 * sample it arrives at. A lane whose trajectory has ended rests at its start (where f is known to be finite) with h = 0. The record is x at
 * the start of each step and, while they fit RECORD_BYTES, the values inside f at every stage; beyond, they are computed again.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve/solver.h"

enum { MAX_STAGES = 7 };
static const size_t RECORD_BYTES = (size_t)24 << 20;

typedef struct {
  int stages;
  double c[MAX_STAGES], b[MAX_STAGES], a[MAX_STAGES][MAX_STAGES];
} tableau;

static const tableau RK4 = {
    .stages = 4, .c = {0, 0.5, 0.5, 1}, .b = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6}, .a = {{0}, {0.5}, {0, 0.5}, {0, 0, 1}}};

typedef struct {
  const tableau *rule;
  int max_steps, steps;    /* of any trajectory; of the block */
  double *t, *h;           /* (max_steps, L) */
  int *interval, *sample;  /* (max_steps, L); sample -1: none */
  double *x;               /* (max_steps + 1, n_x, L): state at the start of each step */
  double *stage, *ts, *us; /* one stage: (n_x, L), (L), (n_u, L) */
  double *k, *g;           /* (stages, n_x, L) */
  double *dk, *lambda;     /* (n_x, L) */
  double *work;            /* kept evaluations of f, `stride` doubles each */
  double *unit;            /* (n_v) direction of a sensitivity */
  size_t stride, kept;
  bool recorded; /* work holds all stages of all steps of the block, not of one step */
  void *memory;
} rk;

/* ---- making ------------------------------------------------------------------------------------------------------------------- */

static void carve(hs_solver *s, rk *r, hs_arena *a) {
  const size_t L = (size_t)s->max_lanes, S = (size_t)r->max_steps, n = (size_t)s->m->n_x * L;
  const size_t stages = (size_t)r->rule->stages;
  HS_TAKE(a, r->t, S * L);
  HS_TAKE(a, r->h, S * L);
  HS_TAKE(a, r->interval, S * L);
  HS_TAKE(a, r->sample, S * L);
  HS_TAKE(a, r->x, (S + 1) * n);
  HS_TAKE(a, r->stage, n);
  HS_TAKE(a, r->ts, L);
  HS_TAKE(a, r->us, (size_t)s->m->n_u * L);
  HS_TAKE(a, r->k, stages * n);
  HS_TAKE(a, r->g, stages * n);
  HS_TAKE(a, r->dk, n);
  HS_TAKE(a, r->lambda, n);
  HS_TAKE(a, r->unit, (size_t)s->m->n_v);
  HS_TAKE(a, r->work, r->kept * r->stride);
}

static hs_status count_steps(hs_solver *s, int *most, hs_error *e) {
  *most = 0;
  for (int b = 0; b < s->d->s.n; b++) {
    const double *t = s->d->s.t + s->d->first[b];
    double steps = 0;
    for (int k = 1; k < s->d->count[b]; k++) {
      steps += hs_steps_between(s, t[k - 1], t[k]);
    }
    if (steps > (double)s->o.max_steps) {
      return hs_fail(e, HS_INVALID, "solve:steps", "trajectory %d would take %g steps of %g, more than max_steps = %ld", b + 1,
                     steps, s->o.step, s->o.max_steps);
    }
    *most = steps > *most ? (int)steps : *most;
  }
  return HS_OK;
}

static void release(hs_solver *s) {
  rk *r = s->state;
  if (r) {
    hs_free(r->memory);
    free(r);
    s->state = NULL;
  }
}

static hs_status make(hs_solver *s, hs_error *e) {
  rk *r = calloc(1, sizeof *r);
  if (!r) {
    return hs_fail_memory(e, "a Runge-Kutta solver", sizeof *r);
  }
  s->state = r;
  r->rule = &RK4;
  hs_status status = count_steps(s, &r->max_steps, e);
  if (status != HS_OK) {
    return status;
  }
  const size_t stages = (size_t)r->rule->stages;
  r->stride = hs_program_work_size(s->m->rhs, s->max_lanes);
  size_t all = (size_t)r->max_steps * stages;
  r->kept = all <= RECORD_BYTES / (r->stride * sizeof(double)) && all > stages ? all : stages;
  hs_arena arena = {0};
  carve(s, r, &arena);
  r->memory = hs_alloc(arena.used);
  if (!r->memory) {
    return hs_fail_memory(e, "the record of the trajectories", (double)arena.used);
  }
  arena = (hs_arena){.base = r->memory};
  carve(s, r, &arena);
  return HS_OK;
}

/* ---- the schedule ------------------------------------------------------------------------------------------------------------- */

static void schedule_lane(const hs_solver *s, rk *r, int b) {
  const int L = s->block.L, count = hs_solver_count(s, b);
  const double *t = hs_solver_times(s, b);
  int at = 0;
  for (int k = 0; k + 1 < count; k++) {
    const int n = hs_steps_between(s, t[k], t[k + 1]);
    const double h = (t[k + 1] - t[k]) / n;
    for (int j = 0; j < n; j++, at++) {
      r->t[at * L + b] = t[k] + j * h;
      r->h[at * L + b] = h;
      r->interval[at * L + b] = k;
      r->sample[at * L + b] = j == n - 1 ? k + 1 : -1;
    }
  }
  for (; at < r->max_steps; at++) {
    r->t[at * L + b] = t[0];
    r->h[at * L + b] = 0.0;
    r->interval[at * L + b] = 0;
    r->sample[at * L + b] = -1;
  }
}

static void schedule(const hs_solver *s, rk *r) {
  const int L = s->block.L;
  r->steps = 0;
  for (int b = 0; b < L; b++) {
    schedule_lane(s, r, b);
  }
  for (int b = 0; b < L; b++) {
    while (r->steps < r->max_steps && r->h[r->steps * L + b] > 0.0) {
      r->steps++;
    }
  }
}

/* ---- stages ------------------------------------------------------------------------------------------------------------------- */

/* to = from + h sum_j weight_j k_j, lane by lane. */
static void combine(const hs_solver *s, const rk *r, int step, const double *from, const double *weight, int n, const double *k,
                    double *to) {
  const int L = s->block.L, n_x = s->m->n_x;
  const double *h = r->h + (size_t)step * (size_t)L;
  const size_t size = (size_t)(n_x * L);
  for (int i = 0; i < n_x; i++) {
    for (int b = 0; b < L; b++) {
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += weight[j] * k[(size_t)j * size + (size_t)(i * L + b)];
      }
      to[i * L + b] = from[i * L + b] + h[b] * sum;
    }
  }
}

static double *stage_work(const rk *r, int step, int i) {
  size_t at = (size_t)i + (r->recorded ? (size_t)step * (size_t)r->rule->stages : 0);
  return r->work + at * r->stride;
}

/* The point of stage i, its states in r->stage made from k. */
static hs_point stage_point(hs_solver *s, rk *r, int step, int i, const double *v) {
  const int L = s->block.L;
  const double *x = r->x + (size_t)step * (size_t)(s->m->n_x * L);
  for (int b = 0; b < L; b++) {
    r->ts[b] = r->t[step * L + b] + r->rule->c[i] * r->h[step * L + b];
    hs_solver_input(s, b, r->interval[step * L + b], r->ts[b], r->us);
  }
  combine(s, r, step, x, r->rule->a[i], i, r->k, r->stage);
  return (hs_point){.t = r->ts, .x = r->stage, .u = r->us, .v = v};
}

/* k_i = f(X_i). */
static hs_status evaluate(hs_solver *s, rk *r, int step, int i, const double *v) {
  const hs_program *f = s->m->rhs;
  hs_point at = stage_point(s, r, step, i, v);
  double *work = stage_work(r, step, i);
  hs_status status = hs_program_forward(f, s->block.L, &at, work);
  hs_program_result(f, s->block.L, &at, work, r->k + (size_t)i * (size_t)(s->m->n_x * s->block.L));
  return status;
}

static void add_taps(hs_solver *s, rk *r, int step) {
  const int L = s->block.L, n = hs_program_n_tap(s->m->rhs);
  hs_point at = {.t = r->ts, .x = r->stage, .u = r->us};
  hs_program_tap(s->m->rhs, L, &at, stage_work(r, step, 0), s->tap);
  for (int b = 0; b < s->block.n; b++) {
    for (int i = 0; r->h[step * L + b] > 0.0 && i < n; i++) {
      s->block.tap_square += s->tap[i * L + b] * s->tap[i * L + b];
      s->block.tap_count += 1.0;
    }
  }
}

/* ---- forward ------------------------------------------------------------------------------------------------------------------ */

/* Store the lanes that arrive at a sample; send those that have ended back to their start. */
static void arrive(hs_solver *s, rk *r, int step) {
  const int L = s->block.L, n_x = s->m->n_x;
  double *x = r->x + (size_t)(step + 1) * (size_t)(n_x * L);
  for (int b = 0; b < L; b++) {
    int k = r->sample[step * L + b];
    if (k < 0) {
      continue;
    }
    bool ended = k + 1 == hs_solver_count(s, b);
    for (int i = 0; i < n_x; i++) {
      s->x[((size_t)k * (size_t)n_x + (size_t)i) * (size_t)L + (size_t)b] = x[i * L + b];
      x[i * L + b] = ended ? s->x0[i * L + b] : x[i * L + b];
    }
  }
}

static hs_status forward(hs_solver *s, const double *v, bool reverse, bool taps, hs_error *e) {
  rk *r = s->state;
  const size_t size = (size_t)(s->m->n_x * s->block.L);
  hs_status status = HS_OK;
  schedule(s, r);
  r->recorded = reverse && r->kept > (size_t)r->rule->stages;
  memcpy(r->x, s->x0, size * sizeof *r->x);
  memcpy(s->x, s->x0, size * sizeof *s->x);
  for (int step = 0; status == HS_OK && step < r->steps; step++) {
    for (int i = 0; status == HS_OK && i < r->rule->stages; i++) {
      status = evaluate(s, r, step, i, v);
      if (i == 0 && taps) {
        add_taps(s, r, step);
      }
    }
    combine(s, r, step, r->x + (size_t)step * size, r->rule->b, r->rule->stages, r->k, r->x + (size_t)(step + 1) * size);
    arrive(s, r, step);
    if (status == HS_OK && step % 64 == 63) {
      status = hs_solver_interrupted(s, e);
    }
  }
  s->counts.steps += r->steps;
  s->counts.rhs += (long)r->steps * r->rule->stages;
  return status;
}

/* ---- backward ----------------------------------------------------------------------------------------------------------------- */

/* lambda gains dL/dx at the samples this step arrives at; a lane that ends here starts its adjoint here. */
static void collect(hs_solver *s, rk *r, int step) {
  const int L = s->block.L, n_x = s->m->n_x;
  for (int b = 0; b < L; b++) {
    int k = r->sample[step * L + b];
    if (k < 0) {
      continue;
    }
    for (int i = 0; i < n_x; i++) {
      r->lambda[i * L + b] += s->dx[((size_t)k * (size_t)n_x + (size_t)i) * (size_t)L + (size_t)b];
    }
  }
}

/* Make k_j and the values inside f of one step available again. */
static hs_status recall(hs_solver *s, rk *r, int step, const double *v) {
  const size_t size = (size_t)(s->m->n_x * s->block.L);
  hs_status status = HS_OK;
  for (int i = 0; status == HS_OK && i < r->rule->stages; i++) {
    if (r->recorded) {
      hs_point at = stage_point(s, r, step, i, v); /* a result that is a leaf lies in the point itself */
      hs_program_result(s->m->rhs, s->block.L, &at, stage_work(r, step, i), r->k + (size_t)i * size);
    } else {
      status = evaluate(s, r, step, i, v);
    }
  }
  return status;
}

/* Seeds of the functional norm at the start of the step: 2 seed tap in the lanes that move. */
static const double *tap_seeds(hs_solver *s, rk *r, int step, const hs_point *at, double seed) {
  const int L = s->block.L, n = hs_program_n_tap(s->m->rhs);
  if (seed == 0.0 || !n) {
    return NULL;
  }
  hs_program_tap(s->m->rhs, L, at, stage_work(r, step, 0), s->tap);
  for (int b = 0; b < L; b++) {
    bool counts = b < s->block.n && r->h[step * L + b] > 0.0;
    for (int i = 0; i < n; i++) {
      s->tap[i * L + b] = counts ? 2.0 * seed * s->tap[i * L + b] : 0.0;
    }
  }
  return s->tap;
}

/* dk_i = h (b_i lambda + sum_{j>i} a_ji g_j). */
static void stage_adjoint(hs_solver *s, rk *r, int step, int i) {
  const int L = s->block.L, size = s->m->n_x * L;
  const double *h = r->h + (size_t)step * (size_t)L;
  for (int q = 0; q < size; q++) {
    double sum = r->rule->b[i] * r->lambda[q];
    for (int j = i + 1; j < r->rule->stages; j++) {
      sum += r->rule->a[j][i] * r->g[(size_t)j * (size_t)size + (size_t)q];
    }
    r->dk[q] = h[q % L] * sum;
  }
}

static hs_status step_back(hs_solver *s, rk *r, int step, const double *v, double tap_seed, double *dv) {
  const size_t size = (size_t)(s->m->n_x * s->block.L);
  hs_status status = recall(s, r, step, v);
  memset(r->g, 0, (size_t)r->rule->stages * size * sizeof *r->g);
  for (int i = r->rule->stages - 1; status == HS_OK && i >= 0; i--) {
    stage_adjoint(s, r, step, i);
    hs_point at = stage_point(s, r, step, i, v);
    const double *tap = i == 0 ? tap_seeds(s, r, step, &at, tap_seed) : NULL;
    const hs_direction d = {.x = r->g + (size_t)i * size, .v = dv};
    status = hs_program_vjp(s->m->rhs, s->block.L, &at, stage_work(r, step, i), r->dk, tap, s->adjoint, &d);
  }
  for (int i = 0; i < r->rule->stages; i++) {
    for (size_t q = 0; q < size; q++) {
      r->lambda[q] += r->g[(size_t)i * size + q];
    }
  }
  return status;
}

static hs_status backward(hs_solver *s, const double *v, double tap_seed, double *dv, hs_error *e) {
  rk *r = s->state;
  const size_t size = (size_t)(s->m->n_x * s->block.L);
  hs_status status = HS_OK;
  memset(r->lambda, 0, size * sizeof *r->lambda);
  for (int step = r->steps - 1; status == HS_OK && step >= 0; step--) {
    collect(s, r, step);
    status = step_back(s, r, step, v, tap_seed, dv);
    if (status == HS_OK && step % 64 == 63) {
      status = hs_solver_interrupted(s, e);
    }
  }
  for (size_t q = 0; q < size; q++) {
    s->dx0[q] = r->lambda[q] + s->dx[q];
  }
  s->counts.backward_steps += r->steps;
  s->counts.backward_rhs += (long)r->steps * r->rule->stages;
  return status;
}

/* ---- forward sensitivities: the tangent of every stage ----------------------------------------------------------------------- */

static hs_status tangent_step(hs_solver *s, rk *r, int step, const double *v, double *sx) {
  const size_t size = (size_t)(s->m->n_x * s->block.L);
  const hs_direction d = {.x = r->dk, .v = r->unit};
  hs_status status = recall(s, r, step, v);
  for (int i = 0; status == HS_OK && i < r->rule->stages; i++) {
    combine(s, r, step, sx, r->rule->a[i], i, r->g, r->dk);
    hs_point at = stage_point(s, r, step, i, v);
    status = hs_program_jvp(s->m->rhs, s->block.L, &at, stage_work(r, step, i), &d, s->adjoint, r->g + (size_t)i * size);
  }
  combine(s, r, step, sx, r->rule->b, r->rule->stages, r->g, sx);
  return status;
}

static hs_status one_direction(hs_solver *s, const double *v, double *sx, double *out, hs_error *e) {
  rk *r = s->state;
  const int L = s->block.L, n_x = s->m->n_x;
  hs_status status = HS_OK;
  memcpy(out, sx, (size_t)(n_x * L) * sizeof *out);
  for (int step = 0; status == HS_OK && step < r->steps; step++) {
    status = tangent_step(s, r, step, v, sx);
    for (int b = 0; b < L; b++) {
      int k = r->sample[step * L + b];
      for (int i = 0; k >= 0 && i < n_x; i++) {
        out[((size_t)k * (size_t)n_x + (size_t)i) * (size_t)L + (size_t)b] = sx[i * L + b];
      }
    }
    if (status == HS_OK && step % 64 == 63) {
      status = hs_solver_interrupted(s, e);
    }
  }
  return status;
}

static hs_status sensitivity(hs_solver *s, const double *v, int n_direction, const int *at, const double *s0, double *sx,
                             hs_error *e) {
  rk *r = s->state;
  const size_t size = (size_t)(s->m->n_x * s->block.L);
  hs_status status = hs_solver_interrupted(s, e);
  for (int j = 0; status == HS_OK && j < n_direction; j++) {
    memcpy(r->lambda, s0 + (size_t)j * size, size * sizeof *r->lambda);
    memset(r->unit, 0, (size_t)s->m->n_v * sizeof *r->unit);
    if (at[j] >= 0) {
      r->unit[at[j]] = 1.0;
    }
    status = one_direction(s, v, r->lambda, sx + (size_t)j * (size_t)s->block.samples * size, e);
  }
  return status;
}

const hs_back_end hs_back_end_rk = {make, release, forward, backward, sensitivity, true};
