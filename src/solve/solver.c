/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all back ends share: lanes, initial states, outputs at the samples and their adjoint, the functional norm's taps, failures.
 *
 *   x0 = initial(z, v) or data          y_k = output(t_k, x(t_k), u_k, v)
 *   backward: dy_k -> dx_k (+ dv) for every sample; the back end carries dx_k through the ODE to dx0 (+ dv); dx0 -> dv.
 */
#include "solve/solver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Evaluations of the output function are kept from forward to backward while they take less than this. */
static const size_t KEEP_BYTES = (size_t)16 << 20;

/* One evaluation of the largest program in so many lanes stays below this. */
static const size_t EVALUATION_BYTES = (size_t)1 << 20;

int hs_solver_count(const hs_solver *s, int lane) {
  return s->d->count[s->lane[lane]];
}

const double *hs_solver_times(const hs_solver *s, int lane) {
  return s->d->s.t + s->d->first[s->lane[lane]];
}

void hs_solver_input(const hs_solver *s, int lane, int k, double t, double *u) {
  if (s->m->n_u) {
    hs_data_input(s->d, s->lane[lane], k, t, u + lane, s->block.L);
  }
}

int hs_steps_between(const hs_solver *s, double a, double b) {
  double n = ceil((b - a) / s->o.step - 1e-9);
  return n < 1.0 ? 1 : n > 1e9 ? 1000000000 : (int)n;
}

hs_status hs_solver_interrupted(const hs_solver *s, hs_error *e) {
  if (s->o.interrupted && s->o.interrupted()) {
    return hs_fail(e, HS_INTERRUPTED, "solve:interrupted", "interrupted by the user");
  }
  return HS_OK;
}

hs_status hs_solver_unsolved(hs_solver *s, int lane, double t, const double *x, int stride, const char *why, hs_error *e) {
  const int n_x = s->m->n_x;
  double *copy = s->failed_x + (size_t)s->block.n_failed * (size_t)n_x;
  for (int i = 0; i < n_x; i++) {
    copy[i] = x[i * stride];
  }
  s->failed[s->block.n_failed++] = (hs_failure){.trajectory = s->lane[lane], .t = t, .x = copy};
  if (s->block.n_failed > 1) {
    return HS_UNSOLVED;
  }
  return hs_fail(e, HS_UNSOLVED, "solve:unsolved", "trajectory %d could not be solved beyond t = %.6g: %s", s->lane[lane] + 1, t,
                 why);
}

hs_status hs_solver_reject(hs_solver *s, int lane, const char *why, hs_error *e) {
  return hs_solver_unsolved(s, lane, hs_solver_times(s, lane)[0], s->x + lane, s->block.L, why, e);
}

hs_status hs_solver_grow(void **array, size_t *room, size_t needed, size_t size, hs_error *e) {
  if (needed <= *room) {
    return HS_OK;
  }
  const size_t more = needed + needed / 2 + 64;
  void *bigger = realloc(*array, more * size);
  if (!bigger) {
    return hs_fail_memory(e, "the record of the trajectories", (double)more * (double)size);
  }
  *array = bigger;
  *room = more;
  return HS_OK;
}

void hs_solve_counts_add(hs_solve_counts *to, const hs_solve_counts *more) {
  to->steps += more->steps;
  to->rhs += more->rhs;
  to->backward_steps += more->backward_steps;
  to->backward_rhs += more->backward_rhs;
  to->nodes += more->nodes;
  to->trajectories += more->trajectories;
  to->stiff += more->stiff;
}

/* ---- making ------------------------------------------------------------------------------------------------------------------- */

static size_t larger(size_t a, size_t b) {
  return a > b ? a : b;
}

static size_t size_over_programs(const hs_model *m, int L, size_t (*size)(const hs_program *, int)) {
  size_t n = 1;
  const hs_program *all[] = {m->rhs, m->output, m->initial, m->physics};
  for (int i = 0; i < 4; i++) {
    n = all[i] ? larger(n, size(all[i], L)) : n;
  }
  return n;
}

enum {
  LEAST_LANES = 4
}; /* of a block of a large model: half a vector of the widest kernels, as fast by the lane as a whole one */

