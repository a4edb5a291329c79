/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Explicit Runge-Kutta with its exact discrete adjoint, a block of trajectories at once.
 *
 *   forward    X_i = x + h sum_{j<i} a_ij k_j,   k_i = f(t + c_i h, X_i),   x+ = x + h sum_i b_i k_i
 *              x_s = x + h sum_i w_i(theta_s) k_i                              at samples inside the step
 *   adjoint    dk_i = h (b_i l + sum_{j>i} a_ji g_j + sum_s w_i(theta_s) dx_s),
 *              g_i = (df/dx at X_i)^T dk_i,   dv += (df/dv at X_i)^T dk_i,
 *              l- = l + sum_i g_i + sum_s dx_s                   (Hairer, Norsett & Wanner, Solving ODEs I, II.6; Sanz-Serna 2016)
 *
 * This is the derivative of the computed numbers with the steps they were computed with, not a discretised adjoint equation. Where the
 * last stage of a step is the first of the next, both share one evaluation, and its adjoint is carried from step to step (df).
 *
 * The record: for every step and lane its times (hs_rk_entry); the states at the start of every segment of steps; and, while
 * record_bytes hold them, the values inside f at every stage of one segment. The backward pass goes through the segments from the last and makes the
 * values of all but that one again from its start, with the same steps and so the same bits.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve/rk_lane.h"
#include "solve/rk_rule.h"

enum { MAX_CHUNKS = 1 << 16 };

typedef struct {            /* one evaluation of f, kept for the reverse pass */
  double *t, *u, *x, *work; /* (L), (n_u, L), (n_x, L), work of the program */
} slot;

typedef struct {
  const hs_rk_rule *rule;
  bool adaptive;
  hs_rk_lane *lane;   /* (L) */
  hs_rk_entry *entry; /* (steps, L), grows */
  size_t entry_room;
  double *mark; /* (segments, 2, n_x, L): x and k_0 at the start of each segment; grows */
  size_t mark_room;
  double **chunk; /* (segment) the evaluations of one step each, made when first needed */
  int segment;    /* steps of which the values inside f are kept */
  int held;       /* the segment whose values they are, -1: none */
  int steps;
  size_t stride;                 /* doubles of one evaluation */
  double *x, *next;              /* (n_x, L): states at the start and end of the step at hand */
  double *k, *g, *dense;         /* (stages, n_x, L) */
  double *dk, *lambda, *df, *dx; /* (n_x, L); dx: sum of the adjoints of the samples inside a step */
  double *unit;                  /* (n_v) direction of a sensitivity */
  void *memory;
} rk;

static size_t width(const hs_solver *s) {
  return (size_t)s->m->n_x * (size_t)s->block.L;
}

/* ---- making ------------------------------------------------------------------------------------------------------------------- */

static void carve(const hs_solver *s, rk *r, hs_arena *a) {
  const size_t L = (size_t)s->max_lanes, n = (size_t)s->m->n_x * L, stages = (size_t)r->rule->stages;
  HS_TAKE(a, r->lane, L);
  HS_TAKE(a, r->chunk, (size_t)r->segment);
  HS_TAKE(a, r->x, n);
  HS_TAKE(a, r->next, n);
  HS_TAKE(a, r->k, stages * n);
  HS_TAKE(a, r->g, stages * n);
  HS_TAKE(a, r->dense, stages * n);
  HS_TAKE(a, r->dk, n);
  HS_TAKE(a, r->lambda, n);
  HS_TAKE(a, r->df, n);
  HS_TAKE(a, r->dx, n);
  HS_TAKE(a, r->unit, (size_t)s->m->n_v);
}

static hs_status check_steps(const hs_solver *s, hs_error *e) {
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
  }
  return HS_OK;
}

static void release(hs_solver *s) {
  rk *r = s->state;
  if (r) {
    for (int i = 0; r->memory && i < r->segment; i++) {
      hs_free(r->chunk[i]);
    }
    free(r->entry);
    free(r->mark);
    hs_free(r->memory);
    free(r);
    s->state = NULL;
  }
}

static size_t rounded(size_t n) {
  return (n + 7) / 8 * 8;
}

static size_t evaluation_doubles(const hs_solver *s) {
  const size_t L = (size_t)s->max_lanes;
  return rounded(L) + rounded((size_t)s->m->n_u * L) + rounded((size_t)s->m->n_x * L) +
         rounded(hs_program_work_size(s->m->rhs, (int)L));
}

