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
#include "solve/rk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CHUNKS = 1 << 16 };

size_t hs_rk_width(const hs_solver *s) {
  return (size_t)s->m->n_x * (size_t)s->block.L;
}

/* ---- making ------------------------------------------------------------------------------------------------------------------- */

static void carve(const hs_solver *s, hs_rk *r, hs_arena *a) {
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
  hs_rk *r = s->state;
  if (r) {
    for (int i = 0; r->memory && i < r->segment && r->chunk[i]; i++) { /* made in this order */
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

static void plan(const hs_solver *s, const hs_rk_rule *rule, bool adaptive, hs_rk *r) {
  const double bytes = s->o.record_bytes > 0.0 ? s->o.record_bytes : HS_RECORD_BYTES;
  r->rule = rule;
  r->adaptive = adaptive;
  r->stride = evaluation_doubles(s);
  r->segment = (int)fmax(1.0, fmin(MAX_CHUNKS, floor(bytes / (double)(r->stride * (size_t)rule->stages * sizeof(double)))));
}

/* Adaptive: as many steps as the longest trajectory has samples. */
static double bytes_of(const hs_solver *s, const hs_rk_rule *rule, bool adaptive) {
  hs_rk r = {0};
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
  hs_rk *r = calloc(1, sizeof *r);
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
static hs_status make_room(hs_solver *s, hs_rk *r, int step, hs_error *e) {
  const size_t L = (size_t)s->block.L;
  double **chunk = &r->chunk[step % r->segment];
  hs_status status = hs_solver_grow((void **)&r->entry, &r->entry_room, ((size_t)step + 1) * L, sizeof *r->entry, e);
  if (status == HS_OK && step % r->segment == 0) {
    status = hs_solver_grow((void **)&r->mark, &r->mark_room, ((size_t)(step / r->segment) + 1) * 2 * hs_rk_width(s),
                            sizeof *r->mark, e);
  }
  if (status == HS_OK && !*chunk) {
    const size_t bytes = (size_t)r->rule->stages * r->stride * sizeof(double);
    *chunk = hs_alloc_unset(bytes);
    status = *chunk ? HS_OK : hs_fail_memory(e, "the record of the trajectories", (double)bytes);
  }
  return status;
}

hs_rk_entry *hs_rk_entries(const hs_solver *s, const hs_rk *r, int step) {
  return r->entry + (size_t)step * (size_t)s->block.L;
}

static double *mark_at(const hs_solver *s, const hs_rk *r, int segment) {
  return r->mark + (size_t)segment * 2 * hs_rk_width(s);
}

hs_rk_slot hs_rk_slot_at(const hs_solver *s, const hs_rk *r, int step, int stage) {
  const size_t L = (size_t)s->max_lanes;
  hs_rk_slot q = {.t = r->chunk[step % r->segment] + (size_t)stage * r->stride};
  q.u = q.t + rounded(L);
  q.x = q.u + rounded((size_t)s->m->n_u * L);
  q.work = q.x + rounded((size_t)s->m->n_x * L);
  return q;
}

hs_point hs_rk_point(const hs_rk_slot *q, const double *v) {
  return (hs_point){.t = q->t, .x = q->x, .u = q->u, .v = v};
}

/* ---- stages ------------------------------------------------------------------------------------------------------------------- */

static double weighted_sum(const double *weight, int n, const double *a, size_t stride) {
  double sum = 0.0;
  for (int j = 0; j < n; j++) {
    sum += weight[j] != 0.0 ? weight[j] * a[(size_t)j * stride] : 0.0;
  }
  return sum;
}

/* to = from + h sum_j weight_j k_j, lane by lane; k: (n, n_x, L). */
void hs_rk_combine(const hs_solver *s, const hs_rk_entry *now, const double *from, const double *weight, int n, const double *k,
                   double *to) {
  const int L = s->block.L;
  const size_t size = hs_rk_width(s);
  double h[HS_BLOCK], sum[HS_BLOCK];
  for (int b = 0; b < L; b++) {
    h[b] = now[b].h;
  }
  for (int i = 0; i < s->m->n_x; i++) {
    const size_t row = (size_t)i * (size_t)L;
    if (L == 1) { /* the same sum, in a register */
      to[i] = from[i] + h[0] * weighted_sum(weight, n, k + i, size);
      continue;
    }
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
static hs_status evaluate(hs_solver *s, const hs_rk_entry *now, double c, const hs_rk_slot *q, const double *v, double *result) {
  for (int b = 0; b < s->block.L; b++) {
    q->t[b] = now[b].t + c * now[b].h;
    hs_solver_input(s, b, now[b].interval, q->t[b], q->u);
  }
  const hs_point at = hs_rk_point(q, v);
  hs_status status = hs_program_forward(s->m->rhs, s->block.L, &at, q->work);
  hs_program_result(s->m->rhs, s->block.L, &at, q->work, result);
  return status;
}

bool hs_rk_any_fresh(const hs_solver *s, const hs_rk_entry *now) {
  for (int b = 0; b < s->block.L; b++) {
    if (now[b].fresh) {
      return true;
    }
  }
  return false;
}

/* Lanes b with `fresh` take their column of `from`. */
void hs_rk_take_fresh(const hs_solver *s, const hs_rk_entry *now, const double *from, double *to) {
  const int L = s->block.L;
  for (int i = 0; i < s->m->n_x; i++) {
    for (int b = 0; b < L; b++) {
      to[i * L + b] = now[b].fresh ? from[i * L + b] : to[i * L + b];
    }
  }
}

/* k_i of one step from r->x; k_0 of lanes that are not fresh is there already. */
static hs_status stages(hs_solver *s, hs_rk *r, int step, const double *v) {
  const hs_rk_entry *now = hs_rk_entries(s, r, step);
  const size_t size = hs_rk_width(s);
  hs_status status = HS_OK;
  if (hs_rk_any_fresh(s, now)) {
    const hs_rk_slot q = hs_rk_slot_at(s, r, step, 0);
    memcpy(q.x, r->x, size * sizeof *q.x);
    status = evaluate(s, now, 0.0, &q, v, r->dk);
    hs_rk_take_fresh(s, now, r->dk, r->k);
  }
  for (int i = 1; status == HS_OK && i < r->rule->stages; i++) {
    const hs_rk_slot q = hs_rk_slot_at(s, r, step, i);
    hs_rk_combine(s, now, r->x, r->rule->a[i], i, r->k, q.x);
    status = evaluate(s, now, r->rule->c[i], &q, v, r->k + (size_t)i * size);
  }
  return status;
}

/* x+ (copied, where it is the state of the last stage). */
static void step_end(hs_solver *s, hs_rk *r, int step) {
  if (r->rule->fsal) {
    memcpy(r->next, hs_rk_slot_at(s, r, step, r->rule->stages - 1).x, hs_rk_width(s) * sizeof *r->next);
  } else {
    hs_rk_combine(s, hs_rk_entries(s, r, step), r->x, r->rule->b, r->rule->stages, r->k, r->next);
  }
}

/* x and k_0 of the next step: those of a rejected step stay, a lane that has ended rests at its start. */
static void move_on(const hs_solver *s, hs_rk *r, const hs_rk_entry *now) {
  const int L = s->block.L, n_x = s->m->n_x;
  const double *last = r->k + (size_t)(r->rule->stages - 1) * hs_rk_width(s);
  for (int b = 0; b < L; b++) {
    const bool ended = now[b].lands && now[b].reached == hs_solver_count(s, b);
    for (int i = 0; now[b].h != 0.0 && i < n_x; i++) {
      r->x[i * L + b] = ended ? s->x0[i * L + b] : r->next[i * L + b];
      r->k[i * L + b] = r->rule->fsal ? last[i * L + b] : r->k[i * L + b];
    }
  }
}

/* ---- forward ------------------------------------------------------------------------------------------------------------------ */

static void add_taps(hs_solver *s, hs_rk *r, int step) {
  const int L = s->block.L, n = hs_program_n_tap(s->m->rhs);
  const hs_rk_slot q = hs_rk_slot_at(s, r, step, 0);
  const hs_point at = hs_rk_point(&q, NULL);
  const hs_rk_entry *now = hs_rk_entries(s, r, step);
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
static hs_status first_sizes(hs_solver *s, hs_rk *r, const double *v) {
  const int L = s->block.L;
  const size_t size = hs_rk_width(s);
  hs_rk_entry *now = hs_rk_entries(s, r, 0);
  const hs_rk_slot q = hs_rk_slot_at(s, r, 0, 0);
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
  hs_rk_combine(s, now, r->x, &one, 1, r->k, q.x);
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
static void emit(hs_solver *s, hs_rk *r, const hs_rk_entry *now, int b, int from) {
  const int L = s->block.L, n_x = s->m->n_x;
  const double *t = hs_solver_times(s, b);
  double w[HS_MAX_STAGES];
  for (int k = from; k < now[b].reached; k++) {
    const bool end = now[b].lands && k == now[b].reached - 1;
    double *out = s->x + (size_t)k * hs_rk_width(s) + (size_t)b;
    if (!end) {
      hs_rk_dense(r->rule, (t[k] - now[b].t) / now[b].h, w);
    }
    for (int i = 0; i < n_x; i++) {
      double sum = 0;
      for (int j = 0; !end && j < r->rule->stages; j++) {
        sum += w[j] * r->k[(size_t)j * hs_rk_width(s) + (size_t)(i * L + b)];
      }
      out[i * L] = end ? r->next[i * L + b] : r->x[i * L + b] + now[b].h * sum;
    }
  }
}

/* |h lambda| from the last two stages, which both stand at t + h. */
static double stiffness(const hs_solver *s, const hs_rk *r, int step, int b) {
  const int L = s->block.L, last = r->rule->stages - 1;
  const size_t size = hs_rk_width(s);
  const double *x6 = hs_rk_slot_at(s, r, step, last - 1).x, *x7 = hs_rk_slot_at(s, r, step, last).x;
  double df = 0, dx = 0;
  for (int i = 0; i < s->m->n_x; i++) {
    const double f = r->k[(size_t)last * size + (size_t)(i * L + b)] - r->k[(size_t)(last - 1) * size + (size_t)(i * L + b)];
    const double x = x7[i * L + b] - x6[i * L + b];
    df += f * f;
    dx += x * x;
  }
  return dx > 0.0 ? hs_rk_entries(s, r, step)[b].h * sqrt(df / dx) : 0.0;
}

static void give_up(hs_solver *s, hs_rk *r, int b, const char *why, hs_error *e) {
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
static bool judge(hs_solver *s, hs_rk *r, int step, hs_status *status, hs_error *e) {
  hs_rk_entry *now = hs_rk_entries(s, r, step);
  bool moved = false;
  if (r->adaptive) {
    memset(r->dk, 0, hs_rk_width(s) * sizeof *r->dk);
    hs_rk_combine(s, now, r->dk, r->rule->e, r->rule->stages, r->k, r->dk);
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

static bool moving(const hs_solver *s, const hs_rk *r) {
  for (int b = 0; b < s->block.L; b++) {
    if (!r->lane[b].done) {
      return true;
    }
  }
  return false;
}

static hs_status one_step(hs_solver *s, hs_rk *r, int step, const double *v, bool taps, hs_error *e) {
  hs_status status = make_room(s, r, step, e);
  if (status != HS_OK) {
    return status;
  }
  const size_t size = hs_rk_width(s);
  hs_rk_entry *now = hs_rk_entries(s, r, step);
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
  hs_rk *r = s->state;
  const size_t size = hs_rk_width(s);
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
hs_status hs_rk_recall(hs_solver *s, hs_rk *r, int segment, const double *v) {
  const size_t size = hs_rk_width(s);
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
    move_on(s, r, hs_rk_entries(s, r, step));
  }
  r->held = status == HS_OK ? segment : -1;
  return status;
}

const hs_back_end hs_back_end_rk4 = {make_rk4, release, forward, hs_rk_backward, hs_rk_sensitivity, bytes_rk4, true};
const hs_back_end hs_back_end_dopri5 = {make_dopri5, release, forward, hs_rk_backward, hs_rk_sensitivity, bytes_dopri5, false};
