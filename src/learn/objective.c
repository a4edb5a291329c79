/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loss of a batch,
 *   L(w) = sum_k w_k (y_k - yhat_k)^2 / sum_k w_k  +  lambda R(w),
 *   R = |phi|^2                                   (l2: all network values, biases included)
 *   R = mean of the squared network outputs      (fn: Yin et al. 2021, APHYNITY, eq. 3, on the solver's grid)
 * k over all measured entries of the batch. The denominators are known before anything is solved, so each block of trajectories goes forward
 * and at once backward while its record is warm.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/learn.h"

struct hs_objective {
  const hs_model *m;
  const hs_data *d;
  hs_penalty penalty;
  double lambda;
  hs_solver *solver;
  double *v, *dy;
  double *weight;     /* (n) sum of the weights of a trajectory */
  int *order, *start; /* (n), (n + 1) */
  hs_failure failure;
  void *memory;
};

static void carve(hs_objective *f, hs_arena *a) {
  const size_t n = (size_t)f->d->s.n, lanes = (size_t)hs_padded(f->d->s.n < HS_BLOCK ? f->d->s.n : HS_BLOCK);
  HS_TAKE(a, f->v, (size_t)f->m->n_v);
  HS_TAKE(a, f->dy, (size_t)f->d->max_count * (size_t)f->m->n_y * lanes);
  HS_TAKE(a, f->weight, n);
  HS_TAKE(a, f->order, n);
  HS_TAKE(a, f->start, n + 1);
}

static void sum_weights(hs_objective *f) {
  for (int b = 0; b < f->d->s.n; b++) {
    f->weight[b] = 0.0;
    for (int k = 0; k < f->d->count[b]; k++) {
      for (int i = 0; i < f->m->n_y; i++) {
        f->weight[b] += hs_data_weight(f->d, b, k, i);
      }
    }
  }
}

hs_status hs_objective_new(hs_objective **out, const hs_model *m, const hs_data *d, const hs_options *o,
                           bool (*interrupted)(void), hs_error *e) {
  *out = NULL;
  hs_objective *f = calloc(1, sizeof *f);
  if (!f) {
    return hs_fail_memory(e, "an objective", sizeof *f);
  }
  f->m = m;
  f->d = d;
  f->penalty = (hs_penalty)o->penalty;
  f->lambda = o->lambda;
  const hs_solve_options solve = {.method = (hs_method)o->solver,
                                  .cvode_method = (hs_cvode_method)o->cvode_method,
                                  .step = o->step,
                                  .rtol = o->rtol,
                                  .atol = o->atol,
                                  .max_steps = (long)o->max_steps,
                                  .interrupted = interrupted};
  hs_status status = hs_solver_new(&f->solver, m, d, &solve, e);
  if (status != HS_OK) {
    goto done;
  }
  hs_arena arena = {0};
  carve(f, &arena);
  f->memory = hs_alloc(arena.used);
  if (!f->memory) {
    status = hs_fail_memory(e, "an objective", (double)arena.used);
    goto done;
  }
  arena = (hs_arena){.base = f->memory};
  carve(f, &arena);
  sum_weights(f);
done:
  if (status != HS_OK) {
    hs_objective_free(f);
    return status;
  }
  *out = f;
  return HS_OK;
}

void hs_objective_free(hs_objective *f) {
  if (f) {
    hs_solver_free(f->solver);
    hs_free(f->memory);
    free(f);
  }
}

/* Sum of squared residuals of the block just solved; f->dy = its derivative over `total`. */
static double residuals(hs_objective *f, double total) {
  const hs_block *block = hs_solver_block(f->solver);
  const int L = block->L, n_y = f->m->n_y;
  double sum = 0.0;
  memset(f->dy, 0, (size_t)block->samples * (size_t)(n_y * L) * sizeof *f->dy);
  for (int b = 0; b < block->n; b++) {
    const int trajectory = block->trajectory[b];
    const double *y = f->d->s.y ? f->d->s.y + (size_t)f->d->first[trajectory] * (size_t)n_y : NULL;
    for (int k = 0; k < f->d->count[trajectory]; k++) {
      for (int i = 0; i < n_y; i++) {
        const double weight = hs_data_weight(f->d, trajectory, k, i);
        if (weight > 0.0) {
          const size_t at = ((size_t)k * (size_t)n_y + (size_t)i) * (size_t)L + (size_t)b;
          const double r = block->y[at] - y[k * n_y + i];
          sum += weight * r * r;
          f->dy[at] = 2.0 * weight * r / total;
        }
      }
    }
  }
  return sum;
}

static void add_l2(const hs_objective *f, const double *w, hs_loss *loss, double *g) {
  double sum = 0.0;
  for (int i = 0; i < f->m->n_v; i++) {
    if (f->m->net[i]) {
      sum += w[i] * w[i];
      if (g) {
        g[i] += 2.0 * f->lambda * w[i];
      }
    }
  }
  loss->penalty = f->lambda * sum;
}

static void finish_gradient(const hs_objective *f, const double *w, double *g) {
  hs_model_chain(f->m, w, g);
  for (int i = 0; i < f->m->n_v; i++) {
    g[i] = f->m->fixed[i] ? 0.0 : g[i];
  }
}

hs_status hs_objective_eval(hs_objective *f, int n, const int *trajectory, const double *w, hs_loss *loss, double *g,
                            hs_error *e) {
  const bool taps = f->penalty == HS_PENALTY_FN && f->lambda > 0.0;
  const double tap_count = taps ? hs_solver_tap_count(f->solver, n, trajectory) : 0.0;
  const double tap_seed = tap_count > 0.0 ? f->lambda / tap_count : 0.0;
  double total = 0.0, sum = 0.0, tap_square = 0.0;
  hs_status status = HS_OK;
  for (int i = 0; i < n; i++) {
    total += f->weight[trajectory[i]];
  }
  if (g) {
    memset(g, 0, (size_t)f->m->n_v * sizeof *g);
  }
  hs_model_values(f->m, w, f->v);
  const int blocks = hs_solver_arrange(f->solver, n, trajectory, f->order, f->start);
  if (n && !blocks) {
    return hs_fail_memory(e, "a batch", (double)n * 16);
  }
  for (int j = 0; status == HS_OK && j < blocks; j++) {
    const int *lanes = f->order + f->start[j], count = f->start[j + 1] - f->start[j];
    status = hs_solver_forward(f->solver, count, lanes, f->v, g != NULL, taps, e);
    if (status == HS_OK) {
      sum += residuals(f, total);
      tap_square += hs_solver_block(f->solver)->tap_square;
      status = g ? hs_solver_backward(f->solver, f->v, f->dy, tap_seed, g, e) : HS_OK;
    }
  }
  if (status != HS_OK) {
    f->failure = hs_solver_block(f->solver)->failure;
    return status;
  }
  *loss = (hs_loss){.data = total > 0.0 ? sum / total : 0.0};
  if (f->penalty == HS_PENALTY_L2) {
    add_l2(f, w, loss, g);
  } else {
    loss->penalty = tap_seed * tap_square;
  }
  loss->loss = loss->data + loss->penalty;
  if (g) {
    finish_gradient(f, w, g);
  }
  return HS_OK;
}

hs_solve_counts hs_objective_counts(const hs_objective *f) {
  return hs_solver_counts(f->solver);
}

hs_failure hs_objective_failure(const hs_objective *f) {
  return f->failure;
}