static void plan(const hs_solver *s, const hs_rk_rule *rule, bool adaptive, rk *r) {
  const double bytes = s->o.record_bytes > 0.0 ? s->o.record_bytes : HS_RECORD_BYTES;
  r->rule = rule;
  r->adaptive = adaptive;
  r->stride = evaluation_doubles(s);
  r->segment = (int)fmax(1.0, fmin(MAX_CHUNKS, floor(bytes / (double)(r->stride * (size_t)rule->stages * sizeof(double)))));
}

/* Adaptive: as many steps as the longest trajectory has samples. */
static double bytes_of(const hs_solver *s, const hs_rk_rule *rule, bool adaptive) {
  rk r = {0};
  hs_arena arena = {0};
  plan(s, rule, adaptive, &r);
  carve(s, &r, &arena);
  const double steps = adaptive ? s->d->max_count : hs_most_fixed_steps(s), lanes = s->max_lanes;
  const double chunks = fmin(steps, r.segment) * rule->stages * (double)r.stride * sizeof(double);
  const double marks = ceil(steps / r.segment) * 2.0 * s->m->n_x * lanes * sizeof(double);
  return (double)arena.used + chunks + marks + steps * lanes * sizeof(hs_rk_entry);
}

static double bytes_rk4(const hs_solver *s) {
  return bytes_of(s, &hs_rk4, false);
}

static double bytes_dopri5(const hs_solver *s) {
  return bytes_of(s, &hs_dopri5, true);
}

static hs_status make(hs_solver *s, const hs_rk_rule *rule, bool adaptive, hs_error *e) {
  rk *r = calloc(1, sizeof *r);
  if (!r) {
    return hs_fail_memory(e, "a Runge-Kutta solver", sizeof *r);
  }
  s->state = r;
  plan(s, rule, adaptive, r);
  hs_status status = adaptive ? HS_OK : check_steps(s, e);
  if (status != HS_OK) {
    return status;
  }
  hs_arena arena = {0};
  carve(s, r, &arena);
  r->memory = hs_alloc(arena.used);
  if (!r->memory) {
    return hs_fail_memory(e, "a Runge-Kutta solver", (double)arena.used);
  }
  arena = (hs_arena){.base = r->memory};
  carve(s, r, &arena);
  return HS_OK;
}

static hs_status make_rk4(hs_solver *s, hs_error *e) {
  return make(s, &hs_rk4, false, e);
}

static hs_status make_dopri5(hs_solver *s, hs_error *e) {
  return make(s, &hs_dopri5, true, e);
}

/* ---- the record --------------------------------------------------------------------------------------------------------------- */

/* Room for a step's entries, its evaluations, and, at the start of a segment, for the state there. */
static hs_status make_room(hs_solver *s, rk *r, int step, hs_error *e) {
  const size_t L = (size_t)s->block.L;
  double **chunk = &r->chunk[step % r->segment];
  hs_status status = hs_solver_grow((void **)&r->entry, &r->entry_room, ((size_t)step + 1) * L, sizeof *r->entry, e);
  if (status == HS_OK && step % r->segment == 0) {
    status =
        hs_solver_grow((void **)&r->mark, &r->mark_room, ((size_t)(step / r->segment) + 1) * 2 * width(s), sizeof *r->mark, e);
  }
  if (status == HS_OK && !*chunk) {
    const size_t bytes = (size_t)r->rule->stages * r->stride * sizeof(double);
    *chunk = hs_alloc(bytes);
    status = *chunk ? HS_OK : hs_fail_memory(e, "the record of the trajectories", (double)bytes);
  }
  return status;
}

static hs_rk_entry *entries(const hs_solver *s, const rk *r, int step) {
  return r->entry + (size_t)step * (size_t)s->block.L;
}

static double *mark_at(const hs_solver *s, const rk *r, int segment) {
  return r->mark + (size_t)segment * 2 * width(s);
}

static slot slot_at(const hs_solver *s, const rk *r, int step, int stage) {
  const size_t L = (size_t)s->max_lanes;
  slot q = {.t = r->chunk[step % r->segment] + (size_t)stage * r->stride};
  q.u = q.t + rounded(L);
  q.x = q.u + rounded((size_t)s->m->n_u * L);
  q.work = q.x + rounded((size_t)s->m->n_x * L);
  return q;
}

static hs_point point_of(const slot *q, const double *v) {
  return (hs_point){.t = q->t, .x = q->x, .u = q->u, .v = v};
}

/* ---- stages ------------------------------------------------------------------------------------------------------------------- */

