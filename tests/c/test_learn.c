/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The objective against differences, slices of a training run, failing allocations. The optimizers' numbers are checked against golden
 * trajectories in tests/octave/golden.tst.
 */
#include "failing_alloc.h"
#include "learn/learn.h"
#include "testing_model.h"

static pendulum s;

static hs_options defaults(void) {
  hs_options o = hs_options_default();
  o.solver = 0;
  o.step = 0.1;
  o.rho = 0.05;
  o.agnostic_rho2 = 0.025;
  o.learning_rate_params = 1e-2;
  o.learning_rate_nets = 3e-3;
  return o;
}

static void option_table_is_sound(void **state) {
  (void)state;
  hs_options o = hs_options_default();
  hs_error e;
  assert_int_equal(hs_options_check(&o, &e), HS_OK);
  assert_int_equal((int)o.solver, 1); /* rk4|cvode|..., default cvode */
  assert_int_equal((int)o.method, 0);
  assert_true(o.rtol == 1e-6 && isinf(o.until));
  for (int i = 0; i < hs_option_count; i++) {
    for (int j = 0; j < i; j++) {
      assert_string_not_equal(hs_option_table[i].name, hs_option_table[j].name);
    }
    assert_true(hs_option_table[i].kind == HS_OPTION_INTERNAL || strlen(hs_option_table[i].meaning) > 10);
  }
  o.iterations = 1.5;
  assert_int_equal(hs_options_check(&o, &e), HS_INVALID);
  o = defaults();
  o.method = 17;
  assert_int_equal(hs_options_check(&o, &e), HS_INVALID);
  o = defaults();
  o.rtol = NAN;
  assert_int_equal(hs_options_check(&o, &e), HS_INVALID);
}

static void objective_gradient(void **state) {
  (void)state;
  for (int penalty = HS_PENALTY_NONE; penalty <= HS_PENALTY_ORTH; penalty++) {
    hs_model *m;
    hs_data *d;
    hs_objective *f;
    hs_error e = {0};
    hs_loss loss;
    hs_options o = defaults();
    double w[N_V], g[N_V], values[4];
    const int batch[] = {4, 1, 2};
    pendulum_new(&s, false, false);
    s.lower[0] = 0;
    s.fixed[1] = 1;
    o.penalty = penalty;
    o.lambda = 0.2;
    hs_model_new(&m, &s.model, NULL);
    hs_data_new(&d, &s.data, m, NULL);
    assert_int_equal(hs_objective_new(&f, m, d, &o, NULL, &e), HS_OK);
    hs_model_trainables(m, s.v, w, NULL);
    assert_int_equal(hs_objective_eval(f, 3, batch, w, &loss, g, &e), HS_OK);
    assert_true(fabs(loss.loss - loss.data - loss.penalty) < 1e-15 && (loss.penalty > 0) == (penalty > 0));
    for (int i = 0; i < N_V; i++) {
      const double kept = w[i], h = 1e-3, steps[] = {h, -h, 2 * h, -2 * h};
      for (int j = 0; j < 4; j++) {
        w[i] = kept + steps[j];
        hs_objective_eval(f, 3, batch, w, &loss, NULL, &e);
        values[j] = loss.loss;
      }
      w[i] = kept;
      const double slope = (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * h);
      assert_true(i == 1 ? g[i] == 0 : fabs(slope - g[i]) < 1e-9);
    }
    hs_objective_free(f);
    hs_data_free(d);
    hs_model_free(m);
  }
}

