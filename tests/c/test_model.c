/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "failing_alloc.h"
#include "testing_model.h"

static pendulum s;

static void transforms_stay_inside_and_invert(void **state) {
  (void)state;
  hs_model *m;
  double v[N_V], w[N_V], back[N_V], g[N_V];
  pendulum_new(&s, true, false);
  s.lower[0] = 0;                  /* log */
  s.lower[1] = -1, s.upper[1] = 1; /* logit */
  s.upper[2] = 5;                  /* log from above */
  assert_int_equal(hs_model_new(&m, &s.model, NULL), HS_OK);
  assert_int_equal(hs_model_trainables(m, s.v, w, NULL), HS_OK);
  hs_model_values(m, w, back);
  assert_true(largest_difference(back, s.v, N_V) < 1e-15 * 10);
  for (int i = 0; i < N_V; i++) { /* the chain rule against differences */
    double kept = w[i], high[N_V], low[N_V];
    w[i] = kept + 1e-5;
    hs_model_values(m, w, high);
    w[i] = kept - 1e-5;
    hs_model_values(m, w, low);
    w[i] = kept;
    for (int j = 0; j < N_V; j++) {
      g[j] = 1;
    }
    hs_model_chain(m, w, g);
    assert_true(fabs((high[i] - low[i]) / 2e-5 - g[i]) < 1e-8);
  }
  const double far[] = {-1e3, -800, -40, 40, 300, 700};
  for (int i = 0; i < 6; i++) {
    for (int j = 0; j < 3; j++) {
      w[j] = far[i];
    }
    hs_model_values(m, w, v);
    assert_true(v[0] >= 0 && v[1] >= -1 && v[1] <= 1 && v[2] <= 5);
  }
  hs_error e;
  s.v[1] = 1;
  assert_int_equal(hs_model_trainables(m, s.v, w, &e), HS_INVALID);
  assert_string_equal(e.id, "values:bounds");
  s.v[1] = NAN;
  assert_int_equal(hs_model_trainables(m, s.v, w, &e), HS_INVALID);
  hs_model_free(m);
}

static void bad_models_are_refused(void **state) {
  (void)state;
  hs_model *m;
  hs_error e;
  pendulum_new(&s, true, false);
  s.lower[0] = 2, s.upper[0] = 1;
  assert_int_equal(hs_model_new(&m, &s.model, &e), HS_INVALID);
  assert_string_equal(e.id, "model:bounds");
  pendulum_new(&s, true, false);
  s.model.n_y = 3;
  assert_int_equal(hs_model_new(&m, &s.model, &e), HS_INVALID);
  s.model.n_y = -1;
  assert_int_equal(hs_model_new(&m, &s.model, &e), HS_INVALID);
  pendulum_new(&s, true, false);
  s.model.rhs = NULL;
  assert_int_equal(hs_model_new(&m, &s.model, &e), HS_INVALID);
  assert_string_equal(e.id, "model:functions");
}

static void refused_data(hs_model *m, const char *id) {
  hs_data *d = NULL;
  hs_error e = {0};
  assert_int_equal(hs_data_new(&d, &s.data, m, &e), HS_INVALID);
  assert_null(d);
  assert_string_equal(e.id, id);
}

static void bad_data_are_refused(void **state) {
  (void)state;
  hs_model *m;
  pendulum_new(&s, true, true);
  assert_int_equal(hs_model_new(&m, &s.model, NULL), HS_OK);
  const double bad[] = {NAN, INFINITY, -1, 0, 1.5, 1e18};
  for (int i = 0; i < 6; i++) {
    pendulum_new(&s, true, true);
    s.count[2] = bad[i];
    refused_data(m, "data:count");
  }
  pendulum_new(&s, true, true);
  s.t[3] = s.t[2];
  refused_data(m, "data:times");
  s.t[3] = NAN;
  refused_data(m, "data:finite");
  pendulum_new(&s, true, true);
  s.u[4] = INFINITY;
  refused_data(m, "data:finite");
  s.data.u = NULL;
  refused_data(m, "data:inputs");
  pendulum_new(&s, true, true);
  s.x0[1] = NAN;
  refused_data(m, "data:finite");
  s.data.x0 = NULL;
  refused_data(m, "data:initial");
  pendulum_new(&s, true, true);
  s.y[1] = INFINITY;
  refused_data(m, "data:finite");
  pendulum_new(&s, true, true);
  double weight[128] = {0};
  weight[5] = -1;
  s.data.weight = weight;
  refused_data(m, "data:weights");
  hs_model_free(m);
}

