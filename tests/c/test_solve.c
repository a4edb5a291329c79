/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Solvers against each other and against differences, in one process under the sanitizers; accuracy against closed forms and published
 * solutions stands in tests/octave/solvers.tst.
 */
#include "failing_alloc.h"
#include "solve/cvode_integrator.h"
#include "solve/solve.h"
#include "testing_model.h"

static pendulum s;

static const hs_solve_options RK = {.method = HS_RK4, .step = 0.05, .rtol = 1e-6, .atol = 1e-8, .max_steps = 100000};
static const hs_solve_options ADAMS = {
    .method = HS_CVODE, .cvode_method = HS_ADAMS, .rtol = 1e-10, .atol = 1e-12, .max_steps = 100000};
static const hs_solve_options BDF = {
    .method = HS_CVODE, .cvode_method = HS_BDF, .rtol = 1e-10, .atol = 1e-12, .max_steps = 100000};

static const hs_solve_options DOPRI5 = {.method = HS_DOPRI5, .rtol = 1e-10, .atol = 1e-12, .max_steps = 100000};
static const hs_solve_options AUTO = {.method = HS_AUTO_SOLVER, .rtol = 1e-10, .atol = 1e-12, .max_steps = 100000};

/* sum_k sum_i c_ki y_ki over all trajectories, and its gradient dv when not NULL; forward sensitivities' version into *forward. */
static double functional(const hs_solve_options *o, hs_model *m, hs_data *d, const double *v, double *dv, double *forward) {
  hs_solver *solver;
  hs_error e = {0};
  int all[N_TRAJECTORIES] = {0, 1, 2, 3, 4}, order[N_TRAJECTORIES], start[N_TRAJECTORIES + 1];
  double sum = 0;
  assert_int_equal(hs_solver_new(&solver, m, d, o, &e), HS_OK);
  int blocks = hs_solver_arrange(solver, N_TRAJECTORIES, all, order, start);
  for (int j = 0; j < blocks; j++) {
    if (hs_solver_forward(solver, start[j + 1] - start[j], order + start[j], v, true, true, &e) != HS_OK) {
      fail_msg("%s", e.text);
    }
    const hs_block *block = hs_solver_block(solver);
    double seed[MOST * 2 * 8] = {0}, sx[2 * MOST * 2 * 8];
    for (int k = 0; k < block->samples; k++) {
      for (int i = 0; i < 2; i++) {
        for (int b = 0; b < block->n; b++) {
          if (k < d->count[block->trajectory[b]]) {
            int at = (k * 2 + i) * block->L + b;
            seed[at] = cos(k + 2 * i + 3 * block->trajectory[b]);
            sum += seed[at] * block->y[at];
          }
        }
      }
    }
    sum += 0.3 * block->tap_square;
    if (forward) {
      const int at[] = {0};
      assert_int_equal(hs_solver_sensitivity(solver, v, 1, at, sx, &e), HS_OK);
      for (int q = 0; q < block->samples * 2 * block->L; q++) {
        *forward += seed[q] != 0 ? seed[q] * sx[q] : 0;
      }
    }
    if (dv && hs_solver_backward(solver, v, seed, NULL, (hs_seeds){.tap = 0.3}, dv, &e) != HS_OK) {
      fail_msg("%s", e.text);
    }
  }
  hs_solver_free(solver);
  return sum;
}

static void gradient_equals_differences(const hs_solve_options *o, bool equal, bool inputs, hs_interpolation kind,
                                        double tolerance) {
  hs_model *m;
  hs_data *d;
  double dv[N_V] = {0};
  pendulum_new(&s, equal, inputs);
  s.data.interpolation = kind;
  hs_model_new(&m, &s.model, NULL);
  hs_data_new(&d, &s.data, m, NULL);
  functional(o, m, d, s.v, dv, NULL);
  for (int i = 0; i < N_V; i += getenv("HS_QUICK") ? 6 : 1) {
    double kept = s.v[i], f[4];
    const double h = 1e-3, steps[] = {h, -h, 2 * h, -2 * h};
    for (int j = 0; j < 4; j++) {
      s.v[i] = kept + steps[j];
      f[j] = functional(o, m, d, s.v, NULL, NULL);
    }
    s.v[i] = kept;
    double slope = (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h);
    if (!(fabs(slope - dv[i]) < tolerance * fmax(1, fabs(slope)))) {
      fail_msg("value %d: %.12g, differences %.12g", i, dv[i], slope);
    }
  }
  hs_data_free(d);
  hs_model_free(m);
}