/* 2 J^T r / sum of the weights is the gradient of the squared errors, and r^T r is their sum; by every solver, one forward solution for all rows. */
static void jacobian_and_gradient(void **state) {
  (void)state;
  for (int solver = 0; solver < 4; solver++) {
    hs_model *m;
    hs_data *d;
    hs_objective *f;
    hs_error e = {0};
    hs_loss loss;
    hs_options o = defaults();
    double w[N_V], g[N_V], sum[N_V] = {0}, r[2 * MOST], jt[2 * MOST * N_V], squares = 0, total = 0;
    int all[N_TRAJECTORIES];
    pendulum_new(&s, false, false);
    s.lower[0] = 0;
    s.fixed[1] = 1;
    o.solver = solver;
    o.rtol = 1e-10;
    o.atol = 1e-12;
    hs_model_new(&m, &s.model, NULL);
    hs_data_new(&d, &s.data, m, NULL);
    assert_int_equal(hs_objective_new(&f, m, d, &o, NULL, &e), HS_OK);
    hs_model_trainables(m, s.v, w, NULL);
    for (int b = 0; b < N_TRAJECTORIES; b++) {
      const int rows = hs_objective_rows(f, b);
      all[b] = b;
      assert_true(rows > 0 && rows <= 2 * MOST);
      assert_int_equal(hs_objective_jacobian(f, b, w, r, jt, &e), HS_OK);
      for (int k = 0; k < rows; k++) {
        squares += r[k] * r[k];
        for (int i = 0; i < N_V; i++) {
          sum[i] += 2 * r[k] * jt[k * N_V + i];
        }
      }
      assert_int_equal(hs_objective_jacobian(f, b, w, r, NULL, &e), HS_OK);
    }
    assert_int_equal(hs_objective_eval(f, N_TRAJECTORIES, all, w, &loss, g, &e), HS_OK);
    total = hs_objective_weight(f, N_TRAJECTORIES, all);
    hs_model_chain(m, w, sum);
    assert_true(fabs(squares / total - loss.data) < 1e-8 * loss.data);
    for (int i = 0; i < N_V; i++) {
      assert_true(fabs(sum[i] / total - g[i]) < (solver == HS_RK4 ? 1e-13 : 1e-7));
    }
    hs_objective_free(f);
    hs_data_free(d);
    hs_model_free(m);
  }
}

/* Estimated initial states (with bounds and priors), scales, gaps between trajectories that go on: 18 values, the last four are states. */
static void local_values_gradient(void **state) {
  (void)state;
  enum { N = N_V + 4 };
  double v[N], w[N], g[N], lower[N], upper[N], kind[N], fixed[N] = {0}, mean[N] = {0}, spread[N], on_log[N] = {0}, values[4];
  double x0_at[2 * N_TRAJECTORIES] = {0}, next[N_TRAJECTORIES] = {0}, scale[2] = {0.5, 3}, gap_weight[2] = {2, 0.7};
  const int batch[] = {4, 1, 2};
  hs_options o = defaults();
  hs_model *m;
  hs_data *d;
  hs_objective *f;
  hs_error e = {0};
  hs_loss loss;
  pendulum_new(&s, false, false);
  for (int i = 0; i < N; i++) {
    const bool local = i >= N_V;
    v[i] = local ? 0.3 * (i - N_V) + 0.2 : s.v[i];
    lower[i] = i == 0 || i == N - 1 ? 0 : -INFINITY;
    upper[i] = INFINITY;
    kind[i] = local ? HS_LOCAL : s.kind[i];
    mean[i] = 0.1 * i;
    spread[i] = i == 0 || i == 5 || i == N - 1 ? 0.5 : INFINITY;
  }
  on_log[0] = 1;
  fixed[N_V + 1] = 1;
  for (int j = 0; j < 4; j++) { /* trajectories 1 and 3 (from 0) start from values, 1 and 2 go on in 3 and 1 */
    x0_at[2 * (j < 2 ? 1 : 3) + j % 2] = N_V + j + 1;
  }
  next[1] = 4;
  next[2] = 2;
  s.model.sizes.v = N;
  s.model.lower = lower;
  s.model.upper = upper;
  s.model.kind = kind;
  s.model.fixed = fixed;
  s.model.prior_mean = mean;
  s.model.prior_spread = spread;
  s.model.prior_log = on_log;
  s.data.x0_at = x0_at;
  s.data.next = next;
  s.data.scale = scale;
  s.data.gap_weight = gap_weight;
  assert_int_equal(hs_model_new(&m, &s.model, &e), HS_OK);
  assert_int_equal(hs_data_new(&d, &s.data, m, &e), HS_OK);
  assert_int_equal(hs_objective_new(&f, m, d, &o, NULL, &e), HS_OK);
  hs_model_trainables(m, v, w, NULL);
  assert_int_equal(hs_objective_eval(f, 3, batch, w, &loss, g, &e), HS_OK);
  assert_true(loss.penalty > 0.0);
  for (int i = 0; i < N; i++) {
    const double kept = w[i], h = 1e-3, steps[] = {h, -h, 2 * h, -2 * h};
    for (int j = 0; j < 4; j++) {
      w[i] = kept + steps[j];
      hs_objective_eval(f, 3, batch, w, &loss, NULL, &e);
      values[j] = loss.loss;
    }
    w[i] = kept;
    const double slope = (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * h);
    assert_true(fixed[i] != 0 ? g[i] == 0 : fabs(slope - g[i]) < 1e-9 * fmax(1, fabs(slope)));
    assert_true(i < N_V || fixed[i] != 0 || fabs(g[i]) > 1e-3);
  }
  hs_objective_free(f);
  hs_data_free(d);
  next[1] = 9;
  assert_int_equal(hs_data_new(&d, &s.data, m, &e), HS_INVALID);
  next[1] = 1; /* trajectory 0 is not estimated */
  assert_int_equal(hs_data_new(&d, &s.data, m, &e), HS_INVALID);
  next[1] = 4;
  x0_at[2] = 3; /* a weight */
  assert_int_equal(hs_data_new(&d, &s.data, m, &e), HS_INVALID);
  x0_at[2] = N_V + 1;
  scale[1] = 0;
  assert_int_equal(hs_data_new(&d, &s.data, m, &e), HS_INVALID);
  hs_model_free(m);
  kind[N_V] = HS_PARAM;
  assert_int_equal(hs_model_new(&m, &s.model, &e), HS_INVALID);
  kind[N_V] = HS_LOCAL;
  spread[5] = 0;
  assert_int_equal(hs_model_new(&m, &s.model, &e), HS_INVALID);
}