static int block_size(const hs_model *m) {
  const size_t lanes = EVALUATION_BYTES / (size_over_programs(m, 8, hs_program_work_size) * sizeof(double) / 8) / 8 * 8;
  return lanes < 8 ? LEAST_LANES : lanes > HS_BLOCK ? HS_BLOCK : (int)lanes;
}

/* The kernels take whole vectors, and one lane more (kernels.c). Large models are long without more lanes. */
static int padded(const hs_model *m, int n) {
  return n == 1 || (n > 8 && n % 8 == 1) || block_size(m) == LEAST_LANES ? n : (n + 3) / 4 * 4;
}

int hs_most_lanes(const hs_model *m, int n) {
  const int most = block_size(m);
  return padded(m, n < most ? n : most);
}

/* What physics and networks make together. */
static const hs_program *law_of(const hs_model *m) {
  return m->rhs ? m->rhs : m->output;
}

static void carve(hs_solver *s, hs_arena *a) {
  const hs_model *m = s->m;
  const size_t L = (size_t)s->max_lanes, K = (size_t)s->d->max_count;
  size_t taps = 1;
  taps = m->rhs ? larger(taps, (size_t)hs_program_n_tap(m->rhs)) : taps;
  taps = m->output ? larger(taps, (size_t)hs_program_n_tap(m->output)) : taps;
  HS_TAKE(a, s->ticket, (size_t)s->d->s.n);
  HS_TAKE(a, s->lane, L);
  HS_TAKE(a, s->failed, L);
  HS_TAKE(a, s->failed_x, (size_t)m->n_x * L);
  HS_TAKE(a, s->x0, (size_t)m->n_x * L);
  HS_TAKE(a, s->dx0, (size_t)m->n_x * L);
  HS_TAKE(a, s->x, K * (size_t)m->n_x * L);
  HS_TAKE(a, s->dx, K * (size_t)m->n_x * L);
  HS_TAKE(a, s->y, m->output ? K * (size_t)m->n_y * L : 0);
  HS_TAKE(a, s->t, L);
  HS_TAKE(a, s->u, (size_t)m->n_u * L);
  HS_TAKE(a, s->z, (size_t)m->n_z * L);
  HS_TAKE(a, s->tap, taps * L);
  HS_TAKE(a, s->result, larger((size_t)m->n_x, (size_t)m->n_y) * L);
  HS_TAKE(a, s->adjoint, size_over_programs(m, s->max_lanes, hs_program_adjoint_size));
  HS_TAKE(a, s->work, larger(size_over_programs(m, s->max_lanes, hs_program_work_size), (size_t)s->kept * s->output_stride));
  const size_t overlap = m->physics ? (size_t)hs_program_n_result(m->physics) * L : 0;
  HS_TAKE(a, s->law, overlap);
  HS_TAKE(a, s->physics, overlap);
  HS_TAKE(a, s->law_work, m->physics ? hs_program_work_size(law_of(m), s->max_lanes) : 0);
  HS_TAKE(a, s->physics_work, m->physics ? hs_program_work_size(m->physics, s->max_lanes) : 0);
  HS_TAKE(a, s->rhs_work, m->rhs ? hs_program_work_size(m->rhs, s->max_lanes) : 0);
}

static double smallest_interval(const hs_data *d) {
  double h = INFINITY;
  for (int b = 0; b < d->s.n; b++) {
    const double *t = d->s.t + d->first[b];
    for (int k = 1; k < d->count[b]; k++) {
      h = fmin(h, t[k] - t[k - 1]);
    }
  }
  return isfinite(h) ? h : 1.0;
}

static double fixed_steps(const hs_solver *s, int trajectory) {
  const double *t = s->d->s.t + s->d->first[trajectory];
  double steps = 0;
  for (int k = 1; k < s->d->count[trajectory]; k++) {
    steps += hs_steps_between(s, t[k - 1], t[k]);
  }
  return steps;
}

static void plan_outputs(hs_solver *s) {
  s->kept = 0;
  if (s->m->output) {
    s->output_stride = hs_program_work_size(s->m->output, s->max_lanes);
    size_t affordable = KEEP_BYTES / (s->output_stride * sizeof(double));
    s->kept = affordable >= (size_t)s->d->max_count ? s->d->max_count : 1;
  }
}

