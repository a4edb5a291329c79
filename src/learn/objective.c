/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loss of a batch,
 *   L(w) = sum_k w_k ((y_k - yhat_k)/s_k)^2 / sum_k w_k  +  lambda R(w)  +  P(v) / W  +  G,
 *   R = |phi|^2                                   (l2: all network values, biases included)
 *   R = mean of the squared network outputs      (fn: Yin et al. 2021, APHYNITY, eq. 3, on the solver's grid)
 *   R = |mean over the samples of f_physics . f_network|               (orth: Takeishi & Kalousis 2023, arXiv 2210.13103)
 *   P = sum ((v_i - m_i)/spread_i)^2             over values with a prior; W = sum of the weights of the whole data set, so that L W/2 is a negative
 *                                                log posterior when w_k = 1/variance
 *   G = mean over gaps of sum_i c_i (x_i(end) - x0_i(next))^2          (multiple shooting)
 * k over all measured entries of the batch. The denominators are known before anything is solved, so each block of trajectories goes forward
 * and at once backward while its record is warm.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/learn.h"

enum { SLOTS = 16 };

typedef struct { /* what one thread works with */
  hs_solver *solver;
  double *dy, *end; /* of one block: (samples, n_y, L) dL/dy; (n_x, L) dL/dx at the ends */
} worker;

typedef struct {
  double square, tap_square, gap, overlap;
} sums;

typedef struct { /* some blocks, one after the other, and their share of the result */
  sums all;
  double *g; /* (n_v) */
  hs_status status;
  hs_error e;
} slot;

struct hs_objective {
  const hs_model *m;
  const hs_data *d;
  hs_penalty penalty;
  double lambda;
  int threads, slots;
  bool choose; /* use the threads only where the batch is worth it */
  bool keeps;  /* residuals may be kept */
  hs_pool *pool;
  worker *worker; /* (threads) */
  slot *slot;     /* (slots) */
  double work;    /* seconds that a gradient of all trajectories takes, very roughly */
  double *v;
  double *weight; /* (n) sum of the weights of a trajectory */
  double total_weight;
  double mean_square; /* of the scaled measurements, weighted */
  hs_residuals residuals;
  double *kept;       /* (n_y, N) dL/dyhat of HS_RESIDUALS_KEEP, times the batch's weight */
  double most;        /* squared residuals over weight beyond which a trajectory counts as not solved */
  int *order, *start; /* (n), (n + 1) */
  bool *failed;       /* (n) in the evaluation going on */
  double *unsolved, *unsolved_t, *unsolved_x, *unsolved_param; /* (n), (n), (n, n_x), (n, n_param) */
  void *memory;
};

typedef struct { /* denominators of one evaluation */
  double weight, tap_seed, gaps;
  double overlap; /* lambda over the number of samples of the penalty orth, or 0 */
  double sign;    /* of the mean overlap; 0 while it is not known */
} shares;

static void carve(hs_objective *f, hs_arena *a) {
  const size_t n = (size_t)f->d->s.n, lanes = (size_t)hs_most_lanes(f->m, f->d->s.n);
  HS_TAKE(a, f->v, (size_t)f->m->n_v);
  HS_TAKE(a, f->worker, (size_t)f->threads);
  HS_TAKE(a, f->slot, (size_t)f->slots);
  for (int i = 0; i < f->threads; i++) {
    double *dy, *end;
    HS_TAKE(a, dy, (size_t)f->d->max_count * (size_t)f->m->n_y * lanes);
    HS_TAKE(a, end, (size_t)f->m->n_x * lanes);
    if (a->base) {
      f->worker[i] = (worker){.dy = dy, .end = end};
    }
  }
  for (int i = 0; i < f->slots; i++) {
    double *g;
    HS_TAKE(a, g, f->slots > 1 ? (size_t)f->m->n_v : 0);
    if (a->base) {
      f->slot[i].g = g;
    }
  }
  HS_TAKE(a, f->kept, f->keeps ? (size_t)f->m->n_y * (size_t)f->d->s.n_samples : 0);
  HS_TAKE(a, f->weight, n);
  HS_TAKE(a, f->order, n);
  HS_TAKE(a, f->start, n + 1);
  HS_TAKE(a, f->failed, n);
  HS_TAKE(a, f->unsolved, n);
  HS_TAKE(a, f->unsolved_t, n);
  HS_TAKE(a, f->unsolved_x, n * (size_t)f->m->n_x);
  HS_TAKE(a, f->unsolved_param, n * (size_t)f->m->n_param);
}

static void sum_weights(hs_objective *f) {
  for (int b = 0; b < f->d->s.n; b++) {
    f->weight[b] = 0.0;
    for (int k = 0; k < f->d->count[b]; k++) {
      for (int i = 0; i < f->m->n_y; i++) {
        const double weight = hs_data_weight(f->d, b, k, i);
        if (weight > 0.0) {
          const double y = f->d->s.y[((size_t)f->d->first[b] + (size_t)k) * (size_t)f->m->n_y + (size_t)i];
          const double scaled = f->d->s.scale ? y / f->d->s.scale[i] : y;
          f->weight[b] += weight;
          f->mean_square += weight * scaled * scaled;
        }
      }
    }
    f->total_weight += f->weight[b];
  }
  f->mean_square = f->total_weight > 0.0 ? f->mean_square / f->total_weight : 0.0;
}

hs_solve_options hs_solve_options_of(const hs_options *o, bool (*interrupted)(void)) {
  return (hs_solve_options){.method = (hs_method)o->solver,
                            .cvode_method = (hs_cvode_method)o->cvode_method,
                            .step = o->step,
                            .rtol = o->rtol,
                            .atol = o->atol,
                            .max_steps = (long)o->max_steps,
                            .interrupted = interrupted};
}

/* The slots depend on the problem alone, so that the order of all sums is the same for any number of threads. */
static int count_slots(const hs_model *m, const hs_data *d) {
  const double blocks = ceil((double)d->s.n / hs_most_lanes(m, d->s.n)), room = fmax(2.0, 67108864.0 / (8.0 * m->n_v + 1.0));
  return (int)fmin(SLOTS, fmin(blocks < 2.0 ? 1.0 : blocks + 1.0, room));
}

static void plan(hs_objective *f, const hs_model *m, const hs_data *d, const hs_options *o) {
  *f = (hs_objective){.m = m,
                      .d = d,
                      .penalty = (hs_penalty)o->penalty,
                      .lambda = o->lambda,
                      .choose = o->threads == 0.0,
                      .keeps = (hs_rule)o->method == HS_RULE_FUNCTIONAL,
                      .most = INFINITY};
  f->work = hs_rough_seconds(m, d);
  f->slots = count_slots(m, d);
  f->threads = hs_thread_count(m, d, o->threads, f->slots);
}

hs_plan hs_objective_plan(const hs_model *m, const hs_data *d, const hs_options *o) {
  hs_objective f;
  hs_arena arena = {0};
  const hs_solve_options solve = hs_solve_options_of(o, NULL);
  plan(&f, m, d, o);
  carve(&f, &arena);
  const double values =
      20.0 * m->n_v * sizeof(double); /* the model's, the rule's and the optimizer's vectors, and Octave's copies of them */
  return (hs_plan){.bytes = (double)arena.used + f.threads * hs_solver_bytes(m, d, &solve) + values, .threads = f.threads};
}

static hs_status make_workers(hs_objective *f, const hs_solve_options *o, hs_error *e) {
  hs_status status = HS_OK;
  for (int i = 0; status == HS_OK && i < f->threads; i++) {
    status = hs_solver_new(&f->worker[i].solver, f->m, f->d, o, e);
  }
  return status == HS_OK ? hs_pool_new(&f->pool, f->threads, e) : status;
}

hs_status hs_objective_new(hs_objective **out, const hs_model *m, const hs_data *d, const hs_options *o,
                           bool (*interrupted)(void), hs_error *e) {
  *out = NULL;
  hs_objective *f = calloc(1, sizeof *f);
  if (!f) {
    return hs_fail_memory(e, "an objective", sizeof *f);
  }
  plan(f, m, d, o);
  const hs_solve_options solve = hs_solve_options_of(o, interrupted);
  hs_arena arena = {0};
  carve(f, &arena);
  f->memory = hs_alloc(arena.used);
  hs_status status = f->memory ? HS_OK : hs_fail_memory(e, "an objective", (double)arena.used);
  if (status == HS_OK) {
    arena = (hs_arena){.base = f->memory};
    carve(f, &arena);
    sum_weights(f);
    status = make_workers(f, &solve, e);
  }
  if (status != HS_OK) {
    hs_objective_free(f);
    return status;
  }
  *out = f;
  return HS_OK;
}

void hs_objective_free(hs_objective *f) {
  if (f) {
    hs_pool_free(f->pool);
    for (int i = 0; f->memory && i < f->threads; i++) {
      hs_solver_free(f->worker[i].solver);
    }
    hs_free(f->memory);
    free(f);
  }
}

/* Sum of squared residuals of the block just solved; w->dy = its derivative over `total`. A sum that overflows counts as not solved. */
static hs_status residuals(const hs_objective *f, worker *w, double total, double *all, hs_error *e) {
  const hs_block *block = hs_solver_block(w->solver);
  const int L = block->L, n_y = f->m->n_y;
  hs_status status = HS_OK;
  memset(w->dy, 0, (size_t)block->samples * (size_t)(n_y * L) * sizeof *w->dy);
  for (int b = 0; b < block->n; b++) {
    const int trajectory = block->trajectory[b];
    const double *y = f->d->s.y ? f->d->s.y + (size_t)f->d->first[trajectory] * (size_t)n_y : NULL;
    double sum = 0.0;
    for (int k = 0; k < f->d->count[trajectory]; k++) {
      for (int i = 0; i < n_y; i++) {
        const double weight = hs_data_weight(f->d, trajectory, k, i);
        if (weight > 0.0) {
          const size_t at = ((size_t)k * (size_t)n_y + (size_t)i) * (size_t)L + (size_t)b;
          const double scale = f->d->s.scale ? f->d->s.scale[i] : 1.0, r = (block->y[at] - y[k * n_y + i]) / scale;
          double *kept = f->kept + ((size_t)f->d->first[trajectory] + (size_t)k) * (size_t)n_y + (size_t)i;
          double slope = 2.0 * weight * r / scale;
          sum += weight * r * r;
          if (f->residuals == HS_RESIDUALS_KEEP) {
            *kept = slope;
          } else if (f->residuals == HS_RESIDUALS_KEPT) {
            slope = *kept;
          }
          w->dy[at] = slope / total;
        }
      }
    }
    if (!isfinite(sum)) {
      status = hs_solver_reject(w->solver, b, "its squared residuals overflow", e);
    } else if (sum > f->most * f->weight[trajectory]) {
      status = hs_solver_reject(w->solver, b, "its residuals are absurdly large", e);
    }
    *all += sum;
  }
  return status;
}

static int next_of(const hs_objective *f, int trajectory) {
  return f->d->s.next ? (int)f->d->s.next[trajectory] - 1 : -1;
}

/* Squared gaps between the ends of the block's trajectories and the starts of the next; w->end and g (dL/dv) take their derivative. */
static double gaps(const hs_objective *f, worker *w, const shares *q, double *g) {
  const hs_block *block = hs_solver_block(w->solver);
  const int L = block->L, n_x = f->m->n_x;
  double sum = 0.0;
  memset(w->end, 0, (size_t)(n_x * L) * sizeof *w->end);
  for (int b = 0; b < block->n; b++) {
    const int trajectory = block->trajectory[b], next = next_of(f, trajectory), last = f->d->count[trajectory] - 1;
    for (int i = 0; next >= 0 && i < n_x; i++) {
      const int at = (int)f->d->s.x0_at[(size_t)next * (size_t)n_x + (size_t)i] - 1;
      const double weight = f->d->s.gap_weight[i];
      if (weight > 0.0) {
        const double gap = block->x[((size_t)last * (size_t)n_x + (size_t)i) * (size_t)L + (size_t)b] - f->v[at];
        sum += weight * gap * gap / q->gaps;
        w->end[i * L + b] = 2.0 * weight * gap / q->gaps;
        if (g) {
          g[at] -= 2.0 * weight * gap / q->gaps;
        }
      }
    }
  }
  return sum;
}

static void add_l2(const hs_objective *f, hs_loss *loss, double *g) {
  double sum = 0.0;
  for (int i = 0; i < f->m->n_v; i++) {
    if (f->m->kind[i] == HS_WEIGHT) {
      sum += f->v[i] * f->v[i];
      if (g) {
        g[i] += 2.0 * f->lambda * f->v[i];
      }
    }
  }
  loss->penalty += f->lambda * sum;
}

static void finish_gradient(const hs_objective *f, const double *w, double *g) {
  hs_model_chain(f->m, w, g);
  for (int i = 0; i < f->m->n_v; i++) {
    g[i] = f->m->fixed[i] ? 0.0 : g[i];
  }
}

double hs_objective_weight(const hs_objective *f, int n, const int *trajectory) {
  double total = 0.0;
  for (int i = 0; i < n; i++) {
    total += f->weight[trajectory[i]];
  }
  return total;
}

static shares shares_of(hs_objective *f, int n, const int *trajectory) {
  const bool taps = f->penalty == HS_PENALTY_FN && f->lambda > 0.0;
  const double tap_count = taps ? hs_solver_tap_count(f->worker[0].solver, n, trajectory) : 0.0;
  shares q = {.weight = hs_objective_weight(f, n, trajectory), .tap_seed = tap_count > 0.0 ? f->lambda / tap_count : 0.0};
  double samples = 0.0;
  for (int i = 0; i < n; i++) {
    q.gaps += next_of(f, trajectory[i]) >= 0;
    samples += f->d->count[trajectory[i]];
  }
  q.overlap = f->penalty == HS_PENALTY_ORTH ? f->lambda / samples : 0.0;
  return q;
}

/* Remember who failed, and where the first time. */
static void note_failures(hs_objective *f, const worker *w) {
  const hs_block *block = hs_solver_block(w->solver);
  const size_t n_x = (size_t)f->m->n_x, n_p = (size_t)f->m->n_param;
  for (int j = 0; j < block->n_failed; j++) {
    const hs_failure *one = &block->failure[j];
    const size_t b = (size_t)one->trajectory;
    f->failed[b] = true;
    if (f->unsolved[b] == 0.0) {
      f->unsolved_t[b] = one->t;
      memcpy(f->unsolved_x + b * n_x, one->x, n_x * sizeof(double));
      memcpy(f->unsolved_param + b * n_p, f->v, n_p * sizeof(double));
    }
    f->unsolved[b] += 1.0;
  }
}

/* One block, forward and backward. */
static hs_status eval_block(hs_objective *f, worker *w, int n, const int *lanes, const shares *q, sums *all, double *g,
                            hs_error *e) {
  hs_status status = hs_solver_forward(w->solver, n, lanes, f->v, g != NULL, q->tap_seed > 0.0, e);
  if (status == HS_OK) {
    status = residuals(f, w, q->weight, &all->square, e);
  }
  if (status == HS_OK) {
    all->tap_square += hs_solver_block(w->solver)->tap_square;
    all->gap += q->gaps > 0.0 ? gaps(f, w, q, g) : 0.0;
  }
  if (status == HS_OK && q->overlap > 0.0 && q->sign == 0.0) {
    double overlap;
    status = hs_solver_overlap(w->solver, f->v, &overlap, e);
    all->overlap += overlap;
  }
  if (status == HS_OK && g) {
    const hs_seeds seeds = {.tap = q->tap_seed, .overlap = q->sign * q->overlap};
    status = hs_solver_backward(w->solver, f->v, w->dy, q->gaps > 0.0 ? w->end : NULL, seeds, g, e);
  }
  if (status == HS_UNSOLVED) {
    note_failures(f, w);
  }
  return status;
}

typedef struct { /* one evaluation, cut into slots of blocks */
  hs_objective *f;
  const shares *q;
  int blocks, slots;
  bool gradient, all_blocks;
} job;

/* The blocks of slot i. all_blocks: go on after a failure, forward only, so that every failure is known. */
static void run_slot(void *context, int thread, int i) {
  const job *j = context;
  hs_objective *f = j->f;
  slot *s = &f->slot[i];
  const int first = (int)((long)j->blocks * i / j->slots), end = (int)((long)j->blocks * (i + 1) / j->slots);
  for (int k = first; k < end && (s->status == HS_OK || (s->status == HS_UNSOLVED && j->all_blocks)); k++) {
    hs_error later = {0};
    const bool sound = s->status == HS_OK;
    const hs_status one = eval_block(f, &f->worker[thread], f->start[k + 1] - f->start[k], f->order + f->start[k], j->q, &s->all,
                                     sound && j->gradient ? s->g : NULL, sound ? &s->e : &later);
    if (one != HS_OK && one != HS_UNSOLVED && !sound) {
      s->e = later;
    }
    s->status = one == HS_OK ? s->status : one;
  }
}

/* The first failure, the worst kind first: a failure that is none of a trajectory ends everything. */
static hs_status first_failure(const hs_objective *f, int slots, hs_error *e) {
  const slot *found = NULL;
  for (int i = 0; i < slots; i++) {
    const slot *s = &f->slot[i];
    if (s->status != HS_OK && (!found || (found->status == HS_UNSOLVED && s->status != HS_UNSOLVED))) {
      found = s;
    }
  }
  if (found && e) {
    *e = found->e;
  }
  return found ? found->status : HS_OK;
}

static hs_status eval_blocks(hs_objective *f, int n, const int *trajectory, const shares *q, sums *all, double *g,
                             bool all_blocks, hs_error *e) {
  const int blocks = hs_solver_arrange(f->worker[0].solver, n, trajectory, f->order, f->start);
  job j = {
      .f = f, .q = q, .blocks = blocks, .slots = blocks < f->slots ? blocks : f->slots, .gradient = g, .all_blocks = all_blocks};
  double *kept = f->slot[0].g;
  f->slot[0].g = g; /* the first slot writes in place */
  for (int i = 0; i < j.slots; i++) {
    slot *s = &f->slot[i];
    *s = (slot){.g = s->g};
    if (g && i) {
      memset(s->g, 0, (size_t)f->m->n_v * sizeof *s->g);
    }
  }
  if (f->choose && f->work * n < HS_WORTH_THREADS * f->d->s.n) {
    for (int i = 0; i < j.slots; i++) {
      run_slot(&j, 0, i);
    }
  } else {
    hs_pool_run(f->pool, j.slots, run_slot, &j);
  }
  for (int i = 0; i < j.slots; i++) {
    const slot *s = &f->slot[i];
    all->square += s->all.square;
    all->tap_square += s->all.tap_square;
    all->gap += s->all.gap;
    all->overlap += s->all.overlap;
    for (int k = 0; g && i && k < f->m->n_v; k++) {
      g[k] += s->g[k];
    }
  }
  f->slot[0].g = kept;
  return first_failure(f, j.slots, e);
}

static double sign_of(double x) {
  return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
}

static hs_status evaluate(hs_objective *f, int n, const int *trajectory, const double *w, hs_loss *loss, double *g,
                          bool all_blocks, hs_error *e) {
  shares q = shares_of(f, n, trajectory);
  sums all = {0}, before = {0};
  if (g) {
    memset(g, 0, (size_t)f->m->n_v * sizeof *g);
  }
  hs_model_values(f->m, w, f->v);
  hs_status status = HS_OK;
  if (g && q.overlap > 0.0) { /* the adjoint needs the sign of the whole mean: once forward before */
    status = eval_blocks(f, n, trajectory, &q, &before, NULL, all_blocks, e);
    q.sign = sign_of(before.overlap);
    q.overlap = q.sign == 0.0 ? 0.0 : q.overlap;
  }
  if (status == HS_OK) {
    status = eval_blocks(f, n, trajectory, &q, &all, g, all_blocks, e);
  }
  if (status != HS_OK) {
    return status;
  }
  *loss = (hs_loss){.data = q.weight > 0.0 ? all.square / q.weight : 0.0};
  if (f->total_weight > 0.0) {
    loss->penalty = hs_model_prior(f->m, f->v, 1.0 / f->total_weight, g) / f->total_weight;
  }
  if (f->penalty == HS_PENALTY_L2) {
    add_l2(f, loss, g);
  }
  if (g) {
    finish_gradient(f, w, g);
  }
  loss->penalty += q.tap_seed * all.tap_square + all.gap + q.overlap * fabs(before.overlap + all.overlap);
  loss->loss = loss->data + loss->penalty;
  return HS_OK;
}

hs_status hs_objective_eval(hs_objective *f, int n, const int *trajectory, const double *w, hs_loss *loss, double *g,
                            hs_error *e) {
  return evaluate(f, n, trajectory, w, loss, g, false, e);
}

/* Move those that failed to the end, keeping the order; returns how many are left. */
static int sort_out(hs_objective *f, int n, int *trajectory) {
  int left = 0;
  for (int i = 0; i < n; i++) {
    if (!f->failed[trajectory[i]]) {
      f->order[left] = trajectory[i];
      left++;
    }
  }
  for (int i = 0, last = left; i < n; i++) {
    if (f->failed[trajectory[i]]) {
      f->order[last++] = trajectory[i];
    }
  }
  memcpy(trajectory, f->order, (size_t)n * sizeof *trajectory);
  return left;
}

hs_status hs_objective_eval_solvable(hs_objective *f, int n, int *trajectory, const double *w, hs_loss *loss, double *g,
                                     int *failed, hs_error *e) {
  int left = n;
  hs_error first = {0};
  memset(f->failed, 0, (size_t)f->d->s.n * sizeof *f->failed);
  hs_status status = evaluate(f, left, trajectory, w, loss, g, true, e);
  while (status == HS_UNSOLVED) { /* at least one fewer each time */
    first = first.status == HS_OK ? *e : first;
    left = sort_out(f, left, trajectory);
    *e = (hs_error){0};
    if (left == 0) {
      *e = first;
      break;
    }
    status = evaluate(f, left, trajectory, w, loss, g, true, e);
  }
  *failed = n - left;
  return status;
}

int hs_objective_rows(const hs_objective *f, int trajectory) {
  int rows = 0;
  for (int k = 0; k < f->d->count[trajectory]; k++) {
    for (int i = 0; i < f->m->n_y; i++) {
      rows += hs_data_weight(f->d, trajectory, k, i) > 0.0;
    }
  }
  return rows;
}

/* g (n_v) = d(slope * output i of sample k)/dv of the trajectory that was solved alone. */
static hs_status jacobian_row(hs_objective *f, worker *w, size_t at, double slope, double *g, hs_error *e) {
  const hs_block *block = hs_solver_block(w->solver);
  memset(w->dy, 0, (size_t)block->samples * (size_t)(f->m->n_y * block->L) * sizeof *w->dy);
  memset(g, 0, (size_t)f->m->n_v * sizeof *g);
  w->dy[at] = slope;
  const hs_status status = hs_solver_backward(w->solver, f->v, w->dy, NULL, (hs_seeds){0}, g, e);
  for (int i = 0; i < f->m->n_v; i++) {
    g[i] = f->m->fixed[i] ? 0.0 : g[i];
  }
  return status;
}

hs_status hs_objective_jacobian(hs_objective *f, int trajectory, const double *w, double *r, double *jt, hs_error *e) {
  worker *alone = &f->worker[0];
  const int n_y = f->m->n_y;
  hs_model_values(f->m, w, f->v);
  hs_status status = hs_solver_forward(alone->solver, 1, &trajectory, f->v, jt != NULL, false, e);
  const hs_block *block = hs_solver_block(alone->solver);
  size_t row = 0;
  for (int k = 0; k < f->d->count[trajectory]; k++) {
    for (int i = 0; status == HS_OK && i < n_y; i++) {
      const double weight = hs_data_weight(f->d, trajectory, k, i);
      if (weight > 0.0) {
        const size_t at = ((size_t)k * (size_t)n_y + (size_t)i) * (size_t)block->L;
        const double slope = sqrt(weight) / (f->d->s.scale ? f->d->s.scale[i] : 1.0);
        r[row] = slope * (block->y[at] - f->d->s.y[((size_t)f->d->first[trajectory] + (size_t)k) * (size_t)n_y + (size_t)i]);
        status = jt ? jacobian_row(f, alone, at, slope, jt + row * (size_t)f->m->n_v, e) : HS_OK;
        row++;
      }
    }
  }
  return status;
}

void hs_objective_residuals(hs_objective *f, hs_residuals how) {
  f->residuals = how;
}

void hs_objective_limit(hs_objective *f, double most) {
  f->most = most;
}

double hs_objective_mean_square(const hs_objective *f) {
  return f->mean_square;
}

hs_solve_counts hs_objective_counts(const hs_objective *f) {
  hs_solve_counts all = {0};
  for (int i = 0; i < f->threads; i++) {
    const hs_solve_counts one = hs_solver_counts(f->worker[i].solver);
    hs_solve_counts_add(&all, &one);
  }
  return all;
}

hs_unsolved hs_objective_unsolved(const hs_objective *f, int trajectory) {
  const size_t b = (size_t)trajectory;
  return (hs_unsolved){.count = f->unsolved[b],
                       .t = f->unsolved_t[b],
                       .x = f->unsolved_x + b * (size_t)f->m->n_x,
                       .param = f->unsolved_param + b * (size_t)f->m->n_param};
}