/* to = from + h sum_j weight_j k_j, lane by lane; k: (n, n_x, L). */
static void combine(const hs_solver *s, const hs_rk_entry *now, const double *from, const double *weight, int n, const double *k,
                    double *to) {
  const int L = s->block.L;
  const size_t size = width(s);
  double h[HS_BLOCK], sum[HS_BLOCK];
  for (int b = 0; b < L; b++) {
    h[b] = now[b].h;
  }
  for (int i = 0; i < s->m->n_x; i++) {
    const size_t row = (size_t)i * (size_t)L;
    memset(sum, 0, (size_t)L * sizeof *sum);
    for (int j = 0; j < n; j++) {
      const double w = weight[j], *restrict kj = k + (size_t)j * size + row;
      for (int b = 0; w != 0.0 && b < L; b++) {
        sum[b] += w * kj[b];
      }
    }
    for (int b = 0; b < L; b++) {
      to[row + (size_t)b] = from[row + (size_t)b] + h[b] * sum[b];
    }
  }
}

/* result = f at the state q->x and the time t + c h of every lane. */
static hs_status evaluate(hs_solver *s, const hs_rk_entry *now, double c, const slot *q, const double *v, double *result) {
  for (int b = 0; b < s->block.L; b++) {
    q->t[b] = now[b].t + c * now[b].h;
    hs_solver_input(s, b, now[b].interval, q->t[b], q->u);
  }
  const hs_point at = point_of(q, v);
  hs_status status = hs_program_forward(s->m->rhs, s->block.L, &at, q->work);
  hs_program_result(s->m->rhs, s->block.L, &at, q->work, result);
  return status;
}

static bool any_fresh(const hs_solver *s, const hs_rk_entry *now) {
  for (int b = 0; b < s->block.L; b++) {
    if (now[b].fresh) {
      return true;
    }
  }
  return false;
}

/* Lanes b with `fresh` take their column of `from`. */
static void take_fresh(const hs_solver *s, const hs_rk_entry *now, const double *from, double *to) {
  const int L = s->block.L;
  for (int i = 0; i < s->m->n_x; i++) {
    for (int b = 0; b < L; b++) {
      to[i * L + b] = now[b].fresh ? from[i * L + b] : to[i * L + b];
    }
  }
}

/* k_i of one step from r->x; k_0 of lanes that are not fresh is there already. */
static hs_status stages(hs_solver *s, rk *r, int step, const double *v) {
  const hs_rk_entry *now = entries(s, r, step);
  const size_t size = width(s);
  hs_status status = HS_OK;
  if (any_fresh(s, now)) {
    const slot q = slot_at(s, r, step, 0);
    memcpy(q.x, r->x, size * sizeof *q.x);
    status = evaluate(s, now, 0.0, &q, v, r->dk);
    take_fresh(s, now, r->dk, r->k);
  }
  for (int i = 1; status == HS_OK && i < r->rule->stages; i++) {
    const slot q = slot_at(s, r, step, i);
    combine(s, now, r->x, r->rule->a[i], i, r->k, q.x);
    status = evaluate(s, now, r->rule->c[i], &q, v, r->k + (size_t)i * size);
  }
  return status;
}

/* x+ (copied, where it is the state of the last stage). */
static void step_end(hs_solver *s, rk *r, int step) {
  if (r->rule->fsal) {
    memcpy(r->next, slot_at(s, r, step, r->rule->stages - 1).x, width(s) * sizeof *r->next);
  } else {
    combine(s, entries(s, r, step), r->x, r->rule->b, r->rule->stages, r->k, r->next);
  }
}

/* x and k_0 of the next step: those of a rejected step stay, a lane that has ended rests at its start. */
static void move_on(const hs_solver *s, rk *r, const hs_rk_entry *now) {
  const int L = s->block.L, n_x = s->m->n_x;
  const double *last = r->k + (size_t)(r->rule->stages - 1) * width(s);
  for (int b = 0; b < L; b++) {
    const bool ended = now[b].lands && now[b].reached == hs_solver_count(s, b);
    for (int i = 0; now[b].h != 0.0 && i < n_x; i++) {
      r->x[i * L + b] = ended ? s->x0[i * L + b] : r->next[i * L + b];
      r->k[i * L + b] = r->rule->fsal ? last[i * L + b] : r->k[i * L + b];
    }
  }
}

/* ---- forward ------------------------------------------------------------------------------------------------------------------ */