/* One trajectory overflows: the others give the loss and gradient they give alone, and the record names it. */
static void unsolvable_are_left_out(void **state) {
  (void)state;
  for (int solver = 0; solver < 2; solver++) {
    hs_options o = defaults();
    hs_model *m;
    hs_data *d;
    hs_objective *f;
    hs_error e = {0};
    hs_loss some, all;
    double w[N_V], g[N_V], alone[N_V];
    int list[] = {0, 1, 2, 3, 4}, failed;
    const int good[] = {0, 1, 3, 4};
    o.solver = solver;
    o.max_steps = 2000;
    pendulum_new(&s, true, false);
    s.x0[2 * 2 + 1] = 1e200; /* p of trajectory 2: its square overflows */
    hs_model_new(&m, &s.model, NULL);
    hs_data_new(&d, &s.data, m, NULL);
    hs_objective_new(&f, m, d, &o, NULL, NULL);
    hs_model_trainables(m, s.v, w, NULL);
    assert_int_equal(hs_objective_eval(f, 5, list, w, &all, g, &e), HS_UNSOLVED);
    assert_int_equal(hs_objective_eval(f, 4, good, w, &some, alone, &e), HS_OK);
    assert_int_equal(hs_objective_eval_solvable(f, 5, list, w, &all, g, &failed, &e), HS_OK);
    assert_int_equal(failed, 1);
    assert_int_equal(list[4], 2);
    assert_true(fabs(some.loss - all.loss) < 1e-12);
    for (int i = 0; i < N_V; i++) {
      assert_true(fabs(g[i] - alone[i]) < 1e-12);
    }
    assert_true(hs_objective_unsolved(f, 2).count == 2 && hs_objective_unsolved(f, 1).count == 0);
    assert_true(hs_objective_unsolved(f, 2).param[0] == s.v[0]);
    list[0] = 2;
    assert_int_equal(hs_objective_eval_solvable(f, 1, list, w, &all, g, &failed, &e), HS_UNSOLVED);
    assert_string_equal(e.id, "solve:unsolved");
    hs_objective_free(f);
    hs_data_free(d);
    hs_model_free(m);
  }
}