static hs_status check_options(const hs_solve_options *o, hs_error *e) {
  if (!(o->rtol > 0.0 && o->rtol < 1.0) || !(o->atol > 0.0)) {
    return hs_fail(e, HS_INVALID, "option:value", "rtol %g and atol %g are not usable, expected 0 < rtol < 1 and atol > 0",
                   o->rtol, o->atol);
  }
  if (o->max_steps < 1 || isnan(o->step)) {
    return hs_fail(e, HS_INVALID, "option:value", "max_steps %ld or step %g is not usable", o->max_steps, o->step);
  }
  return HS_OK;
}

/* The engine at work; its state may have been made or dropped since it was last. */
static void use(hs_solver *s, int i) {
  s->back = s->engine[i].back;
  s->state = s->engine[i].state;
}

static void plan_engines(hs_solver *s) {
  static const hs_back_end *const first[] = {[HS_RK4] = &hs_back_end_rk4,
                                             [HS_CVODE] = &hs_back_end_cvode,
                                             [HS_DOPRI5] = &hs_back_end_dopri5,
                                             [HS_AUTO_SOLVER] = &hs_back_end_dopri5};
  s->watch_stiffness = s->o.method == HS_AUTO_SOLVER;
  s->o.cvode_method = s->watch_stiffness ? HS_BDF : s->o.cvode_method;
  s->engine[0].back = first[s->o.method];
  s->engine[1].back = &hs_back_end_cvode;
  s->n_engines = 1 + s->watch_stiffness;
  s->back = s->engine[0].back;
}

static hs_status make_engines(hs_solver *s, hs_error *e) {
  hs_status status = HS_OK;
  for (int i = 0; status == HS_OK && i < s->n_engines; i++) {
    use(s, i);
    status = s->back->make(s, e);
    s->engine[i].state = s->state;
  }
  if (s->n_engines) {
    use(s, 0);
  }
  return status;
}

/* The plan of a solver, before anything is allocated. */
static void plan(hs_solver *s, const hs_model *m, const hs_data *d, const hs_solve_options *o) {
  *s = (hs_solver){.m = m, .d = d, .o = *o};
  s->o.step = o->step > 0.0 ? o->step : smallest_interval(d);
  s->max_lanes = hs_most_lanes(m, d->s.n);
  plan_outputs(s);
  if (m->rhs) {
    plan_engines(s);
  }
}

static double planned_bytes(hs_solver *s) {
  hs_arena arena = {0};
  carve(s, &arena);
  double bytes = (double)arena.used;
  for (int i = 0; i < s->n_engines; i++) {
    bytes += s->engine[i].back->bytes(s);
  }
  return bytes;
}

double hs_solver_bytes(const hs_model *m, const hs_data *d, const hs_solve_options *o) {
  hs_solver s;
  plan(&s, m, d, o);
  return planned_bytes(&s);
}

double hs_most_fixed_steps(const hs_solver *s) {
  double most = 0;
  for (int b = 0; b < s->d->s.n; b++) {
    most = fmax(most, fixed_steps(s, b));
  }
  return most;
}

hs_status hs_solver_new(hs_solver **out, const hs_model *m, const hs_data *d, const hs_solve_options *o, hs_error *e) {
  *out = NULL;
  hs_status status = check_options(o, e);
  if (status != HS_OK) {
    return status;
  }
  hs_solver *s = calloc(1, sizeof *s);
  if (!s) {
    return hs_fail_memory(e, "a solver", sizeof *s);
  }
  plan(s, m, d, o);
  hs_arena arena = {0};
  carve(s, &arena);
  status = hs_check_memory(e, "solving these trajectories", planned_bytes(s));
  if (status == HS_OK) {
    s->memory = hs_alloc(arena.used);
    status = s->memory ? HS_OK : hs_fail_memory(e, "a solver", (double)arena.used);
  }
  if (status == HS_OK) {
    arena = (hs_arena){.base = s->memory};
    carve(s, &arena);
    status = make_engines(s, e);
  }
  if (status != HS_OK) {
    hs_solver_free(s);
    return status;
  }
  *out = s;
  return HS_OK;
}

void hs_solver_free(hs_solver *s) {
  if (s) {
    for (int i = 0; i < s->n_engines; i++) {
      use(s, i);
      s->back->release(s);
    }
    hs_free(s->memory);
    free(s);
  }
}