static void add_taps(hs_solver *s, rk *r, int step) {
  const int L = s->block.L, n = hs_program_n_tap(s->m->rhs);
  const slot q = slot_at(s, r, step, 0);
  const hs_point at = point_of(&q, NULL);
  const hs_rk_entry *now = entries(s, r, step);
  hs_program_tap(s->m->rhs, L, &at, q.work, s->tap);
  for (int b = 0; b < s->block.n; b++) {
    for (int i = 0; now[b].h > 0.0 && i < n; i++) {
      s->block.tap_square += s->tap[i * L + b] * s->tap[i * L + b];
      s->block.tap_count += 1.0;
    }
  }
}

static double weight_of(const hs_solver *s, double x, double y) {
  return 1.0 / (s->o.atol + s->o.rtol * fmax(fabs(x), fabs(y)));
}

/* The norm over a lane's states of column b of `a`, in units of the tolerance at x and y. */
static double lane_norm(const hs_solver *s, const double *a, const double *x, const double *y, int b) {
  const int L = s->block.L;
  double sum = 0;
  for (int i = 0; i < s->m->n_x; i++) {
    const double q = a[i * L + b] * weight_of(s, x[i * L + b], y[i * L + b]);
    sum += q * q;
  }
  return sqrt(sum / s->m->n_x);
}

/* First step sizes from f and one Euler step (Hairer, Norsett & Wanner I, II.4, HINIT). */
static hs_status first_sizes(hs_solver *s, rk *r, const double *v) {
  const int L = s->block.L;
  const size_t size = width(s);
  hs_rk_entry *now = entries(s, r, 0);
  const slot q = slot_at(s, r, 0, 0);
  double h0[HS_BLOCK], f0[HS_BLOCK];
  for (int b = 0; b < L; b++) {
    hs_lane_plan(s, b, true, &r->lane[b], &now[b]);
  }
  memcpy(q.x, r->x, size * sizeof *q.x);
  hs_status status = evaluate(s, now, 0.0, &q, v, r->k);
  for (int b = 0; b < L; b++) {
    const double x0 = lane_norm(s, r->x, r->x, r->x, b), *t = hs_solver_times(s, b);
    f0[b] = lane_norm(s, r->k, r->x, r->x, b);
    h0[b] = x0 < 1e-5 || f0[b] < 1e-5 ? 1e-6 : 0.01 * x0 / f0[b];
    h0[b] = r->lane[b].done ? 0.0 : fmin(h0[b], t[r->lane[b].target] - t[0]);
    now[b].h = isfinite(h0[b]) ? h0[b] : 0.0;
  }
  const double one = 1.0;
  combine(s, now, r->x, &one, 1, r->k, q.x);
  status = status == HS_OK ? evaluate(s, now, 1.0, &q, v, r->dk) : status;
  for (size_t i = 0; i < size; i++) {
    r->dk[i] -= r->k[i];
  }
  for (int b = 0; b < L; b++) {
    const double f1 = lane_norm(s, r->dk, r->x, r->x, b) / h0[b], most = fmax(f0[b], f1);
    const double h1 = most <= 1e-15 ? fmax(1e-6, 1e-3 * h0[b]) : pow(0.01 / most, 0.2);
    r->lane[b].h = h1 > 0.0 && isfinite(h1) ? fmin(100.0 * h0[b], h1) : 1e-3 * h0[b];
    r->lane[b].h = fmax(r->lane[b].h, 2.0 * hs_lane_least(r->lane[b].t));
  }
  return status;
}

/* Store the samples that a step reaches. */
static void emit(hs_solver *s, rk *r, const hs_rk_entry *now, int b, int from) {
  const int L = s->block.L, n_x = s->m->n_x;
  const double *t = hs_solver_times(s, b);
  double w[HS_MAX_STAGES];
  for (int k = from; k < now[b].reached; k++) {
    const bool end = now[b].lands && k == now[b].reached - 1;
    double *out = s->x + (size_t)k * width(s) + (size_t)b;
    if (!end) {
      hs_rk_dense(r->rule, (t[k] - now[b].t) / now[b].h, w);
    }
    for (int i = 0; i < n_x; i++) {
      double sum = 0;
      for (int j = 0; !end && j < r->rule->stages; j++) {
        sum += w[j] * r->k[(size_t)j * width(s) + (size_t)(i * L + b)];
      }
      out[i * L] = end ? r->next[i * L + b] : r->x[i * L + b] + now[b].h * sum;
    }
  }
}

