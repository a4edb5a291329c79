/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The training loop, in slices of time. Everything that the next step depends on is in hs_train_state and the options: permutations are
 * functions of (seed, epoch), so a run that is cut into other slices, or stopped and resumed, gives the same numbers.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/learn.h"

typedef struct {
  const hs_train_problem *p;
  hs_train_state *s;
  hs_objective *f, *validation;
  hs_rule_work work;
  double *d;
  int *permutation, *all;
  int batch, batches;
  long epoch; /* of `permutation`; -1: none yet */
  void *memory;
} trainer;

static void carve(trainer *t, hs_arena *a) {
  const size_t n_v = (size_t)t->p->model->n_v;
  HS_TAKE(a, t->d, n_v);
  HS_TAKE(a, t->work.perturbed, n_v);
  HS_TAKE(a, t->work.plain, n_v);
  HS_TAKE(a, t->work.gradient, n_v);
  HS_TAKE(a, t->work.sum, n_v);
  HS_TAKE(a, t->work.trajectory, (size_t)t->p->data->s.n);
  HS_TAKE(a, t->permutation, (size_t)t->p->data->s.n);
  HS_TAKE(a, t->all, t->p->validation ? (size_t)t->p->validation->s.n : 0);
  HS_TAKE(a, t->work.held, t->p->validation ? (size_t)t->p->validation->s.n : 0);
}

static void trainer_release(trainer *t) {
  hs_objective_free(t->f);
  hs_objective_free(t->validation);
  hs_free(t->memory);
}

static hs_status trainer_prepare(trainer *t, hs_error *e) {
  const hs_train_problem *p = t->p;
  const int n = p->data->s.n;
  hs_status status = hs_objective_new(&t->f, p->model, p->data, p->options, p->interrupted, e);
  if (status == HS_OK && p->validation) {
    status = hs_objective_new(&t->validation, p->model, p->validation, p->options, p->interrupted, e);
  }
  if (status != HS_OK) {
    return status;
  }
  hs_arena arena = {0};
  carve(t, &arena);
  t->memory = hs_alloc(arena.used);
  if (!t->memory) {
    return hs_fail_memory(e, "a training run", (double)arena.used);
  }
  arena = (hs_arena){.base = t->memory};
  carve(t, &arena);
  t->work.n = p->model->n_v;
  t->work.memory = t->s->memory;
  t->work.steps = &t->s->rule_steps;
  t->work.held_out = t->validation;
  t->work.n_held = p->validation ? p->validation->s.n : 0;
  t->batch = p->options->batch < n ? (int)p->options->batch : n;
  t->batches = (n + t->batch - 1) / t->batch;
  t->epoch = -1;
  for (int b = 0; p->validation && b < p->validation->s.n; b++) {
    t->all[b] = b;
  }
  return HS_OK;
}

/* Permutations draw from streams of their own, apart from those of start values (numbered by the first weight). */
static const uint64_t PERMUTATIONS = (uint64_t)1 << 32;

static const int *next_batch(trainer *t, long iteration, int *size) {
  const int n = t->p->data->s.n, j = (int)(iteration % t->batches);
  const long epoch = iteration / t->batches;
  if (epoch != t->epoch) {
    t->epoch = epoch;
    if (t->p->options->shuffle != 0.0 && t->batches > 1) {
      hs_random_permutation((uint64_t)t->p->options->seed, PERMUTATIONS + (uint64_t)epoch, n, t->permutation);
    } else {
      for (int i = 0; i < n; i++) {
        t->permutation[i] = i;
      }
    }
  }
  const int first = j * t->batch;
  *size = first + t->batch < n ? t->batch : n - first;
  return t->permutation + first;
}

static double norm_of(const double *d, int n) {
  double sum = 0.0;
  for (int i = 0; i < n; i++) {
    sum += d[i] * d[i];
  }
  return sqrt(sum);
}

static void clip(double *d, int n, double norm, double most) {
  for (int i = 0; norm > most && i < n; i++) {
    d[i] *= most / norm;
  }
}

static void keep_best(trainer *t, double value, const double *w) {
  hs_train_state *s = t->s;
  if (value < s->best_value) {
    s->best_value = value;
    s->best_iteration = s->iteration;
    memcpy(s->best, w, (size_t)t->p->model->n_v * sizeof *w);
  }
}

static hs_status validate(trainer *t, double *value, hs_error *e) {
  const hs_options *o = t->p->options;
  hs_loss loss;
  *value = NAN;
  const bool due =
      fmod(t->s->iteration, o->validate_every) == 0.0; /* not at the last: a resumed run must not see where it ended */
  if (!t->validation || !due) {
    return HS_OK;
  }
  hs_status status = hs_objective_eval(t->validation, t->p->validation->s.n, t->all, t->s->w, &loss, NULL, e);
  if (status == HS_UNSOLVED) { /* the step is taken: a validation that cannot be solved is the worst there is, not an end */
    *value = INFINITY;
    return HS_OK;
  }
  if (status == HS_OK) {
    *value = loss.data;
    keep_best(t, loss.data, t->s->w);
  }
  return status;
}