/* A data set of many blocks: the pendulum's trajectories again and again, each from another start. */
enum { MANY = 250 };

typedef struct {
  double count[MANY], t[MANY * MOST], y[2 * MANY * MOST], x0[2 * MANY];
} many;

static void many_new(many *a, pendulum *p, bool equal) {
  int n = 0;
  pendulum_new(p, equal, false);
  for (int b = 0, from = 0; b < MANY; b++) {
    const int like = b % N_TRAJECTORIES;
    from = like == 0 ? 0 : from;
    a->count[b] = p->count[like];
    for (int k = 0; k < (int)p->count[like]; k++, n++) {
      a->t[n] = p->t[from + k];
      a->y[2 * n] = sin(0.1 * n);
      a->y[2 * n + 1] = cos(0.1 * n);
    }
    from += (int)p->count[like];
  }
  fill_random(a->x0, 2 * MANY, 53, -1, 1);
  p->data.n = MANY;
  p->data.n_samples = n;
  p->data.count = a->count;
  p->data.t = a->t;
  p->data.y = a->y;
  p->data.x0 = a->x0;
}

static many big;

/* The same bits for any number of threads, with every solver; from the second gradient on nothing is allocated. */
static void threads_change_no_bit(void **state) {
  (void)state;
  for (int kind = 0; kind < 10; kind += getenv("HS_QUICK") ? 5 : 1) {
    hs_options o = defaults();
    hs_model *m;
    hs_data *d;
    hs_error e = {0};
    int all[MANY];
    double w[N_V], g[2][N_V];
    hs_loss loss[2];
    many_new(&big, &s, kind & 1);
    o.solver = kind / 2 % 4;
    o.cvode_method = kind >= 8 ? HS_BDF : HS_ADAMS;
    o.solver = kind >= 8 ? HS_CVODE : o.solver;
    o.penalty = HS_PENALTY_FN;
    o.lambda = 0.1;
    assert_int_equal(hs_model_new(&m, &s.model, &e), HS_OK);
    assert_int_equal(hs_data_new(&d, &s.data, m, &e), HS_OK);
    hs_model_trainables(m, s.v, w, NULL);
    for (int b = 0; b < MANY; b++) {
      all[b] = MANY - 1 - b;
    }
    for (int threads = 1; threads <= (getenv("HS_QUICK") ? 2 : 4); threads++) {
      hs_objective *f;
      const int at = threads > 1;
      o.threads = threads;
      assert_int_equal(hs_objective_new(&f, m, d, &o, NULL, &e), HS_OK);
      assert_int_equal(hs_objective_eval(f, MANY, all, w, &loss[at], g[at], &e), HS_OK);
      if (at) {
        assert_memory_equal(g[0], g[1], sizeof g[0]);
        assert_memory_equal(&loss[0], &loss[1], sizeof loss[0]);
      }
      /* which thread meets which block depends on the moment, so with several one of them may meet its first late */
      fail_allocation(0);
      assert_int_equal(hs_objective_eval(f, MANY, all, w, &loss[at], g[at], &e), HS_OK);
      if (threads == 1 && allocations_since() != 0) {
        fail_msg("kind %d: %ld allocations in the second gradient", kind, allocations_since());
      }
      hs_objective_free(f);
    }
    hs_data_free(d);
    hs_model_free(m);
  }
}