/* |h lambda| from the last two stages, which both stand at t + h. */
static double stiffness(const hs_solver *s, const rk *r, int step, int b) {
  const int L = s->block.L, last = r->rule->stages - 1;
  const size_t size = width(s);
  const double *x6 = slot_at(s, r, step, last - 1).x, *x7 = slot_at(s, r, step, last).x;
  double df = 0, dx = 0;
  for (int i = 0; i < s->m->n_x; i++) {
    const double f = r->k[(size_t)last * size + (size_t)(i * L + b)] - r->k[(size_t)(last - 1) * size + (size_t)(i * L + b)];
    const double x = x7[i * L + b] - x6[i * L + b];
    df += f * f;
    dx += x * x;
  }
  return dx > 0.0 ? entries(s, r, step)[b].h * sqrt(df / dx) : 0.0;
}

static void give_up(hs_solver *s, rk *r, int b, const char *why, hs_error *e) {
  hs_rk_lane *lane = &r->lane[b];
  if (b < s->block.n) {
    hs_solver_unsolved(s, b, lane->t, r->x + b, s->block.L, why, e);
  }
  lane->done = true;
  for (int i = 0; i < s->m->n_x; i++) {
    r->x[i * s->block.L + b] = s->x0[i * s->block.L + b];
  }
}

/* Accept or reject the step lane by lane. True when any lane moved. RETRY in *status when a lane looks stiff and that is watched. */
static bool judge(hs_solver *s, rk *r, int step, hs_status *status, hs_error *e) {
  hs_rk_entry *now = entries(s, r, step);
  bool moved = false;
  if (r->adaptive) {
    memset(r->dk, 0, width(s) * sizeof *r->dk);
    combine(s, now, r->dk, r->rule->e, r->rule->stages, r->k, r->dk);
  }
  for (int b = 0; b < s->block.L; b++) {
    hs_rk_lane *lane = &r->lane[b];
    const int from = lane->reached;
    if (lane->done) {
      continue;
    }
    const double error = r->adaptive ? lane_norm(s, r->dk, r->x, r->next, b) : 0.0;
    if (r->adaptive && !(error <= 1.0)) {
      if (!hs_lane_reject(error, lane, &now[b])) {
        give_up(s, r, b, "the step size underflowed", e);
      } else if (lane->tries >= s->o.max_steps) {
        give_up(s, r, b, "too much work (max_steps internal steps)", e);
      }
      continue;
    }
    if (s->watch_stiffness && hs_lane_looks_stiff(stiffness(s, r, step, b), lane)) {
      *status = HS_RETRY;
    }
    hs_lane_accept(s, b, r->adaptive, error, lane, &now[b]);
    emit(s, r, now, b, from);
    moved = true;
    if (r->adaptive && !lane->done && lane->tries >= s->o.max_steps) {
      give_up(s, r, b, "too much work (max_steps internal steps)", e);
    }
  }
  return moved;
}

static bool moving(const hs_solver *s, const rk *r) {
  for (int b = 0; b < s->block.L; b++) {
    if (!r->lane[b].done) {
      return true;
    }
  }
  return false;
}

static hs_status one_step(hs_solver *s, rk *r, int step, const double *v, bool taps, hs_error *e) {
  hs_status status = make_room(s, r, step, e);
  if (status != HS_OK) {
    return status;
  }
  const size_t size = width(s);
  hs_rk_entry *now = entries(s, r, step);
  if (step % r->segment == 0) {
    double *mark = mark_at(s, r, step / r->segment);
    memcpy(mark, r->x, size * sizeof *mark);
    memcpy(mark + size, r->k, size * sizeof *mark);
  }
  for (int b = 0; b < s->block.L; b++) {
    hs_lane_plan(s, b, r->adaptive, &r->lane[b], &now[b]);
  }
  status = stages(s, r, step, v);
  if (status != HS_OK) {
    return status;
  }
  if (taps) {
    add_taps(s, r, step);
  }
  step_end(s, r, step);
  if (judge(s, r, step, &status, e)) {
    move_on(s, r, now);
    r->steps++;
  } else { /* tried again in the same place: what was evaluated there is not in the record */
    for (int b = 0; b < s->block.L; b++) {
      r->lane[b].fresh = now[b].fresh;
    }
  }
  s->counts.steps++;
  s->counts.rhs += r->rule->stages - r->rule->fsal;
  return status;
}

