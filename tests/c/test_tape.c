/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every operation against differences, hostile graphs, failing allocations.
 */
#include "failing_alloc.h"
#include "testing.h"

#include "tape/ops.h"

/* ---- one program, checked ------------------------------------------------------------------------------------------------------ */

enum { X = 6, U = 2, Z = 2, V = 64, MAX_B = 28, OUT = 20 * MAX_B };
static const hs_sizes sizes = {.x = X, .u = U, .z = Z, .v = V};

typedef struct {
  hs_program *p;
  int B, n, n_tap;
  double t[MAX_B], x[X * MAX_B], u[U * MAX_B], z[Z * MAX_B], v[V];
  double *work, *adjoint;
} bench;

static hs_point point_of(bench *q) {
  return (hs_point){.t = q->t, .x = q->x, .u = q->u, .z = q->z, .v = q->v};
}

static bench bench_new(const builder *g, int result, int B, double low, double high) {
  bench q = {.B = B, .n = g->rows[result] * g->cols[result]};
  hs_graph graph = graph_of(g, result);
  hs_error e = {0};
  if (hs_program_new(&q.p, &graph, sizes, q.n, NULL, &e) != HS_OK) {
    fail_msg("%s", e.text);
  }
  q.n_tap = hs_program_n_tap(q.p);
  fill_random(q.t, MAX_B, 10, 0, 1);
  fill_random(q.x, X * MAX_B, 11, low, high);
  fill_random(q.u, U * MAX_B, 12, low, high);
  fill_random(q.z, Z * MAX_B, 13, low, high);
  fill_random(q.v, V, 14, low, high);
  for (int i = 0; i < X * MAX_B; i++) { /* on grids that never meet, so that no difference straddles a kink of max or abs */
    q.x[i] = 0.05 * round(q.x[i] / 0.05) + 0.0073 * (i / B % 6);
  }
  for (int i = 0; i < V; i++) {
    q.v[i] = 0.05 * round(q.v[i] / 0.05) + 0.003 + 0.0041 * (i % 11);
  }
  q.work = calloc(hs_program_work_size(q.p, B) + 1, sizeof(double));
  q.adjoint = calloc(hs_program_adjoint_size(q.p, B) + 1, sizeof(double));
  return q;
}

static void bench_free(bench *q) {
  hs_program_free(q->p);
  free(q->work);
  free(q->adjoint);
}

/* sum of seed . result + tap_seed . tap */
static double functional(bench *q, const double *seed, const double *tap_seed) {
  double sum = 0, result[OUT], tap[4 * OUT];
  hs_point at = point_of(q);
  assert_int_equal(hs_program_forward(q->p, q->B, &at, q->work), HS_OK);
  hs_program_result(q->p, q->B, &at, q->work, result);
  hs_program_tap(q->p, q->B, &at, q->work, tap);
  for (int i = 0; i < q->n * q->B; i++) {
    sum += seed[i] * result[i];
  }
  for (int i = 0; i < q->n_tap * q->B; i++) {
    sum += tap_seed[i] * tap[i];
  }
  return sum;
}

static double slope(bench *q, double *at, const double *seed, const double *tap_seed) { /* 4-point */
  const double kept = *at, h = 1e-4;
  double f[4];
  const double steps[] = {h, -h, 2 * h, -2 * h};
  for (int i = 0; i < 4; i++) {
    *at = kept + steps[i];
    f[i] = functional(q, seed, tap_seed);
  }
  *at = kept;
  return (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h);
}

typedef enum { HONEST, FLIPPED_SIGN, FACTOR_2, LOST_SUM, SWAPPED } mistake;

/* What an adjoint array may hold before a reverse pass: anything. */
static void spoil(bench *q) {
  for (size_t i = 0, n = hs_program_adjoint_size(q->p, q->B); i < n; i++) {
    q->adjoint[i] = NAN;
  }
}

