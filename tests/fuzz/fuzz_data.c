/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any data set at the door, for one of four models: it is refused in words, or the loss, its gradient and the forward sensitivities by any solver
 * stay inside their memory and give the same bits twice. Input: model, step and solver, penalty, interpolation, which arrays are there (two bytes),
 * trajectories, samples, then the arrays in the order of hs_data_spec, then the values.
 */
#include "bytes.h"
#include "learn/learn.h"
#include "testing_model.h"

enum { MOST_ROWS = 6, MOST_SAMPLES = 24, MODELS = 4, MOST_VALUES = N_V + 4 };

typedef struct {
  pendulum s;
  builder first;
  hs_graph initial, output;
  double kind[MOST_VALUES], lower[MOST_VALUES], upper[MOST_VALUES], fixed[MOST_VALUES], mean[MOST_VALUES], spread[MOST_VALUES];
} fixture;

/* 0: as it is; 1: with an input; 2: with an initial function of two features, its second value used twice; 3: no differential equation. */
static hs_model *model_of(fixture *f, int number) {
  hs_model *m = NULL;
  hs_error e;
  pendulum_new(&f->s, true, number == 1);
  hs_model_spec spec = f->s.model;
  builder *g = &f->first;
  if (number == 2) {
    const int parts[] = {leaf(g, HS_OP_feature, 1, 1, 1), leaf(g, HS_OP_param, 1, 1, 1)};
    f->initial = graph_of(g, put(g, HS_OP_concat, 2, 1, 2, parts, 0, NULL));
    spec.initial = &f->initial;
    spec.sizes.z = 2;
  }
  if (number == 3) {
    const int a = leaf(g, HS_OP_input, 1, 1, 1), parts[] = {a, two(g, HS_OP_div, 1, 1, leaf(g, HS_OP_param, 1, 1, 1), a)};
    f->output = graph_of(g, put(g, HS_OP_concat, 2, 1, 2, parts, 0, NULL));
    spec.rhs = NULL;
    spec.output = &f->output;
    spec.sizes.x = 0;
    spec.sizes.u = 1;
  }
  for (int i = 0; i < MOST_VALUES; i++) { /* the last four belong to single trajectories; some have priors and bounds */
    f->kind[i] = i >= N_V ? HS_LOCAL : i > 0;
    f->lower[i] = i == 2 ? -1 : -INFINITY;
    f->upper[i] = i == 2 || i == N_V ? 1 : INFINITY;
    f->fixed[i] = i == 3;
    f->spread[i] = i % 5 == 0 ? 0.5 : INFINITY;
  }
  spec.sizes.v = MOST_VALUES;
  spec.kind = f->kind;
  spec.lower = f->lower;
  spec.upper = f->upper;
  spec.fixed = f->fixed;
  spec.prior_mean = f->mean;
  spec.prior_spread = f->spread;
  require(hs_model_new(&m, &spec, &e) == HS_OK);
  return m;
}

static const double *maybe(bytes *in, bool there, int n, int rows) {
  return there ? numbers(in, (size_t)n * (size_t)rows) : NULL;
}

static hs_data_spec read_data(bytes *in, const hs_model *m) {
  hs_data_spec d = {.interpolation = (hs_interpolation)(byte(in) % 3)};
  const int there = byte(in), more = byte(in);
  d.n = byte(in) % (MOST_ROWS + 1);
  d.n_samples = byte(in) % (MOST_SAMPLES + 1);
  d.count = numbers(in, (size_t)d.n);
  d.t = numbers(in, (size_t)d.n_samples);
  d.y = maybe(in, there & 1, d.n_samples, m->n_y);
  d.weight = maybe(in, there & 2, d.n_samples, m->n_y);
  d.x0 = maybe(in, there & 4, d.n, m->n_x);
  d.x0_at = maybe(in, there & 8, d.n, m->n_x);
  d.scale = maybe(in, there & 16, 1, m->n_y);
  d.next = maybe(in, there & 32, 1, d.n);
  d.gap_weight = maybe(in, there & 64, 1, m->n_x);
  d.skip_first = maybe(in, there & 128, 1, d.n);
  d.u = maybe(in, more & 1, d.n_samples, m->n_u);
  d.z = maybe(in, more & 2, d.n, m->n_z);
  return d;
}

static void data_free(const hs_data_spec *d) {
  const double *all[] = {d->count, d->t,    d->y,          d->weight,     d->x0, d->x0_at,
                         d->scale, d->next, d->gap_weight, d->skip_first, d->u,  d->z};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    free((double *)all[i]);
  }
}