/* Without `reverse` only the step at hand is kept, in the place of the first. */
static hs_status forward(hs_solver *s, const double *v, bool reverse, bool taps, hs_error *e) {
  rk *r = s->state;
  const size_t size = width(s);
  hs_status status = HS_OK;
  r->steps = 0;
  memset(r->k, 0, (size_t)r->rule->stages * size * sizeof *r->k);
  memcpy(r->x, s->x0, size * sizeof *r->x);
  memcpy(s->x, s->x0, size * sizeof *s->x);
  for (int b = 0; b < s->block.L; b++) {
    hs_lane_start(s, b, r->adaptive, &r->lane[b]);
  }
  if (r->adaptive) {
    status = make_room(s, r, 0, e);
    status = status == HS_OK ? first_sizes(s, r, v) : status;
  }
  for (long tries = 1; status == HS_OK && moving(s, r); tries++) {
    status = one_step(s, r, reverse ? r->steps : 0, v, taps && !r->adaptive, e);
    if (status == HS_OK && tries % 32 == 0) {
      status = hs_solver_interrupted(s, e);
    }
  }
  r->held = reverse ? (r->steps - 1) / r->segment : -1;
  return status == HS_OK && s->block.n_failed ? HS_UNSOLVED : status;
}

/* The values inside f of one segment, made again from its mark. */
static hs_status recall(hs_solver *s, rk *r, int segment, const double *v) {
  const size_t size = width(s);
  const double *mark = mark_at(s, r, segment);
  hs_status status = HS_OK;
  if (r->held == segment) {
    return status;
  }
  memcpy(r->x, mark, size * sizeof *r->x);
  memcpy(r->k, mark + size, size * sizeof *r->k);
  const int first = segment * r->segment, end = first + r->segment < r->steps ? first + r->segment : r->steps;
  for (int step = first; status == HS_OK && step < end; step++) {
    status = stages(s, r, step, v);
    step_end(s, r, step);
    move_on(s, r, entries(s, r, step));
  }
  r->held = status == HS_OK ? segment : -1;
  return status;
}

/* ---- backward ----------------------------------------------------------------------------------------------------------------- */

/* First sample that a step reaches. */
static int first_reached(const hs_solver *s, const rk *r, int step, int b) {
  return step ? entries(s, r, step - 1)[b].reached : 1;
}

/* dL/dx of the samples of a step: of its end into lambda; of those inside into r->dx and, through the stages, r->dense. True when there are any inside. */
static bool collect(hs_solver *s, rk *r, int step) {
  const int L = s->block.L, n_x = s->m->n_x;
  const size_t size = width(s);
  const hs_rk_entry *now = entries(s, r, step);
  bool inside = false;
  double w[HS_MAX_STAGES];
  for (int b = 0; b < L; b++) {
    for (int k = first_reached(s, r, step, b); k < now[b].reached; k++) {
      const double *dx = s->dx + (size_t)k * size + (size_t)b;
      if (now[b].lands && k == now[b].reached - 1) {
        for (int i = 0; i < n_x; i++) {
          r->lambda[i * L + b] += dx[i * L];
        }
        continue;
      }
      if (!inside) {
        memset(r->dx, 0, size * sizeof *r->dx);
        memset(r->dense, 0, (size_t)r->rule->stages * size * sizeof *r->dense);
        inside = true;
      }
      hs_rk_dense(r->rule, (hs_solver_times(s, b)[k] - now[b].t) / now[b].h, w);
      for (int i = 0; i < n_x; i++) {
        r->dx[i * L + b] += dx[i * L];
        for (int j = 0; j < r->rule->stages; j++) {
          r->dense[(size_t)j * size + (size_t)(i * L + b)] += w[j] * dx[i * L];
        }
      }
    }
  }
  return inside;
}

/* Seeds of the functional norm at the start of the step: 2 seed tap in the lanes that move. */
static const double *tap_seeds(hs_solver *s, rk *r, int step, const slot *q, double seed) {
  const int L = s->block.L, n = hs_program_n_tap(s->m->rhs);
  if (seed == 0.0 || !n || r->adaptive) {
    return NULL;
  }
  const hs_point at = point_of(q, NULL);
  hs_program_tap(s->m->rhs, L, &at, q->work, s->tap);
  for (int b = 0; b < L; b++) {
    const bool counts = b < s->block.n && entries(s, r, step)[b].h > 0.0;
    for (int i = 0; i < n; i++) {
      s->tap[i * L + b] = counts ? 2.0 * seed * s->tap[i * L + b] : 0.0;
    }
  }
  return s->tap;
}

/* r->dk = h (b_i lambda + sum_{j>i} a_ji g_j + dense_i). */
static void stage_adjoint(const hs_solver *s, rk *r, const hs_rk_entry *now, int i, bool inside) {
  const size_t size = width(s);
  const double b_i = r->rule->b[i];
  for (size_t q = 0; q < size; q++) {
    r->dk[q] = b_i * r->lambda[q];
  }
  for (int j = i + 1; j < r->rule->stages; j++) {
    const double a = r->rule->a[j][i], *restrict g = r->g + (size_t)j * size;
    for (size_t q = 0; a != 0.0 && q < size; q++) {
      r->dk[q] += a * g[q];
    }
  }
  for (size_t q = 0; inside && q < size; q++) {
    r->dk[q] += r->dense[(size_t)i * size + q];
  }
  for (int e = 0; e < s->m->n_x; e++) {
    for (int b = 0; b < s->block.L; b++) {
      r->dk[e * s->block.L + b] *= now[b].h;
    }
  }
}