const hs_block *hs_solver_block(const hs_solver *s) {
  return &s->block;
}

hs_solve_counts hs_solver_counts(const hs_solver *s) {
  return s->counts;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------------------- */

/* Trajectories in a block should carry like keys: the time grid (cvode: they must), the number of steps (rk4), the duration (adaptive rules). */
static double key_of(const hs_solver *s, int trajectory) {
  const double *t = s->d->s.t + s->d->first[trajectory];
  if (!s->m->rhs) {
    return 0;
  }
  switch (s->o.method) {
  case HS_CVODE:
    return s->d->grid[trajectory];
  case HS_RK4:
    return fixed_steps(s, trajectory);
  default:
    return t[s->d->count[trajectory] - 1] - t[0];
  }
}

static int compare_tickets(const void *a, const void *b) {
  const hs_ticket *x = a, *y = b;
  return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->place > y->place) - (x->place < y->place);
}

/* Cut a run of n like keys into few blocks, as even as whole vectors of 8 lanes allow, and of even number so that two threads share them well: the
 * least blocks are whole but for the last, which then is two. */
static int cut(int first, int n, int most, int *start, int blocks) {
  int pieces = (n + most - 1) / most;
  if (most == LEAST_LANES) {
    for (int j = 0; j < pieces; j++) {
      start[blocks++] = first + most * j;
    }
    const int rest = n - most * (pieces - 1);
    if (pieces > 1 && pieces % 2 && rest > 1) {
      start[blocks++] = first + n - rest / 2;
    }
    return blocks;
  }
  pieces += pieces > 1 ? pieces % 2 : 0;
  const int unit = (n + 7) / 8 >= pieces ? 8 : (n + 3) / 4 >= pieces ? 4 : 1, units = (n + unit - 1) / unit;
  for (int j = 0; j < pieces; j++) {
    start[blocks++] = first + unit * (int)((long)units * j / pieces);
  }
  return blocks;
}

int hs_solver_arrange(hs_solver *s, int n, const int *trajectory, int *order, int *start) {
  hs_ticket *all = s->ticket;
  const int most = block_size(s->m);
  const bool lock_step = s->m->rhs && s->o.method == HS_CVODE; /* only equal keys may share; the others let short lanes rest */
  for (int i = 0; i < n; i++) {
    all[i] = (hs_ticket){.key = key_of(s, trajectory[i]), .place = i, .trajectory = trajectory[i]};
  }
  qsort(all, (size_t)n, sizeof *all, compare_tickets);
  int blocks = 0;
  for (int i = 0; i < n;) {
    int end = i + 1;
    while (end < n && (!lock_step || all[end].key == all[i].key)) {
      end++;
    }
    blocks = cut(i, end - i, most, start, blocks);
    i = end;
  }
  start[blocks] = n;
  for (int i = 0; i < n; i++) {
    order[i] = all[i].trajectory;
  }
  return blocks;
}

double hs_solver_tap_count(hs_solver *s, int n, const int *trajectory) {
  double total = 0;
  for (int i = 0; i < n; i++) {
    double samples = s->d->count[trajectory[i]];
    total += s->m->output ? samples * hs_program_n_tap(s->m->output) : 0.0;
    if (s->m->rhs) {
      total += (s->back->own_taps ? fixed_steps(s, trajectory[i]) : samples) * hs_program_n_tap(s->m->rhs);
    }
  }
  return total;
}

static void set_block(hs_solver *s, int n, const int *trajectory) {
  s->block = (hs_block){.n = n, .L = padded(s->m, n), .trajectory = s->lane, .x = s->x, .failure = s->failed};
  s->block.y = s->m->output ? s->y : s->x;
  for (int b = 0; b < s->block.L; b++) {
    s->lane[b] = trajectory[b < n ? b : 0];
    int count = hs_solver_count(s, b);
    s->block.samples = count > s->block.samples ? count : s->block.samples;
  }
}

/* ---- forward ------------------------------------------------------------------------------------------------------------------ */

static hs_status callback_status(const hs_status status, hs_error *e) {
  if (status != HS_OK && e && e->status == HS_OK) {
    return hs_fail(e, status, "solve:callback", "%s", hs_status_text(status));
  }
  return status;
}