/* Largest relative distance of the VJP from differences, and of the VJP from the JVP (dot identity); `wrong` plants a mistake. */
static double check(bench *q, mistake wrong) {
  double seed[OUT], tap_seed[4 * OUT], dx[X * MAX_B] = {0}, dz[Z * MAX_B] = {0}, dv[V] = {0};
  fill_random(seed, OUT, 20, -1, 1);
  fill_random(tap_seed, 4 * OUT, 21, -1, 1);
  functional(q, seed, tap_seed);
  hs_point at = point_of(q);
  hs_direction d = {.x = dx, .z = dz, .v = dv};
  spoil(q);
  assert_int_equal(hs_program_vjp(q->p, q->B, &at, q->work, seed, q->n_tap ? tap_seed : NULL, q->adjoint, &d), HS_OK);
  double *first = dv[0] != 0 ? dv : dx;
  if (wrong == FLIPPED_SIGN) {
    first[0] = -first[0];
  } else if (wrong == FACTOR_2) {
    first[0] *= 2;
  } else if (wrong == LOST_SUM) { /* only the last lane's share of a uniform adjoint */
    first[0] /= q->B;
  } else if (wrong == SWAPPED) {
    double keep = first[0];
    first[0] = first[1];
    first[1] = keep;
  }
  double worst = 0;
  for (int i = 0; i < X * q->B; i++) {
    double s = slope(q, &q->x[i], seed, tap_seed);
    worst = fmax(worst, fabs(s - dx[i]) / fmax(1, fabs(s)));
  }
  for (int i = 0; i < Z * q->B; i++) {
    double s = slope(q, &q->z[i], seed, tap_seed);
    worst = fmax(worst, fabs(s - dz[i]) / fmax(1, fabs(s)));
  }
  for (int i = 0; i < V; i++) {
    double s = slope(q, &q->v[i], seed, tap_seed);
    worst = fmax(worst, fabs(s - dv[i]) / fmax(1, fabs(s)));
  }
  double tx[X * MAX_B], tz[Z * MAX_B], tv[V], result[OUT], left = 0, right = 0;
  fill_random(tx, X * MAX_B, 30, -1, 1);
  fill_random(tz, Z * MAX_B, 31, -1, 1);
  fill_random(tv, V, 32, -1, 1);
  hs_direction along = {.x = tx, .z = tz, .v = tv};
  memset(dx, 0, sizeof dx);
  memset(dz, 0, sizeof dz);
  memset(dv, 0, sizeof dv);
  functional(q, seed, tap_seed);
  spoil(q);
  hs_program_jvp(q->p, q->B, &at, q->work, &along, q->adjoint, result);
  spoil(q);
  hs_program_vjp(q->p, q->B, &at, q->work, seed, NULL, q->adjoint, &d);
  for (int i = 0; i < q->n * q->B; i++) {
    left += seed[i] * result[i];
  }
  for (int i = 0; i < X * q->B; i++) {
    right += tx[i] * dx[i];
  }
  for (int i = 0; i < Z * q->B; i++) {
    right += tz[i] * dz[i];
  }
  for (int i = 0; i < V; i++) {
    right += tv[i] * dv[i];
  }
  return fmax(worst, 1e3 * fabs(left - right) / fmax(1, fabs(left)));
}

static const int lanes[] = {1, 2, 5, 28};

/* ---- every operation ----------------------------------------------------------------------------------------------------------- */

/* Operands in every mix of lane and uniform, vector and scalar. */
static int operand_of(builder *g, int kind, int offset) {
  switch (kind) {
  case 0:
    return leaf(g, HS_OP_state, 2, 1, 1 + 2 * offset); /* lane vector */
  case 1:
    return leaf(g, HS_OP_state, 1, 1, 5 + offset); /* lane scalar */
  case 2:
    return leaf(g, HS_OP_param, 2, 1, 3 + 2 * offset); /* uniform vector */
  default:
    return leaf(g, HS_OP_param, 1, 1, 9 + offset); /* uniform scalar */
  }
}

static void elementwise_operations(void **state) {
  (void)state;
  int seen = 0;
  for (int op = 0; op < HS_OP_COUNT; op++) {
    if (!hs_ops[op].elementwise) {
      continue;
    }
    seen++;
    for (int mix = 0; mix < 16; mix++) {
      builder g = {0};
      const int binary = hs_ops[op].max_args == 2, a = operand_of(&g, mix % 4, 0), b = operand_of(&g, mix / 4, 1);
      const int big = g.rows[a] > g.rows[b] || !binary ? a : b;
      const int r = binary ? two(&g, op, g.rows[big], 1, a, b) : one(&g, op, g.rows[a], 1, a);
      for (int j = 0; j < 4; j++) {
        bench q = bench_new(&g, r, lanes[j], 0.2, 0.9); /* inside every domain, away from the kinks */
        double error = check(&q, HONEST);
        if (!(error < 1e-8)) {
          fail_msg("%s, mix %d, B = %d: %g", hs_ops[op].name, mix, lanes[j], error);
        }
        bench_free(&q);
      }
    }
  }
  assert_true(seen > 30);
}