/* The last stage serves the next step as its first: it takes over the adjoint df that was carried here. */
static void take_carried(const hs_solver *s, rk *r, const hs_rk_entry *now) {
  for (int i = 0; i < s->m->n_x; i++) {
    for (int b = 0; b < s->block.L; b++) {
      const int q = i * s->block.L + b;
      const bool taken = now[b].h != 0.0;
      r->dk[q] += taken ? r->df[q] : 0.0;
      r->df[q] = taken ? 0.0 : r->df[q];
    }
  }
}

/* The first stage: lanes that were evaluated here keep dk, the others hand it on to the step before. */
static void hand_on(const hs_solver *s, rk *r, const hs_rk_entry *now) {
  for (int i = 0; i < s->m->n_x; i++) {
    for (int b = 0; b < s->block.L; b++) {
      const int q = i * s->block.L + b;
      const double all = r->dk[q] + r->df[q];
      r->dk[q] = now[b].fresh ? all : 0.0;
      r->df[q] = now[b].fresh ? 0.0 : all;
    }
  }
}

static hs_status step_back(hs_solver *s, rk *r, int step, const double *v, double tap_seed, double *dv) {
  const size_t size = width(s);
  const hs_rk_entry *now = entries(s, r, step);
  const bool inside = collect(s, r, step), fresh = any_fresh(s, now);
  hs_status status = HS_OK;
  memset(r->g, 0, (size_t)r->rule->stages * size * sizeof *r->g);
  for (int i = r->rule->stages - 1; status == HS_OK && i >= 0; i--) {
    stage_adjoint(s, r, now, i, inside);
    if (r->rule->fsal && i == r->rule->stages - 1) {
      take_carried(s, r, now);
    }
    if (i == 0) {
      hand_on(s, r, now);
      if (!fresh) {
        break;
      }
    }
    const slot q = slot_at(s, r, step, i);
    const hs_point at = point_of(&q, v);
    const double *tap = i == 0 ? tap_seeds(s, r, step, &q, tap_seed) : NULL;
    const hs_direction d = {.x = r->g + (size_t)i * size, .v = dv};
    status = hs_program_vjp(s->m->rhs, s->block.L, &at, q.work, r->dk, tap, s->adjoint, &d);
  }
  for (int i = 0; i < r->rule->stages; i++) {
    for (size_t q = 0; q < size; q++) {
      r->lambda[q] += r->g[(size_t)i * size + q];
    }
  }
  for (size_t q = 0; inside && q < size; q++) {
    r->lambda[q] += r->dx[q];
  }
  return status;
}

static hs_status backward(hs_solver *s, const double *v, double tap_seed, double *dv, hs_error *e) {
  rk *r = s->state;
  const size_t size = width(s);
  hs_status status = HS_OK;
  memset(r->lambda, 0, size * sizeof *r->lambda);
  memset(r->df, 0, size * sizeof *r->df);
  for (int step = r->steps - 1; status == HS_OK && step >= 0; step--) {
    status = recall(s, r, step / r->segment, v);
    status = status == HS_OK ? step_back(s, r, step, v, tap_seed, dv) : status;
    if (status == HS_OK && step % 32 == 31) {
      status = hs_solver_interrupted(s, e);
    }
  }
  for (size_t q = 0; q < size; q++) {
    s->dx0[q] = r->lambda[q] + s->dx[q];
  }
  s->counts.backward_steps += r->steps;
  s->counts.backward_rhs += (long)r->steps * (r->rule->stages - r->rule->fsal);
  return status;
}

/* ---- forward sensitivities: the tangent of every stage ----------------------------------------------------------------------- */

typedef struct {
  double *x, *k; /* (n_x, L) tangents of r->x and of k_0 */
  int value;     /* the value that moves, < 0: none */
  double *out;   /* (samples, n_x, L) */
} tangent;

static hs_status jvp(hs_solver *s, rk *r, const slot *q, const double *v, const double *x, double *result) {
  const hs_point at = point_of(q, v);
  const hs_direction d = {.x = (double *)x, .v = r->unit};
  return hs_program_jvp(s->m->rhs, s->block.L, &at, q->work, &d, s->adjoint, result);
}