static void rk4_gradients(void **state) {
  (void)state;
  gradient_equals_differences(&RK, true, false, HS_ZOH, 1e-9);
  gradient_equals_differences(&RK, false, false, HS_ZOH, 1e-9);
  gradient_equals_differences(&RK, false, true, HS_ZOH, 1e-9);
  gradient_equals_differences(&RK, false, true, HS_PCHIP, 1e-9);
}

static void cvode_gradients(void **state) {
  (void)state;
  const double tolerance = 1e-6;
  gradient_equals_differences(&ADAMS, true, false, HS_ZOH, tolerance);
  gradient_equals_differences(&BDF, true, false, HS_ZOH, tolerance);
  gradient_equals_differences(&ADAMS, false, true, HS_ZOH, tolerance);
  gradient_equals_differences(&BDF, false, true, HS_LINEAR, tolerance);
}

static void dopri5_gradients(void **state) {
  (void)state;
  gradient_equals_differences(&DOPRI5, true, false, HS_ZOH, 1e-7);
  gradient_equals_differences(&DOPRI5, false, false, HS_ZOH, 1e-7);
  gradient_equals_differences(&DOPRI5, false, true, HS_ZOH, 1e-7);
  gradient_equals_differences(&DOPRI5, false, true, HS_LINEAR, 1e-7);
  gradient_equals_differences(&DOPRI5, false, true, HS_PCHIP, 1e-7);
}

/* Both differentiate the same computed steps, so they agree to rounding at any tolerance: the sharpest test of the discrete adjoint. The
 * small record makes every step a segment of its own, made again in the backward pass. */
static void adjoint_is_the_transpose_of_the_tangent(void **state) {
  (void)state;
  for (int kind = 0; kind < 16; kind++) {
    hs_model *m;
    hs_data *d;
    hs_solver *solver;
    hs_error e = {0};
    hs_solve_options o = kind & 1 ? DOPRI5 : RK;
    const int lanes[] = {3, 0, 2, 4, 1}, at[] = {0, 1, 4, 9, 13, -1, -2};
    enum { DIRECTIONS = 7, SIZE = MOST * 2 * 8 };
    double seed[SIZE] = {0}, dv[N_V] = {0}, sx[DIRECTIONS * SIZE];
    o.rtol = 1e-3;
    o.atol = 1e-4;
    o.step = 0.3;
    o.record_bytes = kind & 2 ? 1.0 : 0.0;
    pendulum_new(&s, kind & 4, kind & 8);
    hs_model_new(&m, &s.model, NULL);
    hs_data_new(&d, &s.data, m, NULL);
    assert_int_equal(hs_solver_new(&solver, m, d, &o, &e), HS_OK);
    assert_int_equal(hs_solver_forward(solver, 5, lanes, s.v, true, false, &e), HS_OK);
    assert_int_equal(hs_solver_sensitivity(solver, s.v, DIRECTIONS, at, sx, &e), HS_OK);
    const hs_block *block = hs_solver_block(solver);
    for (int k = 0; k < block->samples; k++) {
      for (int b = 0; b < block->n && k < MOST; b++) {
        for (int i = 0; i < 2 && k < d->count[block->trajectory[b]]; i++) {
          seed[(k * 2 + i) * block->L + b] = cos(k + 2 * i + 3 * b);
        }
      }
    }
    double kept[SIZE];
    memcpy(kept, seed, sizeof kept);
    assert_int_equal(hs_solver_backward(solver, s.v, seed, NULL, (hs_seeds){0}, dv, &e), HS_OK);
    for (int j = 0; j < DIRECTIONS - 2; j++) {
      double forward = 0;
      for (int q = 0; q < block->samples * 2 * block->L; q++) {
        forward += kept[q] != 0.0 ? kept[q] * sx[j * block->samples * 2 * block->L + q] : 0.0;
      }
      if (!(fabs(forward - dv[at[j]]) < 1e-12 * fmax(1.0, fabs(forward)))) {
        fail_msg("kind %d value %d: %.15g, adjoint %.15g", kind, at[j], forward, dv[at[j]]);
      }
    }
    hs_solver_free(solver);
    hs_data_free(d);
    hs_model_free(m);
  }
}

static void the_record_may_be_small(void **state) {
  (void)state;
  for (int kind = 0; kind < 2; kind++) {
    double g[4][N_V] = {{0}};
    hs_model *m;
    hs_data *d;
    hs_solve_options o = kind ? DOPRI5 : RK;
    pendulum_new(&s, false, true);
    hs_model_new(&m, &s.model, NULL);
    hs_data_new(&d, &s.data, m, NULL);
    for (int i = 0; i < 4; i++) {
      o.record_bytes = (const double[]){0, 1, 40000, 200000}[i];
      functional(&o, m, d, s.v, g[i], NULL);
      assert_memory_equal(g[i], g[0], sizeof g[0]);
    }
    hs_data_free(d);
    hs_model_free(m);
  }
}