/* Values of Octave 7.3's interp1 (x, y, xi, "pchip"). */
static void inputs_between_samples(void **state) {
  (void)state;
  hs_model *m;
  hs_data *d;
  double u;
  pendulum_new(&s, true, true);
  const double t[] = {0, 1, 2.5, 3, 5}, y[] = {0, 2, 2.5, 1, 1.5};
  memcpy(s.t, t, sizeof t);
  memcpy(s.u, y, sizeof y);
  assert_int_equal(hs_model_new(&m, &s.model, NULL), HS_OK);
  const double expect[3][4] = {{0, 2, 2.5, 1}, {1, 2.25, 1.75, 1.25}, {1.2583333333333333, 2.3625, 1.75, 1.0625}};
  for (int kind = HS_ZOH; kind <= HS_PCHIP; kind++) {
    s.data.interpolation = (hs_interpolation)kind;
    assert_int_equal(hs_data_new(&d, &s.data, m, NULL), HS_OK);
    for (int k = 0; k < 4; k++) {
      hs_data_input(d, 0, k, (t[k] + t[k + 1]) / 2, &u, 1);
      if (fabs(u - expect[kind][k]) > 1e-12) {
        fail_msg("kind %d interval %d: %.16g", kind, k, u);
      }
      if (kind != HS_ZOH) {
        hs_data_input(d, 0, k, t[k + 1], &u, 1);
        assert_true(fabs(u - y[k + 1]) < 1e-14);
      }
      hs_data_input(d, 0, k, t[k], &u, 1);
      assert_true(fabs(u - y[k]) < 1e-14);
    }
    assert_int_equal(hs_data_breaks(d, 0, 0), 0);
    assert_int_equal(hs_data_breaks(d, 0, 1), 1);
    hs_data_free(d);
  }
  hs_model_free(m);
}

static void equal_times_are_found(void **state) {
  (void)state;
  hs_model *m;
  hs_data *d;
  pendulum_new(&s, true, false);
  hs_model_new(&m, &s.model, NULL);
  hs_data_new(&d, &s.data, m, NULL);
  for (int b = 0; b < N_TRAJECTORIES; b++) {
    assert_int_equal(d->grid[b], 0);
  }
  hs_data_free(d);
  s.t[6] += 1e-9;
  hs_data_new(&d, &s.data, m, NULL);
  assert_int_equal(d->grid[1], 1);
  assert_int_equal(d->grid[2], 0);
  assert_true(hs_data_weight(d, 0, 1, 1) == 0.0 && hs_data_weight(d, 0, 1, 0) == 1.0);
  hs_data_free(d);
  hs_model_free(m);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  hs_model *m = NULL;
  hs_data *d = NULL;
  hs_error e;
  pendulum_new(&s, false, true);
  s.data.interpolation = HS_PCHIP;
  for (long k = 1;; k++) {
    fail_allocation(k);
    hs_status status = hs_model_new(&m, &s.model, &e);
    status = status == HS_OK ? hs_data_new(&d, &s.data, m, &e) : status;
    bool reached = allocations_since() >= k;
    fail_allocation(0);
    hs_data_free(d);
    hs_model_free(m);
    m = NULL;
    d = NULL;
    if (!reached) {
      assert_int_equal(status, HS_OK);
      return;
    }
    assert_int_equal(status, HS_MEMORY);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(transforms_stay_inside_and_invert),
      cmocka_unit_test(bad_models_are_refused),
      cmocka_unit_test(bad_data_are_refused),
      cmocka_unit_test(inputs_between_samples),
      cmocka_unit_test(equal_times_are_found),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