static void gather(const double *rows, int n, const hs_solver *s, double *out) {
  for (int i = 0; i < n; i++) {
    for (int b = 0; b < s->block.L; b++) {
      out[i * s->block.L + b] = rows[(size_t)s->lane[b] * (size_t)n + (size_t)i];
    }
  }
}

/* t is not defined before the trajectory starts; the initial function gets its first time. */
static hs_point initial_point(hs_solver *s, const double *v) {
  if (s->m->n_z) {
    gather(s->d->s.z, s->m->n_z, s, s->z);
  }
  for (int b = 0; b < s->block.L; b++) {
    s->t[b] = hs_solver_times(s, b)[0];
    hs_solver_input(s, b, 0, s->t[b], s->u);
  }
  return (hs_point){.t = s->t, .x = s->x0, .u = s->u, .z = s->z, .v = v};
}

/* The value that is initial state i of a lane, or -1. */
static int estimated(const hs_solver *s, int lane, int i) {
  const double *at = s->d->s.x0_at;
  return at ? (int)at[(size_t)s->lane[lane] * (size_t)s->m->n_x + (size_t)i] - 1 : -1;
}

static hs_status start_states(hs_solver *s, const double *v, hs_error *e) {
  hs_status status = HS_OK;
  const int L = s->block.L, n_x = s->m->n_x;
  if (s->d->s.x0) {
    gather(s->d->s.x0, n_x, s, s->x0);
  } else {
    hs_point at = initial_point(s, v);
    status = hs_program_forward(s->m->initial, L, &at, s->work);
    hs_program_result(s->m->initial, L, &at, s->work, s->result);
    memcpy(s->x0, s->result, (size_t)(n_x * L) * sizeof *s->x0);
  }
  for (int i = 0; s->d->s.x0_at && i < n_x; i++) {
    for (int b = 0; b < L; b++) {
      const int at = estimated(s, b, i);
      s->x0[i * L + b] = at >= 0 ? v[at] : s->x0[i * L + b];
    }
  }
  return callback_status(status, e);
}

/* Sample k of every lane; lanes that have ended repeat their last sample. */
static hs_point sample_point(hs_solver *s, int k, const double *v) {
  const int L = s->block.L, n_x = s->m->n_x;
  for (int b = 0; b < L; b++) {
    int last = hs_solver_count(s, b) - 1, at = k < last ? k : last;
    s->t[b] = hs_solver_times(s, b)[at];
    hs_solver_input(s, b, at, s->t[b], s->u);
    for (int i = 0; at < k && i < n_x; i++) {
      s->x[((size_t)k * (size_t)n_x + (size_t)i) * (size_t)L + (size_t)b] =
          s->x[((size_t)at * (size_t)n_x + (size_t)i) * (size_t)L + (size_t)b];
    }
  }
  return (hs_point){.t = s->t, .x = s->x + (size_t)k * (size_t)(n_x * L), .u = s->u, .v = v};
}

static double *output_work(hs_solver *s, int k) {
  return s->work + (s->kept > 1 ? (size_t)k * s->output_stride : 0);
}

static void add_taps(hs_solver *s, const hs_program *p, const hs_point *at, const double *work, int k) {
  const int L = s->block.L, n = hs_program_n_tap(p);
  hs_program_tap(p, L, at, work, s->tap);
  for (int b = 0; b < s->block.n; b++) {
    for (int i = 0; k < hs_solver_count(s, b) && i < n; i++) {
      s->block.tap_square += s->tap[i * L + b] * s->tap[i * L + b];
      s->block.tap_count += 1.0;
    }
  }
}

static bool rhs_taps_here(const hs_solver *s) {
  return s->m->rhs && !s->back->own_taps && hs_program_n_tap(s->m->rhs);
}