static void engines_agree(void **state) {
  (void)state;
  hs_model *m;
  hs_data *d;
  hs_solve_options fine = RK;
  const hs_solve_options *all[] = {&fine, &ADAMS, &BDF, &DOPRI5, &AUTO};
  double f[5], forward[5] = {0};
  fine.step = 0.004;
  pendulum_new(&s, false, true);
  hs_model_new(&m, &s.model, NULL);
  hs_data_new(&d, &s.data, m, NULL);
  for (int i = 0; i < 5; i++) {
    f[i] = functional(all[i], m, d, s.v, NULL, &forward[i]);
    assert_true(fabs(forward[i] - forward[0]) < 1e-7);
    assert_true(i < 2 || fabs(f[i] - f[1]) < 1e-8); /* rk4 sums the taps on another grid */
  }
  hs_data_free(d);
  hs_model_free(m);
}

/* The stored and the recomputed record of rk give the same bits: the work of a long trajectory does not fit the store. */
static void repeated_gradients_are_identical(void **state) {
  (void)state;
  const hs_solve_options *all[] = {&RK, &ADAMS, &BDF, &DOPRI5, &AUTO};
  for (int i = 0; i < 5; i++) {
    hs_model *m;
    hs_data *d;
    double a[N_V] = {0}, b[N_V] = {0};
    pendulum_new(&s, true, true);
    hs_model_new(&m, &s.model, NULL);
    hs_data_new(&d, &s.data, m, NULL);
    functional(all[i], m, d, s.v, a, NULL);
    functional(all[i], m, d, s.v, b, NULL);
    assert_memory_equal(a, b, sizeof a);
    hs_data_free(d);
    hs_model_free(m);
  }
}

static void unsolvable_is_named(void **state) {
  (void)state;
  const hs_solve_options *all[] = {&RK, &ADAMS, &BDF, &DOPRI5, &AUTO};
  for (int i = 0; i < 5; i++) {
    hs_model *m;
    hs_data *d;
    hs_solver *solver;
    hs_error e = {0};
    const int lanes[] = {0, 1, 2, 3, 4};
    hs_solve_options o = *all[i];
    pendulum_new(&s, true, false);
    s.x0[2 * 3] = 1e308; /* only trajectory 4 overflows */
    s.x0[2 * 3 + 1] = 1e308;
    hs_model_new(&m, &s.model, NULL);
    hs_data_new(&d, &s.data, m, NULL);
    o.max_steps = 1000;
    o.step = 0.4;
    s.v[0] = 1e300;
    assert_int_equal(hs_solver_new(&solver, m, d, &o, &e), HS_OK);
    hs_status status = hs_solver_forward(solver, 5, lanes, s.v, false, false, &e);
    assert_int_equal(status, HS_UNSOLVED);
    assert_true(strstr(e.text, "trajectory") && strstr(e.text, "t ="));
    hs_solver_free(solver);
    hs_data_free(d);
    hs_model_free(m);
  }
}

static bool yes(void) {
  return true;
}

static void interruption_is_heard(void **state) {
  (void)state;
  hs_model *m;
  hs_data *d;
  hs_solver *solver;
  hs_error e;
  const int lanes[] = {0};
  hs_solve_options o = ADAMS;
  o.interrupted = yes;
  pendulum_new(&s, true, false);
  hs_model_new(&m, &s.model, NULL);
  hs_data_new(&d, &s.data, m, NULL);
  hs_solver_new(&solver, m, d, &o, &e);
  assert_int_equal(hs_solver_forward(solver, 1, lanes, s.v, false, false, &e), HS_INTERRUPTED);
  hs_solver_free(solver);
  hs_data_free(d);
  hs_model_free(m);
}