static void structural_operations(void **state) {
  (void)state;
  for (int j = 0; j < 4; j++) {
    for (int uniform = 0; uniform < 2; uniform++) {
      builder g = {0};
      const int place = uniform ? HS_OP_param : HS_OP_state;
      const int x = leaf(&g, place, 3, 2, 1), s = leaf(&g, HS_OP_state, 2, 1, 2), p = leaf(&g, HS_OP_param, 2, 1, 20);
      const int parts[] = {x, s, p};
      const int c = put(&g, HS_OP_concat, 10, 1, 3, parts, 0, NULL);
      const double where[] = {10, 1, 1, 7};
      const int k = put(&g, HS_OP_index, 2, 2, 1, &c, 4, where);
      const int m = two(&g, HS_OP_matmul, 3, 1, x, s), m2 = two(&g, HS_OP_matmul, 3, 1, x, p),
                m3 = two(&g, HS_OP_matmul, 2, 2, k, k);
      const int total = one(&g, HS_OP_sum, 1, 1, m), length = one(&g, HS_OP_norm, 1, 1, m2);
      const int chosen[] = {two(&g, HS_OP_gt, 2, 1, s, p), s, p};
      const int w = put(&g, HS_OP_select, 2, 1, 3, chosen, 0, NULL);
      const int all[] = {m, m2, m3, total, length, w, k};
      const int r = put(&g, HS_OP_concat, 18, 1, 7, all, 0, NULL);
      bench q = bench_new(&g, r, lanes[j], 0.2, 0.9);
      assert_true(check(&q, HONEST) < 1e-8);
      bench_free(&q);
    }
  }
}

static void networks_with_every_activation(void **state) {
  (void)state;
  for (int act = 0; act < HS_ACTIVATION_COUNT; act++) {
    for (int j = 0; j < 4; j++) {
      for (int cols = 1; cols <= 3; cols += 2) {
        builder g = {0};
        const int x = leaf(&g, HS_OP_state, 2, cols, 1), p = leaf(&g, HS_OP_param, 2, cols, 40);
        const int h = dense(&g, x, cols, 1, 2, 5, act, 0), f = dense(&g, h, cols, 16, 5, 1, HS_IDENTITY, 1);
        const int h2 = dense(&g, p, cols, 1, 2, 5, act, 0), f2 = dense(&g, h2, cols, 16, 5, 1, act, 1);
        const int r = two(&g, HS_OP_mul, 1, cols, f, f2);
        bench q = bench_new(&g, r, lanes[j], -0.9, 0.8);
        double error = check(&q, HONEST);
        if (!(error < 1e-7)) {
          fail_msg("activation %d, B = %d, K = %d: %g", act, lanes[j], cols, error);
        }
        assert_int_equal(q.n_tap, 2 * cols);
        bench_free(&q);
      }
    }
  }
}

/* Hidden values that one layer reads, or two, or a layer and a sum, or that are the tap, or the result. */
static void networks_that_share_values(void **state) {
  (void)state;
  for (int way = 0; way < 5; way++) {
    for (int j = 0; j < 4; j++) {
      builder g = {0};
      const int x = one(&g, HS_OP_sin, 2, 1, leaf(&g, HS_OP_state, 2, 1, 1));
      const int h = dense(&g, x, 1, 1, 2, 3, HS_TANH, way == 3), f = dense(&g, h, 1, 10, 3, 1, HS_SILU, 1);
      const int other = way == 1 ? dense(&g, h, 1, 20, 3, 1, HS_SIGMOID, 0) : way == 2 ? one(&g, HS_OP_sum, 1, 1, h) : f;
      const int r = way == 4 ? h : two(&g, HS_OP_mul, 1, 1, f, other);
      bench q = bench_new(&g, r, lanes[j], -0.9, 0.8);
      const double error = check(&q, HONEST);
      if (!(error < 1e-7)) {
        fail_msg("way %d, B = %d: %g", way, lanes[j], error);
      }
      bench_free(&q);
    }
  }
}

