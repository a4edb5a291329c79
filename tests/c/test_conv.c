/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stencils and convolutions: values against a naive twin at odd sizes, every boundary and every level of the kernels; tangents against
 * differences; adjoints against tangents; the same bits from v3 and v4.
 */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "testing.h"

#include "tape/ops.h"

enum { MOST = 9000 };
static double x[MOST], dx[MOST], v[MOST], dv[MOST], dr[MOST], r[MOST], high[MOST], low[MOST], tangent[MOST], gx[MOST], gv[MOST];

#ifdef __clang__
enum { SAME_BITS = 0 };
#else
enum { SAME_BITS = 1 };
#endif

typedef struct {
  int H, W, kh, kw, in, out, boundary, activation;
  double outside;
  bool conv;
} layer;

static int outside_or(int i, int n, int boundary) {
  return i >= 0 && i < n ? i : boundary == HS_PERIODIC ? (i + n) % n : boundary == HS_REPLICATE ? (i < 0 ? 0 : n - 1) : -1;
}

/* One pixel of an output channel, from the definition. */
static double naive(const layer *s, const double *weights, const double *field, int L, int o, int i, int j, int l) {
  double sum = s->conv ? weights[s->kh * s->kw * s->in * s->out + o] : 0.0;
  for (int c = 0; c < s->in; c++) {
    for (int b = 0; b < s->kw; b++) {
      for (int a = 0; a < s->kh; a++) {
        const int row = outside_or(i + a - s->kh / 2, s->H, s->boundary),
                  column = outside_or(j + b - s->kw / 2, s->W, s->boundary);
        const double k = weights[((o * s->in + c) * s->kw + b) * s->kh + a];
        sum += k * (row < 0 || column < 0 ? s->outside : field[((c * s->W + column) * s->H + row) * L + l]);
      }
    }
  }
  return sum;
}

static int layer_node(builder *g, const layer *s) {
  const int field = leaf(g, HS_OP_state, s->H, s->W * s->in, 1);
  const int taps = s->kh * s->kw;
  if (s->conv) {
    const double attrs[] = {1, 1 + taps * s->in * s->out, s->in, s->out, s->activation, 1, s->kh, s->kw, s->H, s->W, s->boundary};
    return put(g, HS_OP_conv, s->H, s->W * s->out, 1, &field, CONV_ATTRS, attrs);
  }
  double attrs[STENCIL_INTEGERS + 1 + 64] = {s->H, s->W, s->kh, s->kw, s->boundary, s->outside};
  memcpy(attrs + STENCIL_INTEGERS + 1, v, (size_t)taps * sizeof *attrs);
  return put(g, HS_OP_stencil, s->H, s->W, 1, &field, STENCIL_INTEGERS + 1 + taps, attrs);
}