/* Everything a gradient allocates may fail; nothing leaks and the status says so. The library's own allocations are counted too. */
static void every_allocation_may_fail(void **state) {
  (void)state;
  const hs_solve_options *all[] = {&RK, &ADAMS, &BDF, &DOPRI5, &AUTO};
  hs_model *m;
  hs_data *d;
  pendulum_new(&s, true, false);
  hs_model_new(&m, &s.model, NULL);
  hs_data_new(&d, &s.data, m, NULL);
  for (int i = 0; i < 5; i++) {
    for (long k = 1;; k += getenv("HS_QUICK") ? 31 : 1) {
      const int lanes[] = {0, 1, 2, 3, 4};
      hs_solver *solver = NULL;
      hs_error e = {0};
      double dy[MOST * 2 * 8] = {1}, dv[N_V] = {0};
      fail_allocation(k);
      hs_status status = hs_solver_new(&solver, m, d, all[i], &e);
      if (status == HS_OK) {
        status = hs_solver_forward(solver, 5, lanes, s.v, true, false, &e);
      }
      if (status == HS_OK) {
        status = hs_solver_backward(solver, s.v, dy, NULL, (hs_seeds){0}, dv, &e);
      }
      bool reached = allocations_since() >= k;
      fail_allocation(0);
      hs_solver_free(solver);
      if (!reached) {
        assert_int_equal(status, HS_OK);
        break;
      }
      assert_true(status != HS_OK && e.text[0]);
    }
  }
  hs_data_free(d);
  hs_model_free(m);
}

static int decay(void *context, double t, const double *y, double *dy) {
  (void)context, (void)t;
  dy[0] = -y[0];
  return 0;
}

static int decay_jacobian(void *context, double t, const double *y, double *J) {
  (void)context, (void)t, (void)y;
  J[0] = -1.0;
  return 0;
}

static int decay_tangent(void *context, int which, double t, const double *y, const double *s_in, double *ds) {
  (void)context, (void)which, (void)t, (void)y;
  ds[0] = -s_in[0];
  return 0;
}

static void equal_weights(void *context, const double *y, double *weight) {
  (void)context, (void)y;
  weight[0] = 1e6;
}

/* Only the core's own allocation can be made to fail: SUNDIALS 6.4.1 writes through NULL when its own do (SUNHashMap_New, N_VClone). */
static void an_integrator_may_fail(void **state) {
  (void)state;
  const hs_ode ode = {.n = 1, .rhs = decay, .jacobian = decay_jacobian, .tangent = decay_tangent, .weights = equal_weights};
  for (int bdf = 0; bdf < 2; bdf++) {
    for (int n_s = 0; n_s < 2; n_s++) {
      hs_integrator *g = NULL;
      hs_error e = {0};
      fail_allocation(1);
      assert_int_equal(hs_integrator_new(&g, &ode, bdf, n_s, &e), HS_MEMORY);
      assert_true(!g && e.status == HS_MEMORY && e.text[0]);
      fail_allocation(0);
      assert_int_equal(hs_integrator_new(&g, &ode, bdf, n_s, &e), HS_OK);
      assert_int_equal(allocations_since(), 1);
      hs_integrator_free(g);
    }
  }
}

/* Blocks cover everything, none is empty or larger than memory was planned for. */
static void any_number_is_cut_into_blocks(void **state) {
  (void)state;
  enum { N = 320 };
  static double count[N], t[2 * N], x0[2 * N];
  static int all[N], order[N], start[N + 1];
  for (int b = 0; b < N; b++) {
    count[b] = 2;
    t[2 * b + 1] = 1;
    all[b] = b;
  }
  hs_model *m;
  hs_data *d;
  hs_solver *solver;
  pendulum_new(&s, true, false);
  assert_int_equal(hs_model_new(&m, &s.model, NULL), HS_OK);
  const hs_data_spec spec = {.n = N, .n_samples = 2 * N, .count = count, .t = t, .x0 = x0};
  assert_int_equal(hs_data_new(&d, &spec, m, NULL), HS_OK);
  assert_int_equal(hs_solver_new(&solver, m, d, &RK, NULL), HS_OK);
  const int most = hs_most_lanes(m, N);
  for (int n = 1; n <= N; n++) {
    const int blocks = hs_solver_arrange(solver, n, all, order, start);
    assert_int_equal(start[0], 0);
    assert_int_equal(start[blocks], n);
    for (int j = 0; j < blocks; j++) {
      assert_true(start[j + 1] > start[j] && start[j + 1] - start[j] <= most);
    }
  }
  hs_solver_free(solver);
  hs_data_free(d);
  hs_model_free(m);
}