static void leaves_as_results(void **state) {
  (void)state;
  const int ops[] = {HS_OP_time, HS_OP_state, HS_OP_input, HS_OP_feature, HS_OP_param};
  for (int i = 0; i < 5; i++) {
    builder g = {0};
    const int r = leaf(&g, ops[i], 1, 1, 1);
    bench q = bench_new(&g, r, 5, -1, 1);
    assert_true(check(&q, HONEST) < 1e-9);
    assert_true(hs_program_work_size(q.p, 5) > 0);
    bench_free(&q);
  }
  builder g = {0};
  const double value = 2.5;
  const int r = put(&g, HS_OP_const, 2, 1, 0, NULL, 1, &value);
  bench q = bench_new(&g, r, 3, -1, 1);
  double out[6];
  hs_point at = point_of(&q);
  hs_program_result(q.p, 3, &at, q.work, out);
  assert_true(out[0] == 2.5 && out[5] == 2.5);
  bench_free(&q);
}

static void the_checker_sees_planted_mistakes(void **state) {
  (void)state;
  for (mistake wrong = HONEST; wrong <= SWAPPED; wrong++) {
    builder g = {0};
    const int x = leaf(&g, HS_OP_state, 2, 1, 1), p = leaf(&g, HS_OP_param, 2, 1, 1);
    const int r = two(&g, HS_OP_mul, 2, 1, one(&g, HS_OP_sin, 2, 1, x), one(&g, HS_OP_exp, 2, 1, p));
    bench q = bench_new(&g, r, 5, 0.2, 0.9);
    const double error = check(&q, wrong);
    assert_true(wrong == HONEST ? error < 1e-8 : error > 1e-3);
    bench_free(&q);
  }
}

/* Constant exponents take products; everywhere, special points too, they agree with pow. */
static void powers_agree_with_pow(void **state) {
  (void)state;
  const double at[] = {2.5, -2.5, 0.7, -0.7, 0.0, -0.0, 1e-200, -1e-200, 1e150, INFINITY, -INFINITY, NAN};
  for (double y = -10; y <= 10; y += 0.25) {
    builder g = {0};
    const int r = two(&g, HS_OP_pow, 1, 1, leaf(&g, HS_OP_state, 1, 1, 1), put(&g, HS_OP_const, 1, 1, 0, NULL, 1, &y));
    bench q = bench_new(&g, r, 12, -1, 1);
    memcpy(q.x, at, sizeof at);
    double value[12], seed[12], dx[X * 12] = {0};
    hs_point p = point_of(&q);
    const hs_direction d = {.x = dx};
    hs_program_forward(q.p, 12, &p, q.work);
    hs_program_result(q.p, 12, &p, q.work, value);
    for (int b = 0; b < 12; b++) {
      seed[b] = 1;
    }
    hs_program_vjp(q.p, 12, &p, q.work, seed, NULL, q.adjoint, &d);
    for (int b = 0; b < 12; b++) {
      const double slope = y == 0 ? 0 : y * pow(at[b], y - 1), both[2][2] = {{value[b], pow(at[b], y)}, {dx[b], slope}};
      for (int k = 0; k < 2; k++) {
        const double got = both[k][0], exact = both[k][1];
        if (!(got == exact || (isnan(got) && isnan(exact)) || fabs(got - exact) <= 2e-15 * fabs(exact))) {
          fail_msg("%g ^ %g, %s: %.17g, expected %.17g", at[b], y, k ? "slope" : "value", got, exact);
        }
      }
    }
    bench_free(&q);
  }
}

/* A branch that was not taken, and points where a derivative is infinite or undefined. */
static void no_poison(void **state) {
  (void)state;
  builder g = {0};
  const int x = leaf(&g, HS_OP_state, 1, 1, 1), zero = leaf(&g, HS_OP_state, 2, 1, 2);
  const double nothing = 0.0;
  const int c = put(&g, HS_OP_const, 1, 1, 0, NULL, 1, &nothing);
  const int args[] = {two(&g, HS_OP_gt, 1, 1, x, c), one(&g, HS_OP_sqrt, 1, 1, x), one(&g, HS_OP_square, 1, 1, x)};
  const int chosen = put(&g, HS_OP_select, 1, 1, 3, args, 0, NULL);
  const int r = two(&g, HS_OP_add, 1, 1, chosen, one(&g, HS_OP_norm, 1, 1, zero));
  bench q = bench_new(&g, r, 1, -1, 1);
  q.x[0] = -3;
  q.x[1] = q.x[2] = 0;
  const double seed = 1;
  double dx[X] = {0};
  hs_point at = point_of(&q);
  const hs_direction d = {.x = dx};
  hs_program_forward(q.p, 1, &at, q.work);
  hs_program_vjp(q.p, 1, &at, q.work, &seed, NULL, q.adjoint, &d);
  assert_true(dx[0] == -6.0 && dx[1] == 0.0 && dx[2] == 0.0);
  q.x[0] = NAN;
  double y;
  hs_program_forward(q.p, 1, &at, q.work);
  hs_program_result(q.p, 1, &at, q.work, &y);
  assert_true(isnan(y));
  bench_free(&q);
}