/* Trajectories that fail are counted alike by any number of threads. */
static void threads_count_failures_alike(void **state) {
  (void)state;
  hs_options o = defaults();
  hs_model *m;
  hs_data *d;
  hs_error e = {0};
  double w[N_V], g[N_V], count[2][MANY];
  hs_loss loss;
  many_new(&big, &s, true);
  big.x0[2 * 17 + 1] = big.x0[2 * 140 + 1] = big.x0[2 * 141 + 1] = 1e200;
  hs_model_new(&m, &s.model, NULL);
  hs_data_new(&d, &s.data, m, NULL);
  hs_model_trainables(m, s.v, w, NULL);
  for (int threads = 1; threads <= 3; threads += 2) {
    hs_objective *f;
    int all[MANY], failed;
    for (int b = 0; b < MANY; b++) {
      all[b] = b;
    }
    o.threads = threads;
    hs_objective_new(&f, m, d, &o, NULL, NULL);
    assert_int_equal(hs_objective_eval_solvable(f, MANY, all, w, &loss, g, &failed, &e), HS_OK);
    assert_int_equal(failed, 3);
    for (int b = 0; b < MANY; b++) {
      count[threads > 1][b] = hs_objective_unsolved(f, b).count;
    }
    hs_objective_free(f);
  }
  assert_memory_equal(count[0], count[1], sizeof count[0]);
  assert_true(count[0][17] > 0 && count[0][141] > 0 && count[0][18] == 0);
  hs_data_free(d);
  hs_model_free(m);
}

static void no_log(void *context, const hs_train_row *row) {
  *(double *)context = row->loss;
}

static void no_failure(void *context, int trajectory, const hs_unsolved *u) {
  (void)context, (void)trajectory, (void)u;
}

typedef struct {
  double w[N_V], first[N_V], second[N_V], best[N_V], previous[N_V], memory[N_V];
} vectors;

static hs_status run(hs_options *o, double seconds, int slices, vectors *out, hs_error *e) {
  hs_model *m = NULL;
  hs_data *d = NULL;
  double last;
  bool mask[N_V];
  hs_status status = hs_model_new(&m, &s.model, e);
  status = status == HS_OK ? hs_data_new(&d, &s.data, m, e) : status;
  memset(out, 0, sizeof *out);
  memcpy(out->w, s.v, sizeof out->w);
  hs_train_state t = {.w = out->w,
                      .first = out->first,
                      .second = out->second,
                      .best = out->best,
                      .previous = out->previous,
                      .memory = out->memory,
                      .best_value = INFINITY};
  memcpy(out->previous, s.v, sizeof out->w);
  for (int i = 0; i < N_V; i++) {
    mask[i] = i > 0;
  }
  const hs_train_problem p = {.model = m,
                              .data = d,
                              .validation = d,
                              .options = o,
                              .mask = mask,
                              .log = no_log,
                              .unsolved = no_failure,
                              .context = &last};
  for (int i = 0; status >= 0 && i < slices && (i == 0 || status == HS_RUNNING); i++) {
    status = hs_train(&p, &t, seconds, e);
  }
  hs_data_free(d);
  hs_model_free(m);
  return status;
}

static void slices_do_not_matter(void **state) {
  (void)state;
  hs_options o = defaults();
  vectors a, b;
  hs_error e;
  pendulum_new(&s, false, true);
  o.iterations = 23;
  o.batch = 2;
  for (int rule = HS_RULE_ERM; rule <= HS_RULE_FUNCTIONAL; rule++) {
    o.method = rule;
    assert_int_equal(run(&o, 100, 1, &a, &e), HS_CONVERGED);
    assert_int_equal(run(&o, 0, 100, &b, &e), HS_CONVERGED);
    assert_memory_equal(&a, &b, sizeof a);
  }
  o.seed = 2;
  run(&o, 100, 1, &b, &e);
  assert_memory_not_equal(&a, &b, sizeof a);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  hs_options o = defaults();
  vectors out;
  hs_error e;
  pendulum_new(&s, false, true);
  o.iterations = 2;
  for (long k = 1;; k++) {
    fail_allocation(k);
    hs_status status = run(&o, 100, 1, &out, &e);
    bool reached = allocations_since() >= k;
    fail_allocation(0);
    if (!reached) {
      assert_int_equal(status, HS_CONVERGED);
      return;
    }
    assert_int_equal(status, HS_MEMORY);
  }
}