static double dot(const double *a, const double *b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

static void fill_all(void) {
  double *all[] = {x, dx, v, dv, dr};
  for (int i = 0; i < 5; i++) {
    fill_random(all[i], MOST, 70 + i, -0.5, 0.5);
  }
}

static void check_layer(const layer *s, int L) {
  const char *levels[] = {"base", "v3", "v4"};
  static double first[2][MOST];
  builder g = {0};
  const int node = layer_node(&g, s);
  const size_t n_x = (size_t)(s->H * s->W * s->in * L), n_r = (size_t)(s->H * s->W * s->out * L);
  const int n_v = s->conv ? s->kh * s->kw * s->in * s->out + s->out : 1;
  const hs_sizes sizes = {.x = s->H * s->W * s->in, .v = n_v};
  assert_true(n_x < MOST && n_r < MOST && n_v < MOST);
  for (int level = 0; level < 3; level++) {
    setenv("HYBRIDSAM_KERNELS", levels[level], 1);
    hs_graph graph = graph_of(&g, node);
    hs_program *p;
    hs_error e = {0};
    if (hs_program_new(&p, &graph, sizes, s->H * s->W * s->out, NULL, &e) != HS_OK) {
      fail_msg("%s", e.text);
    }
    unsetenv("HYBRIDSAM_KERNELS");
    double *work = calloc(hs_program_work_size(p, L) + 1, sizeof *work),
           *adjoint = calloc(hs_program_adjoint_size(p, L) + 1, sizeof *adjoint);
    const hs_point at = {.x = x, .v = v};
    hs_program_forward(p, L, &at, work);
    hs_program_result(p, L, &at, work, r);
    for (int o = 0; s->activation == HS_IDENTITY && o < s->out; o++) {
      for (int j = 0; j < s->W; j++) {
        for (int i = 0; i < s->H; i++) {
          for (int l = 0; l < L; l++) {
            const double error = r[((o * s->W + j) * s->H + i) * L + l] - naive(s, v, x, L, o, i, j, l);
            if (!(fabs(error) < 1e-13)) {
              fail_msg("%s: field %d x %d, kernel %d x %d, channels %d to %d, boundary %d, L %d: off by %g at %d %d of %d",
                       levels[level], s->H, s->W, s->kh, s->kw, s->in, s->out, s->boundary, L, error, i, j, o);
            }
          }
        }
      }
    }
    const hs_direction along = {.x = dx, .v = dv};
    hs_program_jvp(p, L, &at, work, &along, adjoint, tangent);
    memset(gx, 0, sizeof gx);
    memset(gv, 0, sizeof gv);
    const hs_direction back = {.x = gx, .v = gv};
    hs_program_vjp(p, L, &at, work, dr, NULL, adjoint, &back);
    const double left = dot(dr, tangent, n_r), right = dot(gx, dx, n_x) + dot(gv, dv, (size_t)n_v);
    if (!(fabs(left - right) < 1e-12 * (1 + fabs(left)))) {
      fail_msg("%s: field %d x %d, kernel %d x %d, channels %d to %d, boundary %d, L %d: adjoint %.15g, tangent %.15g",
               levels[level], s->H, s->W, s->kh, s->kw, s->in, s->out, s->boundary, L, right, left);
    }
    double *move[] = {x, v}, *by[] = {dx, dv}, *values[] = {high, low};
    const double h = 1e-5;
    for (int side = 0; side < 2; side++) {
      for (int k = 0; k < 2; k++) {
        for (int i = 0; i < MOST; i++) {
          move[k][i] += (side ? -2 : 1) * h * by[k][i];
        }
      }
      hs_program_forward(p, L, &at, work);
      hs_program_result(p, L, &at, work, values[side]);
    }
    for (size_t i = 0; i < n_r; i++) {
      assert_true(!s->conv || fabs((high[i] - low[i]) / (2 * h) - tangent[i]) < 1e-8);
    }
    fill_all();
    if (level == 1) {
      memcpy(first[0], gx, sizeof gx);
      memcpy(first[1], gv, sizeof gv);
    } else if (level == 2 && SAME_BITS) {
      assert_memory_equal(first[0], gx, sizeof gx);
      assert_memory_equal(first[1], gv, sizeof gv);
    }
    hs_program_free(p);
    free(work);
    free(adjoint);
  }
}

static void convolutions(void **state) {
  (void)state;
  const int sizes[][2] = {{3, 3}, {4, 7}, {8, 5}, {11, 1}, {5, 6}}, kernels[][2] = {{1, 1}, {3, 3}, {5, 5}, {3, 1}},
            channels[][2] = {{1, 1}, {2, 5}, {4, 3}, {1, 9}}, lanes[] = {1, 3, 5, 8};
  fill_all();
  for (int f = 0; f < 5; f++) {
    for (int k = 0; k < 4; k++) {
      if (kernels[k][0] > sizes[f][0] || kernels[k][1] > sizes[f][1]) {
        continue;
      }
      for (int c = 0; c < 4; c++) {
        for (int b = HS_PERIODIC; b <= HS_REPLICATE; b++) {
          const layer s = {.H = sizes[f][0],
                           .W = sizes[f][1],
                           .kh = kernels[k][0],
                           .kw = kernels[k][1],
                           .in = channels[c][0],
                           .out = channels[c][1],
                           .boundary = b,
                           .conv = true,
                           .activation = c % 2 ? HS_TANH : HS_IDENTITY};
          check_layer(&s, lanes[(f + k + c) % 4]);
        }
      }
    }
  }
  const layer many = {.H = 4, .W = 3, .kh = 3, .kw = 3, .in = 120, .out = 2, .conv = true}; /* more taps than one product takes */
  check_layer(&many, 2);
}

static void stencils(void **state) {
  (void)state;
  const int sizes[][2] = {{3, 3}, {4, 7}, {8, 5}, {11, 1}, {5, 6}}, kernels[][2] = {{1, 1}, {3, 3}, {5, 5}, {3, 1}, {1, 3}},
            lanes[] = {1, 3, 5, 8};
  fill_all();
  for (int f = 0; f < 5; f++) {
    for (int k = 0; k < 5; k++) {
      if (kernels[k][0] > sizes[f][0] || kernels[k][1] > sizes[f][1]) {
        continue;
      }
      for (int b = HS_PERIODIC; b <= HS_DIRICHLET; b++) {
        const layer s = {.H = sizes[f][0],
                         .W = sizes[f][1],
                         .kh = kernels[k][0],
                         .kw = kernels[k][1],
                         .in = 1,
                         .out = 1,
                         .boundary = b,
                         .outside = 0.3 * (k % 2)};
        check_layer(&s, lanes[(f + k) % 4]);
      }
    }
  }
}

/* A zero adjoint stays zero beside an input that is not finite. */
static void no_poison(void **state) {
  (void)state;
  builder g = {0};
  const layer s = {.H = 4, .W = 4, .kh = 3, .kw = 3, .in = 1, .out = 1, .conv = true, .activation = HS_TANH};
  const int node = layer_node(&g, &s);
  hs_graph graph = graph_of(&g, node);
  hs_program *p;
  assert_int_equal(hs_program_new(&p, &graph, (hs_sizes){.x = 16, .v = 10}, 16, NULL, NULL), HS_OK);
  fill_all();
  const int L = 2;
  double *work = calloc(hs_program_work_size(p, L), sizeof *work),
         *adjoint = calloc(hs_program_adjoint_size(p, L), sizeof *adjoint);
  for (int i = 0; i < 16; i++) { /* lane 1 has blown up and does not count */
    x[2 * i + 1] = i % 2 ? NAN : INFINITY;
    dr[2 * i + 1] = 0.0;
  }
  const hs_point at = {.x = x, .v = v};
  hs_program_forward(p, L, &at, work);
  memset(gv, 0, sizeof gv);
  const hs_direction back = {.v = gv};
  hs_program_vjp(p, L, &at, work, dr, NULL, adjoint, &back);
  for (int i = 0; i < 10; i++) {
    assert_true(isfinite(gv[i]) && gv[i] != 0.0);
  }
  hs_program_free(p);
  free(work);
  free(adjoint);
}

static void refused(const builder *g, int node, const char *id) {
  hs_graph graph = graph_of(g, node);
  hs_program *p;
  hs_error e = {0};
  assert_int_equal(hs_program_new(&p, &graph, (hs_sizes){.x = 32, .v = 40}, 16, NULL, &e), HS_INVALID);
  assert_null(p);
  if (strcmp(e.id, id) != 0) {
    fail_msg("expected %s, got %s: %s", id, e.id, e.text);
  }
}

static void hostile_layers(void **state) {
  (void)state;
  const layer good = {.H = 4, .W = 4, .kh = 3, .kw = 3, .in = 1, .out = 1, .conv = true};
  const double bad[] = {NAN, INFINITY, -INFINITY, -1, 0.5, 1e18, 65};
  for (int conv = 0; conv < 2; conv++) {
    layer s = good;
    s.conv = conv;
    builder g = {0};
    fill_all();
    const int node = layer_node(&g, &s), first = g.t - g.n_attrs[node];
    for (int a = 0; a < (conv ? CONV_ATTRS : STENCIL_INTEGERS); a++) {
      for (int b = 0; b < 7; b++) {
        builder h = g;
        h.attrs[first + a] = bad[b];
        hs_graph graph = graph_of(&h, node);
        hs_program *p;
        hs_error e = {0};
        assert_int_equal(hs_program_new(&p, &graph, (hs_sizes){.x = 32, .v = 40}, 16, NULL, &e), HS_INVALID);
        assert_true(e.text[0]);
      }
    }
    builder h = g;
    h.attrs[first + (conv ? (int)CONV_KH : (int)STENCIL_KH)] = 2;
    refused(&h, node, conv ? "graph:kernel" : "graph:attribute");
    h = g;
    h.attrs[first + (conv ? (int)CONV_KW : (int)STENCIL_KW)] = 5;
    refused(&h, node, conv ? "graph:kernel" : "graph:attribute");
    h = g;
    h.n_attrs[node]--;
    h.t--;
    refused(&h, node, "graph:attribute");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(convolutions),
      cmocka_unit_test(stencils),
      cmocka_unit_test(no_poison),
      cmocka_unit_test(hostile_layers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