/* Nothing of this batch could be solved: go on with the next one; when none of an epoch could, halve the last step. */
static hs_status reject(trainer *t, hs_train_row *row, hs_status why, hs_error *e) {
  hs_train_state *s = t->s;
  const size_t n_v = (size_t)t->p->model->n_v;
  s->rejected += 1.0;
  if (s->rejected < t->batches) {
    s->iteration += 1.0;
    row->iteration = s->iteration;
    row->loss = row->loss_perturbed = row->penalty = row->gradient_norm = row->validation = NAN;
    t->p->log(t->p->context, row);
    return HS_OK;
  }
  if (s->halvings >= HS_HALVINGS || !memcmp(s->w, s->previous, n_v * sizeof *s->w)) {
    memcpy(s->w, s->previous, n_v * sizeof *s->w);
    return why;
  }
  for (size_t i = 0; i < n_v; i++) {
    s->w[i] = s->previous[i] + 0.5 * (s->w[i] - s->previous[i]);
  }
  s->rejected = 0.0;
  s->halvings += 1.0;
  *e = (hs_error){0};
  return HS_OK;
}

/* One optimizer step. */
static hs_status step(trainer *t, hs_error *e) {
  const hs_train_problem *p = t->p;
  hs_train_state *s = t->s;
  const int n_v = p->model->n_v;
  hs_rule_result r;
  hs_train_row row = {.w = s->w};
  int size;
  const int *batch = next_batch(t, (long)s->iteration, &size);
  hs_status status = hs_rule_gradient(t->f, p->options, p->mask, size, batch, s->w, &t->work, t->d, &r, e);
  if (status == HS_OK) {
    row.loss = r.at.loss;
    row.loss_perturbed = r.perturbed.loss;
    row.penalty = r.at.penalty;
    row.gradient_norm = norm_of(t->d, n_v);
    if (!isfinite(row.loss) || !isfinite(row.gradient_norm)) {
      status = hs_fail(e, HS_NONFINITE, "train:nonfinite", "at iteration %.0f the loss is %g and the gradient's norm %g",
                       s->iteration + 1, row.loss, row.gradient_norm);
    }
  }
  if (status == HS_UNSOLVED || status == HS_NONFINITE) {
    return reject(t, &row, status, e);
  }
  if (status != HS_OK) {
    return status;
  }
  if (!t->validation && t->batches == 1) { /* losses of different batches do not compare */
    keep_best(t, row.loss, s->w);
  }
  clip(t->d, n_v, row.gradient_norm, p->options->clip);
  memcpy(s->previous, s->w, (size_t)n_v * sizeof *s->w);
  s->rejected = s->halvings = 0.0;
  hs_optimizer_step(p->options, p->model, (long)s->iteration + 1, t->d, s->w, s->first, s->second);
  s->iteration += 1.0;
  row.iteration = s->iteration;
  status = validate(t, &row.validation, e);
  p->log(p->context, &row);
  return status;
}

static hs_status reason_to_stop(const trainer *t, hs_error *e) {
  const hs_options *o = t->p->options;
  if (t->s->iteration >= o->iterations) {
    return hs_fail(e, HS_CONVERGED, "train:done", "all %.0f iterations done", o->iterations);
  }
  if (t->validation && isfinite(t->s->best_value) && t->s->iteration - t->s->best_iteration >= o->patience) {
    return hs_fail(e, HS_PATIENCE, "train:patience", "no better validation error for %.0f iterations", o->patience);
  }
  return HS_RUNNING;
}

hs_status hs_train(const hs_train_problem *p, hs_train_state *s, double seconds, hs_error *e) {
  trainer t = {.p = p, .s = s};
  const double end = hs_seconds() + seconds;
  hs_status status = trainer_prepare(&t, e);
  if (status == HS_OK) {
    status = reason_to_stop(&t, e);
  }
  while (status == HS_RUNNING) {
    status = step(&t, e);
    if (status == HS_OK) {
      status = reason_to_stop(&t, e);
    }
    if (status == HS_RUNNING && (hs_seconds() >= end || s->iteration >= p->options->until)) {
      break;
    }
  }
  for (int b = 0; t.f && b < p->data->s.n; b++) {
    const hs_unsolved u = hs_objective_unsolved(t.f, b);
    if (u.count > 0.0) {
      p->unsolved(p->context, b, &u);
    }
  }
  if (t.f && p->counts) {
    const hs_solve_counts counts = hs_objective_counts(t.f);
    hs_solve_counts_add(p->counts, &counts);
  }
  trainer_release(&t);
  return status;
}