static hs_status observe(hs_solver *s, const double *v, bool taps, hs_error *e) {
  const int L = s->block.L, n_y = s->m->n_y;
  for (int k = 0; k < s->block.samples; k++) {
    hs_point at = sample_point(s, k, v);
    hs_status status = HS_OK;
    if (s->m->output) {
      double *work = output_work(s, k);
      status = hs_program_forward(s->m->output, L, &at, work);
      hs_program_result(s->m->output, L, &at, work, s->y + (size_t)k * (size_t)(n_y * L));
      if (taps) {
        add_taps(s, s->m->output, &at, work, k);
      }
    }
    if (status == HS_OK && taps && rhs_taps_here(s)) {
      status = hs_program_forward(s->m->rhs, L, &at, s->rhs_work);
      add_taps(s, s->m->rhs, &at, s->rhs_work, k);
    }
    if (status != HS_OK) {
      return callback_status(status, e);
    }
  }
  return HS_OK;
}

static bool finite_row(const double *a, int n, int L, int k, int b) {
  for (int i = 0; i < n; i++) {
    if (!isfinite(a[((size_t)k * (size_t)n + (size_t)i) * (size_t)L + (size_t)b])) {
      return false;
    }
  }
  return true;
}

static hs_status check_solved(hs_solver *s, hs_error *e) {
  const int L = s->block.L, n_x = s->m->n_x;
  hs_status status = HS_OK;
  for (int b = 0; b < s->block.n; b++) {
    for (int k = 0; k < hs_solver_count(s, b); k++) {
      if (!finite_row(s->block.y, s->m->n_y, L, k, b) || !finite_row(s->x, n_x, L, k, b)) {
        const int last = k && !finite_row(s->x, n_x, L, k, b) ? k - 1 : k; /* where the state was still known */
        status = hs_solver_unsolved(s, b, hs_solver_times(s, b)[last], s->x + (size_t)last * (size_t)(n_x * L) + b, L,
                                    "a predicted value is not finite", e);
        break;
      }
    }
  }
  return status;
}

/* "auto": the whole block goes to BDF when one of its lanes looks stiff. Decided anew each time, so that nothing depends on the past. */
static hs_status solve_forward(hs_solver *s, const double *v, bool reverse, bool taps, hs_error *e) {
  use(s, 0);
  hs_status status = s->back->forward(s, v, reverse, taps, e);
  if (status == HS_RETRY || (status == HS_UNSOLVED && s->n_engines > 1)) {
    s->block.n_failed = 0;
    s->counts.stiff += s->block.n;
    use(s, 1);
    status = s->back->forward(s, v, reverse, taps, e);
  }
  return status;
}

hs_status hs_solver_forward(hs_solver *s, int n, const int *trajectory, const double *v, bool reverse, bool taps, hs_error *e) {
  set_block(s, n, trajectory);
  s->counts.trajectories += n;
  hs_status status = hs_solver_interrupted(s, e);
  if (status == HS_OK && s->m->rhs) {
    status = start_states(s, v, e);
    if (status == HS_OK) {
      status = solve_forward(s, v, reverse, taps, e);
    }
  }
  if (status == HS_OK) {
    status = observe(s, v, taps, e);
  }
  return status == HS_OK ? check_solved(s, e) : status;
}

/* ---- backward ----------------------------------------------------------------------------------------------------------------- */

/* 2 seed tap, zero in lanes that do not count. */
static const double *tap_seeds(hs_solver *s, const hs_program *p, const hs_point *at, const double *work, int k, double seed) {
  const int L = s->block.L, n = hs_program_n_tap(p);
  if (seed == 0.0 || !n) {
    return NULL;
  }
  hs_program_tap(p, L, at, work, s->tap);
  for (int b = 0; b < L; b++) {
    bool counts = b < s->block.n && k < hs_solver_count(s, b);
    for (int i = 0; i < n; i++) {
      s->tap[i * L + b] = counts ? 2.0 * seed * s->tap[i * L + b] : 0.0;
    }
  }
  return s->tap;
}

static hs_status output_adjoint(hs_solver *s, int k, const hs_point *at, const double *dy, double seed, double *dx, double *dv) {
  const int L = s->block.L;
  const hs_program *p = s->m->output;
  double *work = output_work(s, k);
  hs_status status = HS_OK;
  if (s->kept < s->block.samples) {
    status = hs_program_forward(p, L, at, work);
  }
  const hs_direction d = {.x = s->m->n_x ? dx : NULL, .v = dv};
  const double *tap = tap_seeds(s, p, at, work, k, seed);
  return status == HS_OK ? hs_program_vjp(p, L, at, work, dy, tap, s->adjoint, &d) : status;
}