/* As emit and move_on, of tangents: r->g holds those of the stages, `next` that of x+. */
static void emit_tangent(hs_solver *s, rk *r, int step, const double *next, tangent *d) {
  const int L = s->block.L, n_x = s->m->n_x;
  const size_t size = width(s);
  const hs_rk_entry *now = entries(s, r, step);
  double w[HS_MAX_STAGES];
  for (int b = 0; b < L; b++) {
    for (int k = first_reached(s, r, step, b); k < now[b].reached; k++) {
      const bool end = now[b].lands && k == now[b].reached - 1;
      hs_rk_dense(r->rule, end ? 1.0 : (hs_solver_times(s, b)[k] - now[b].t) / now[b].h, w);
      for (int i = 0; i < n_x; i++) {
        double sum = 0;
        for (int j = 0; j < r->rule->stages; j++) {
          sum += w[j] * r->g[(size_t)j * size + (size_t)(i * L + b)];
        }
        d->out[(size_t)k * size + (size_t)(i * L + b)] = end ? next[i * L + b] : d->x[i * L + b] + now[b].h * sum;
      }
    }
    for (int i = 0; now[b].h != 0.0 && i < n_x; i++) {
      d->x[i * L + b] = next[i * L + b];
      d->k[i * L + b] = r->g[(size_t)(r->rule->stages - 1) * size + (size_t)(i * L + b)];
    }
  }
}

static hs_status tangent_step(hs_solver *s, rk *r, int step, const double *v, tangent *d) {
  const size_t size = width(s);
  const hs_rk_entry *now = entries(s, r, step);
  hs_status status = HS_OK;
  memcpy(r->g, d->k, size * sizeof *r->g);
  if (any_fresh(s, now)) {
    const slot q = slot_at(s, r, step, 0);
    status = jvp(s, r, &q, v, d->x, r->dk);
    take_fresh(s, now, r->dk, r->g);
    memcpy(d->k, r->g, size * sizeof *d->k);
  }
  for (int i = 1; status == HS_OK && i < r->rule->stages; i++) {
    const slot q = slot_at(s, r, step, i);
    combine(s, now, d->x, r->rule->a[i], i, r->g, r->dk);
    status = jvp(s, r, &q, v, r->dk, r->g + (size_t)i * size);
  }
  combine(s, now, d->x, r->rule->b, r->rule->stages, r->g, r->dk);
  emit_tangent(s, r, step, r->dk, d);
  return status;
}

static hs_status all_tangents(hs_solver *s, rk *r, const double *v, int n, tangent *d, hs_error *e) {
  hs_status status = hs_solver_interrupted(s, e);
  for (int step = 0; status == HS_OK && step < r->steps; step++) {
    status = recall(s, r, step / r->segment, v);
    for (int j = 0; status == HS_OK && j < n; j++) {
      if (d[j].value >= 0) {
        r->unit[d[j].value] = 1.0;
      }
      status = tangent_step(s, r, step, v, &d[j]);
      if (d[j].value >= 0) {
        r->unit[d[j].value] = 0.0;
      }
    }
    if (status == HS_OK && step % 32 == 31) {
      status = hs_solver_interrupted(s, e);
    }
  }
  return status;
}

static hs_status sensitivity(hs_solver *s, const double *v, int n, const int *at, const double *s0, double *sx, hs_error *e) {
  const size_t size = width(s);
  double *memory = hs_alloc(2 * (size_t)n * size * sizeof *memory);
  tangent *d = calloc((size_t)n, sizeof *d);
  hs_status status = HS_OK;
  if (!memory || !d) {
    status = hs_fail_memory(e, "sensitivities", 2.0 * n * (double)size * sizeof *memory);
    goto done;
  }
  for (int j = 0; j < n; j++) {
    d[j] = (tangent){.x = memory + 2 * (size_t)j * size, .k = memory + (2 * (size_t)j + 1) * size, .value = at[j]};
    d[j].out = sx + (size_t)j * (size_t)s->block.samples * size;
    memcpy(d[j].x, s0 + (size_t)j * size, size * sizeof *d[j].x);
    memcpy(d[j].out, d[j].x, size * sizeof *d[j].out);
  }
  status = all_tangents(s, s->state, v, n, d, e);
done:
  hs_free(memory);
  free(d);
  return status;
}

const hs_back_end hs_back_end_rk4 = {make_rk4, release, forward, backward, sensitivity, bytes_rk4, true};
const hs_back_end hs_back_end_dopri5 = {make_dopri5, release, forward, backward, sensitivity, bytes_dopri5, false};