/* ---- untraced functions -------------------------------------------------------------------------------------------------------- */

static hs_status product(hs_external *self, int function, int B, const hs_point *at, int n, double *result) {
  (void)function;
  *(int *)self->context += 1;
  for (int i = 0; i < n; i++) {
    for (int b = 0; b < B; b++) {
      result[i * B + b] = at->v[i] * sin(at->x[i * B + b]) + at->z[b] * at->z[b];
    }
  }
  return *(int *)self->context > 1000 ? HS_CALLBACK : HS_OK;
}

static void untraced_functions(void **state) {
  (void)state;
  builder g = {0};
  int calls = 0;
  const double function = 1;
  const int r = put(&g, HS_OP_external, 2, 1, 0, NULL, 1, &function);
  hs_graph graph = graph_of(&g, r);
  hs_external external = {.call = product, .context = &calls};
  hs_program *p;
  hs_error e;
  assert_int_equal(hs_program_new(&p, &graph, sizes, 2, NULL, &e), HS_INVALID);
  assert_int_equal(hs_program_new(&p, &graph, sizes, 2, &external, &e), HS_OK);
  enum { B = 3 };
  double x[X * B], z[Z * B], v[V], seed[2 * B], dx[X * B] = {0}, dv[V] = {0}, tx[X * B] = {0}, out[2 * B];
  double *work = calloc(hs_program_work_size(p, B), sizeof *work),
         *adjoint = calloc(hs_program_adjoint_size(p, B), sizeof *adjoint);
  fill_random(x, X * B, 1, -1, 1);
  fill_random(z, Z * B, 2, -1, 1);
  fill_random(v, V, 3, -1, 1);
  fill_random(seed, 2 * B, 4, -1, 1);
  const hs_point at = {.x = x, .z = z, .v = v};
  hs_direction d = {.x = dx, .v = dv};
  hs_program_forward(p, B, &at, work);
  hs_program_vjp(p, B, &at, work, seed, NULL, adjoint, &d);
  double expected = 0;
  for (int b = 0; b < B; b++) {
    assert_true(fabs(dx[b] - seed[b] * v[0] * cos(x[b])) < 1e-9);
    expected += seed[B + b] * sin(x[B + b]);
  }
  assert_true(fabs(dv[1] - expected) < 1e-9 && fabs(dv[2]) < 1e-9);
  tx[0] = 1;
  d = (hs_direction){.x = tx};
  hs_program_jvp(p, B, &at, work, &d, adjoint, out);
  assert_true(fabs(out[0] - v[0] * cos(x[0])) < 1e-9 && fabs(out[1]) < 1e-9);
  calls = 2000;
  assert_int_equal(hs_program_forward(p, B, &at, work), HS_CALLBACK);
  hs_program_free(p);
  free(work);
  free(adjoint);
}

/* ---- hostile graphs ------------------------------------------------------------------------------------------------------------ */

static builder sound_graph(void) {
  builder g = {0};
  const int x = leaf(&g, HS_OP_state, 2, 1, 1);
  const double where[] = {2, 1};
  const int k = put(&g, HS_OP_index, 2, 1, 1, &x, 2, where);
  const int f = dense(&g, k, 1, 1, 2, 3, HS_TANH, 0);
  two(&g, HS_OP_matmul, 2, 1, leaf(&g, HS_OP_param, 2, 3, 1), f);
  return g;
}

static void refused(builder *g, int result, int n_result, const char *what) {
  hs_graph graph = graph_of(g, result);
  hs_program *p = NULL;
  hs_error e = {0};
  if (hs_program_new(&p, &graph, sizes, n_result, NULL, &e) != HS_INVALID || p) {
    fail_msg("%s was not refused", what);
  }
  assert_int_equal(strncmp(e.id, "graph:", 6), 0);
  assert_true(strlen(e.text) > 10);
}