static hs_status rhs_tap_adjoint(hs_solver *s, int k, const hs_point *at, double seed, double *dx, double *dv) {
  const int L = s->block.L;
  hs_status status = hs_program_forward(s->m->rhs, L, at, s->rhs_work);
  const hs_direction d = {.x = dx, .v = dv};
  const double *tap = tap_seeds(s, s->m->rhs, at, s->rhs_work, k, seed);
  return status == HS_OK && tap ? hs_program_vjp(s->m->rhs, L, at, s->rhs_work, NULL, tap, s->adjoint, &d) : status;
}

/* dx at the last sample of every lane += end. */
static void add_ends(hs_solver *s, const double *end) {
  const int L = s->block.L, n_x = s->m->n_x;
  for (int b = 0; b < s->block.n; b++) {
    double *dx = s->dx + (size_t)(hs_solver_count(s, b) - 1) * (size_t)(n_x * L);
    for (int i = 0; i < n_x; i++) {
      dx[i * L + b] += end[i * L + b];
    }
  }
}

/* dL/dx0 goes to the values that are initial states, the rest through `initial`. */
static hs_status start_adjoint(hs_solver *s, const double *v, double *dv) {
  const int L = s->block.L;
  for (int b = 0; s->d->s.x0_at && b < s->block.n; b++) {
    for (int i = 0; i < s->m->n_x; i++) {
      const int at = estimated(s, b, i);
      if (at >= 0) {
        dv[at] += s->dx0[i * L + b];
        s->dx0[i * L + b] = 0.0;
      }
    }
  }
  if (s->d->s.x0) {
    return HS_OK;
  }
  hs_point at = initial_point(s, v);
  const hs_direction d = {.v = dv};
  hs_status status = hs_program_forward(s->m->initial, L, &at, s->work);
  return status == HS_OK ? hs_program_vjp(s->m->initial, L, &at, s->work, s->dx0, NULL, s->adjoint, &d) : status;
}

/* ---- physics and network ------------------------------------------------------------------------------------------------------ */

static hs_status law_and_physics(hs_solver *s, const hs_point *at) {
  const int L = s->block.L;
  hs_status status = hs_program_forward(law_of(s->m), L, at, s->law_work);
  hs_program_result(law_of(s->m), L, at, s->law_work, s->law);
  status = status == HS_OK ? hs_program_forward(s->m->physics, L, at, s->physics_work) : status;
  hs_program_result(s->m->physics, L, at, s->physics_work, s->physics);
  return status;
}

hs_status hs_solver_overlap(hs_solver *s, const double *v, double *sum, hs_error *e) {
  hs_status status = HS_OK;
  *sum = 0.0;
  for (int k = 0; s->m->physics && status == HS_OK && k < s->block.samples; k++) {
    const int L = s->block.L, n = hs_program_n_result(s->m->physics);
    const hs_point at = sample_point(s, k, v);
    status = law_and_physics(s, &at);
    for (int b = 0; b < s->block.n; b++) {
      for (int i = 0; k < hs_solver_count(s, b) && i < n; i++) {
        const double p = s->physics[i * L + b];
        *sum += p * (s->law[i * L + b] - p);
      }
    }
  }
  return callback_status(status, e);
}

/* d(p . (f - p)) = p . df + (f - 2 p) . dp */
static hs_status overlap_adjoint(hs_solver *s, int k, const hs_point *at, double seed, double *dx, double *dv) {
  const int L = s->block.L, n = hs_program_n_result(s->m->physics);
  hs_status status = law_and_physics(s, at);
  for (int i = 0; i < n; i++) {
    for (int b = 0; b < L; b++) {
      const bool counts = b < s->block.n && k < hs_solver_count(s, b);
      const double f = s->law[i * L + b], p = s->physics[i * L + b];
      s->law[i * L + b] = counts ? seed * p : 0.0;
      s->physics[i * L + b] = counts ? seed * (f - 2.0 * p) : 0.0;
    }
  }
  const hs_direction d = {.x = s->m->n_x ? dx : NULL, .v = dv};
  status = status == HS_OK ? hs_program_vjp(law_of(s->m), L, at, s->law_work, s->law, NULL, s->adjoint, &d) : status;
  return status == HS_OK ? hs_program_vjp(s->m->physics, L, at, s->physics_work, s->physics, NULL, s->adjoint, &d) : status;
}