/* A simulation has the same bits for any number of threads, and the same sentence when trajectories fail; whatever it allocates may fail. */
static void threads_change_no_simulation(void **state) {
  (void)state;
  enum { N = 320, K = 4, N_AT = 2 };
  const hs_solve_options *all[] = {&RK, &ADAMS, &BDF, &DOPRI5, &AUTO};
  static double count[N], t[N * K], x0[2 * N], x[2][2 * N * K], y[2][2 * N * K], sx[2][2 * N * K * N_AT];
  const int threads[] = {1, 2, 7}, at[N_AT] = {0, -1};
  hs_error e[2];
  hs_model *m;
  hs_data *d;
  for (int b = 0; b < N; b++) {
    count[b] = b % 3 ? K : 2;
  }
  int n = 0;
  for (int b = 0; b < N; b++) {
    for (int k = 0; k < (int)count[b]; k++, n++) {
      t[n] = 0.4 * k;
    }
  }
  fill_random(x0, sizeof x0 / sizeof *x0, 54, -1, 1);
  pendulum_new(&s, true, false);
  assert_int_equal(hs_model_new(&m, &s.model, NULL), HS_OK);
  for (int i = 0; i < 10; i++) {
    hs_solve_options o = *all[i % 5];
    hs_data_spec spec = {.n = N, .n_samples = n, .count = count, .t = t, .x0 = x0};
    const bool fails = i >= 5;
    if (fails) {
      o.max_steps = 1000;
      x0[2 * 77] = x0[2 * 77 + 1] = x0[2 * 200] = x0[2 * 200 + 1] = 1e308;
    }
    assert_int_equal(hs_data_new(&d, &spec, m, NULL), HS_OK);
    for (int j = 0; j < 3; j++) {
      const int k = j > 0;
      hs_solve_counts counts = {0};
      const hs_status status = hs_simulate(m, d, &o, threads[j], s.v, N_AT, at, x[k], y[k], sx[k], &counts, &e[k]);
      assert_int_equal(status, fails ? HS_UNSOLVED : HS_OK);
      if (fails) {
        assert_string_equal(e[k].text, e[0].text);
        continue;
      }
      assert_true(counts.trajectories >= N);
      assert_memory_equal(x[0], x[k], (size_t)(2 * n) * sizeof(double));
      assert_memory_equal(y[0], y[k], (size_t)(2 * n) * sizeof(double));
      assert_memory_equal(sx[0], sx[k], (size_t)(2 * n * N_AT) * sizeof(double));
    }
    hs_data_free(d);
    spec.n = 12;
    spec.n_samples = 12 * K - 8;
    assert_int_equal(hs_data_new(&d, &spec, m, NULL), HS_OK);
    for (long k = 1; !fails; k += getenv("HS_QUICK") ? 31 : 3) {
      hs_solve_counts counts = {0};
      fail_allocation(k);
      const hs_status status = hs_simulate(m, d, &o, 2, s.v, N_AT, at, x[1], y[1], sx[1], &counts, &e[1]);
      const bool reached = allocations_since() >= k;
      fail_allocation(0);
      assert_true(reached ? status != HS_OK && e[1].text[0] : status == HS_OK);
      if (!reached) {
        break;
      }
    }
    hs_data_free(d);
  }
  hs_model_free(m);
}

static void every_allocation_of_new_may_fail(void **state) {
  (void)state;
  const hs_solve_options *all[] = {&RK, &ADAMS, &BDF};
  hs_model *m;
  hs_data *d;
  pendulum_new(&s, true, false);
  hs_model_new(&m, &s.model, NULL);
  hs_data_new(&d, &s.data, m, NULL);
  for (int i = 0; i < 3; i++) {
    for (long k = 1;; k++) {
      hs_solver *solver = NULL;
      hs_error e = {0};
      fail_allocation(k);
      const hs_status status = hs_solver_new(&solver, m, d, all[i], &e);
      const bool reached = allocations_since() >= k;
      fail_allocation(0);
      hs_solver_free(solver);
      if (!reached) {
        assert_int_equal(status, HS_OK);
        assert_int_equal(k, 5); /* the solver and its plan, the back end and its plan */
        break;
      }
      assert_int_equal(status, HS_MEMORY);
      assert_true(!solver && e.text[0]);
    }
  }
  hs_data_free(d);
  hs_model_free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rk4_gradients),
      cmocka_unit_test(cvode_gradients),
      cmocka_unit_test(dopri5_gradients),
      cmocka_unit_test(adjoint_is_the_transpose_of_the_tangent),
      cmocka_unit_test(the_record_may_be_small),
      cmocka_unit_test(engines_agree),
      cmocka_unit_test(unsolvable_is_named),
      cmocka_unit_test(interruption_is_heard),
      cmocka_unit_test(repeated_gradients_are_identical),
      cmocka_unit_test(every_allocation_may_fail),
      cmocka_unit_test(any_number_is_cut_into_blocks),
      cmocka_unit_test(every_allocation_of_new_may_fail),
      cmocka_unit_test(an_integrator_may_fail),
      cmocka_unit_test(threads_change_no_simulation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