static hs_options options_of(bytes *in) {
  static const double steps[] = {0, 0.1, 1, 1e-3, INFINITY, 5e-324};
  hs_options o = {0};
  for (int i = 0; i < hs_option_count; i++) {
    if (hs_option_table[i].kind == HS_OPTION_NUMBER) {
      *(double *)((char *)&o + hs_option_table[i].offset) = hs_option_table[i].value;
    }
  }
  const int how = byte(in);
  o.step = steps[how % 6];
  o.solver = how / 6 % 4;
  o.max_steps = 40;
  o.penalty = byte(in) % 3;
  o.lambda = 0.1;
  return o;
}

typedef struct {
  hs_status status;
  int failed;
  hs_loss loss;
  double g[MOST_VALUES];
} outcome;

static outcome evaluate(const hs_model *m, const hs_data *d, const hs_options *o, const double *w) {
  hs_objective *f = NULL;
  hs_error e = {0};
  int list[MOST_ROWS];
  outcome a = {.status = hs_objective_new(&f, m, d, o, NULL, &e)};
  if (a.status != HS_OK) {
    require(!f);
    require_refusal(a.status, &e);
    return a;
  }
  for (int b = 0; b < d->s.n; b++) {
    list[b] = b;
  }
  a.status = hs_objective_eval_solvable(f, d->s.n, list, w, &a.loss, a.g, &a.failed, &e);
  require(a.status == HS_OK || (a.status == HS_UNSOLVED && a.failed == d->s.n && e.text[0]));
  for (int b = 0; b < d->s.n; b++) {
    const hs_unsolved u = hs_objective_unsolved(f, b);
    require(u.count == 0.0 || (u.t == u.t && u.x && u.param));
  }
  require(a.status != HS_OK || isfinite(a.loss.data));
  hs_objective_free(f);
  return a;
}

static void sensitivities(const hs_model *m, const hs_data *d, const hs_options *o, const double *v) {
  const hs_solve_options solve = {
      .method = (hs_method)o->solver, .step = o->step, .rtol = o->rtol, .atol = o->atol, .max_steps = (long)o->max_steps};
  const int at[] = {0, N_V, -1};
  int all[MOST_ROWS], order[MOST_ROWS], start[MOST_ROWS + 1];
  hs_solver *solver = NULL;
  hs_error e;
  for (int b = 0; b < d->s.n; b++) {
    all[b] = b;
  }
  double *dx = heap(3 * (size_t)d->max_count * (size_t)m->n_x * (size_t)hs_most_lanes(m, d->s.n) + 1, sizeof *dx);
  const int blocks = hs_solver_new(&solver, m, d, &solve, &e) == HS_OK ? hs_solver_arrange(solver, d->s.n, all, order, start) : 0;
  for (int j = 0; j < blocks; j++) {
    if (hs_solver_forward(solver, start[j + 1] - start[j], order + start[j], v, true, false, &e) == HS_OK && m->rhs) {
      hs_solver_sensitivity(solver, v, 3, at, dx, &e);
    }
  }
  hs_solver_free(solver);
  free(dx);
}

static bool same(double a, double b) {
  return a == b || (isnan(a) && isnan(b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes_in, size_t size) {
  static fixture models[MODELS];
  static hs_model *model[MODELS];
  bytes in = {bytes_in, size};
  const int number = byte(&in) % MODELS;
  if (!model[number]) {
    model[number] = model_of(&models[number], number);
  }
  const hs_model *m = model[number];
  const hs_options o = options_of(&in);
  const hs_data_spec spec = read_data(&in, m);
  hs_data *d = NULL;
  hs_error e = {0};
  const hs_status status = hs_data_new(&d, &spec, m, &e);
  if (status != HS_OK) {
    require(!d);
    require_refusal(status, &e);
  } else {
    double *w = numbers(&in, MOST_VALUES), v[MOST_VALUES];
    const outcome a = evaluate(m, d, &o, w), b = evaluate(m, d, &o, w);
    require(a.status == b.status && a.failed == b.failed && same(a.loss.loss, b.loss.loss));
    for (int i = 0; a.status == HS_OK && i < MOST_VALUES; i++) {
      require(same(a.g[i], b.g[i]));
    }
    hs_model_values(m, w, v);
    sensitivities(m, d, &o, v);
    free(w);
  }
  hs_data_free(d);
  data_free(&spec);
  return 0;
}