static void every_allocation_of_new_may_fail(void **state) {
  (void)state;
  hs_model *m;
  hs_data *d;
  pendulum_new(&s, false, true);
  hs_model_new(&m, &s.model, NULL);
  hs_data_new(&d, &s.data, m, NULL);
  for (int solver = 0; solver < 4; solver++) {
    hs_options o = defaults();
    o.solver = solver;
    for (long k = 1;; k++) {
      hs_objective *f = NULL;
      hs_error e = {0};
      fail_allocation(k);
      const hs_status status = hs_objective_new(&f, m, d, &o, NULL, &e);
      const bool reached = allocations_since() >= k;
      fail_allocation(0);
      hs_objective_free(f);
      if (!reached) {
        assert_int_equal(status, HS_OK);
        assert_true(k > 4);
        break;
      }
      assert_int_equal(status, HS_MEMORY);
      assert_true(!f && e.text[0]);
    }
  }
  hs_data_free(d);
  hs_model_free(m);
}

/* Several points at once: the same bits as each alone, whatever the number of threads; one that cannot be solved does not touch the others. */
static void points_side_by_side(void **state) {
  (void)state;
  enum { N = 5, BAD = 2 };
  const int threads[] = {1, 2, 7};
  hs_options o = defaults();
  hs_model *m;
  hs_data *d;
  hs_objective *f;
  hs_error e = {0};
  hs_loss one;
  double v[N][N_V], w[N_V], slope[N_V], expected[N_V], loss[N], g[N][N_V];
  const int all[] = {0, 1, 2, 3, 4};
  pendulum_new(&s, false, false);
  s.lower[0] = 0;
  s.fixed[1] = 1;
  hs_model_new(&m, &s.model, NULL);
  hs_data_new(&d, &s.data, m, NULL);
  for (int k = 0; k < N; k++) {
    for (int i = 0; i < N_V; i++) {
      v[k][i] = k == BAD && i == 0 ? 1e300 : s.v[i] * (1 + 0.05 * k);
    }
  }
  for (int j = 0; j < 3; j++) {
    o.threads = threads[j];
    assert_int_equal(hs_losses(m, d, &o, NULL, N, v[0], loss, g[0], &e), HS_OK);
    assert_int_equal(hs_objective_new(&f, m, d, &o, NULL, &e), HS_OK);
    for (int k = 0; k < N; k++) {
      hs_model_trainables(m, v[k], w, NULL);
      const hs_status status = hs_objective_eval(f, N_TRAJECTORIES, all, w, &one, expected, NULL);
      assert_int_equal(status, k == BAD ? HS_UNSOLVED : HS_OK);
      assert_true(k == BAD ? isinf(loss[k]) : loss[k] == one.loss);
      hs_gradient_of_values(m, w, expected, slope);
      for (int i = 0; i < N_V; i++) {
        assert_true(g[k][i] == (k == BAD ? 0.0 : expected[i]));
      }
    }
    hs_objective_free(f);
  }
  v[3][0] = -1; /* below its bound */
  assert_int_equal(hs_losses(m, d, &o, NULL, N, v[0], loss, g[0], &e), HS_INVALID);
  v[3][0] = 1;
  for (long k = 1;; k++) {
    fail_allocation(k);
    const hs_status status = hs_losses(m, d, &o, NULL, N, v[0], loss, g[0], &e);
    const bool reached = allocations_since() >= k;
    fail_allocation(0);
    assert_true(status == (reached ? HS_MEMORY : HS_OK));
    if (!reached) {
      break;
    }
  }
  hs_data_free(d);
  hs_model_free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(option_table_is_sound),        cmocka_unit_test(objective_gradient),
      cmocka_unit_test(jacobian_and_gradient),        cmocka_unit_test(local_values_gradient),
      cmocka_unit_test(unsolvable_are_left_out),      cmocka_unit_test(threads_change_no_bit),
      cmocka_unit_test(threads_count_failures_alike), cmocka_unit_test(slices_do_not_matter),
      cmocka_unit_test(every_allocation_may_fail),    cmocka_unit_test(every_allocation_of_new_may_fail),
      cmocka_unit_test(points_side_by_side),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