hs_status hs_solver_backward(hs_solver *s, const double *v, double *dy, const double *end, hs_seeds seeds, double *dv,
                             hs_error *e) {
  const int L = s->block.L, n_x = s->m->n_x, n_y = s->m->n_y;
  hs_status status = HS_OK;
  memset(s->dx, 0, (size_t)s->block.samples * (size_t)(n_x * L) * sizeof *s->dx);
  for (int k = 0; status == HS_OK && k < s->block.samples; k++) {
    double *dx = s->dx + (size_t)k * (size_t)(n_x * L), *dyk = dy + (size_t)k * (size_t)(n_y * L);
    hs_point at = sample_point(s, k, v);
    if (s->m->output) {
      status = output_adjoint(s, k, &at, dyk, seeds.tap, dx, dv);
    } else {
      memcpy(dx, dyk, (size_t)(n_x * L) * sizeof *dx);
    }
    if (status == HS_OK && seeds.tap != 0.0 && rhs_taps_here(s)) {
      status = rhs_tap_adjoint(s, k, &at, seeds.tap, dx, dv);
    }
    if (status == HS_OK && seeds.overlap != 0.0 && s->m->physics) {
      status = overlap_adjoint(s, k, &at, seeds.overlap, dx, dv);
    }
  }
  if (status != HS_OK || !s->m->rhs) {
    return callback_status(status, e);
  }
  if (end) {
    add_ends(s, end);
  }
  status = s->back->backward(s, v, seeds.tap, dv, e);
  return callback_status(status == HS_OK ? start_adjoint(s, v, dv) : status, e);
}

/* ---- forward sensitivities ---------------------------------------------------------------------------------------------------- */

/* Initial states that are the value at[j], or the own initial state of every lane. */
static void unit_starts(const hs_solver *s, int n_direction, const int *at, double *s0) {
  const int L = s->block.L, n_x = s->m->n_x;
  for (int j = 0; j < n_direction; j++) {
    for (int i = 0; i < n_x; i++) {
      for (int b = 0; b < L; b++) {
        const int value = estimated(s, b, i);
        const bool moves = at[j] < 0 ? i == -at[j] - 1 : value >= 0 && value == at[j];
        double *start = &s0[((size_t)j * (size_t)n_x + (size_t)i) * (size_t)L + (size_t)b];
        *start = moves ? 1.0 : value >= 0 ? 0.0 : *start;
      }
    }
  }
}

static hs_status start_sensitivity(hs_solver *s, const double *v, int n_direction, const int *at, double *s0) {
  const size_t size = (size_t)(s->m->n_x * s->block.L);
  hs_status status = HS_OK;
  memset(s0, 0, (size_t)n_direction * size * sizeof *s0);
  if (!s->d->s.x0) {
    double *unit = calloc((size_t)s->m->n_v, sizeof *unit);
    if (!unit) {
      return HS_MEMORY;
    }
    hs_point start = initial_point(s, v);
    status = hs_program_forward(s->m->initial, s->block.L, &start, s->work);
    for (int j = 0; status == HS_OK && j < n_direction; j++) {
      if (at[j] >= 0) {
        const hs_direction d = {.v = unit};
        unit[at[j]] = 1.0;
        status = hs_program_jvp(s->m->initial, s->block.L, &start, s->work, &d, s->adjoint, s0 + (size_t)j * size);
        unit[at[j]] = 0.0;
      }
    }
    free(unit);
  }
  unit_starts(s, n_direction, at, s0);
  return status;
}

hs_status hs_solver_sensitivity(hs_solver *s, const double *v, int n_direction, const int *at, double *dx, hs_error *e) {
  double *s0 = hs_alloc((size_t)n_direction * (size_t)(s->m->n_x * s->block.L) * sizeof *s0);
  if (!s0) {
    return hs_fail_memory(e, "sensitivities", (double)n_direction * s->m->n_x * s->block.L * sizeof *s0);
  }
  hs_status status = start_sensitivity(s, v, n_direction, at, s0);
  if (status == HS_OK) {
    status = s->back->sensitivity(s, v, n_direction, at, s0, dx, e);
  }
  hs_free(s0);
  return callback_status(status, e);
}