static void hostile_graphs(void **state) {
  (void)state;
  const double bad_numbers[] = {NAN, INFINITY, -INFINITY, 0.0, -1.0, 1.5, 1e18, -1e18, 65.0};
  builder g = sound_graph();
  hs_graph graph = graph_of(&g, 4);
  hs_program *p;
  assert_int_equal(hs_program_new(&p, &graph, sizes, 2, NULL, NULL), HS_OK);
  hs_program_free(p);
  refused(&g, 4, 3, "a result of another size");
  refused(&g, 5, 2, "a result out of range");
  refused(&g, -1, 2, "a negative result");
  for (int i = 0; i < g.n; i++) {
    const int bad[] = {-1, 0, 7, 1000001, INT32_MAX, INT32_MIN};
    for (int b = 0; b < 6; b++) {
      builder h = g;
      h.rows[i] = bad[b];
      refused(&h, 4, 2, "rows");
      h = g;
      h.cols[i] = bad[b];
      refused(&h, 4, 2, "cols");
      h = g;
      h.n_args[i] += bad[b] == 0 ? -1 : bad[b] % 1000;
      refused(&h, 4, 2, "argument count");
      h = g;
      h.n_attrs[i] = bad[b] == g.n_attrs[i] ? 3 : bad[b];
      refused(&h, 4, 2, "attribute count");
      h = g;
      h.op[i] = bad[b] == 0 || bad[b] == 7 ? HS_OP_COUNT : bad[b];
      refused(&h, 4, 2, "operation");
    }
  }
  for (int a = 0; a < g.a; a++) {
    const int bad[] = {-1, 4, 5, INT32_MAX, INT32_MIN};
    for (int b = 0; b < 5; b++) {
      builder h = g;
      h.args[a] = bad[b];
      refused(&h, 4, 2, "argument");
    }
  }
  for (int a = 0; a < g.t; a++) {
    for (int b = 0; b < 9; b++) {
      builder h = g;
      h.attrs[a] = bad_numbers[b];
      if (bad_numbers[b] == 0.0 && a >= 7 && a <= 8) {
        continue; /* activation 0 and is_last 0 are fine */
      }
      refused(&h, 4, 2, "attribute");
    }
  }
  builder h = g;
  h.a--;
  refused(&h, 4, 2, "too few arguments in all");
  h = g;
  h.t++;
  refused(&h, 4, 2, "too many attributes in all");
  h = (builder){0};
  refused(&h, 0, 2, "an empty graph");
}

static void unused_nodes_are_dropped(void **state) {
  (void)state;
  builder g = {0};
  const int x = leaf(&g, HS_OP_state, 1, 1, 1);
  for (int i = 0; i < 100; i++) {
    one(&g, HS_OP_sin, 1, 1, x);
  }
  const int r = one(&g, HS_OP_cos, 1, 1, x);
  bench q = bench_new(&g, r, 4, -1, 1);
  assert_true(hs_program_work_size(q.p, 4) <= 4 + 24);
  bench_free(&q);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  builder g = sound_graph();
  hs_graph graph = graph_of(&g, 4);
  hs_program *p;
  hs_error e;
  for (long k = 1;; k++) {
    fail_allocation(k);
    hs_status s = hs_program_new(&p, &graph, sizes, 2, NULL, &e);
    bool reached = allocations_since() >= k;
    fail_allocation(0);
    if (!reached) {
      assert_int_equal(s, HS_OK);
      hs_program_free(p);
      assert_true(k > 3);
      return;
    }
    assert_int_equal(s, HS_MEMORY);
    assert_null(p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(elementwise_operations),
      cmocka_unit_test(structural_operations),
      cmocka_unit_test(networks_with_every_activation),
      cmocka_unit_test(networks_that_share_values),
      cmocka_unit_test(leaves_as_results),
      cmocka_unit_test(the_checker_sees_planted_mistakes),
      cmocka_unit_test(powers_agree_with_pow),
      cmocka_unit_test(no_poison),
      cmocka_unit_test(untraced_functions),
      cmocka_unit_test(hostile_graphs),
      cmocka_unit_test(unused_nodes_are_dropped),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
