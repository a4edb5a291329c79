/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operations: for o = f(x, y) with adjoint do and tangents x', y'
 *   forward   o  = f(x, y)
 *   vjp       dx += do df/dx,  dy += do df/dy        (summed over what was broadcast)
 *   jvp       o' = df/dx x' + df/dy y'
 * A zero adjoint or tangent contributes zero even where the derivative is infinite: the branch that `select` did not take must not
 * poison the one it took.
 */
#include "tape/ops.h"

#include <float.h>
#include <math.h>
#include <string.h>

static inline double hs_sign(double x) {
  return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x; /* 0 and NaN stay */
}

/* x^y. Small whole and half exponents, as constants in a model are, become products; pow at the points where those differ from it. */
static inline double hs_power(double x, double y) {
  const double twice = y + y;
  if (!(fabs(twice) <= 16.0) || twice != (double)(int)twice || (y != floor(y) && !(x > 0.0))) {
    return pow(x, y);
  }
  double result = y == floor(y) ? 1.0 : sqrt(x), square = x;
  for (int n = (int)fabs(y); n; n >>= 1, square *= square) {
    result = n & 1 ? result * square : result;
  }
  return y < 0.0 ? 1.0 / result : result;
}

static inline double times(double d, double partial) {
  return d == 0.0 ? 0.0 : d * partial;
}

/* Where element e, lane b of an operand lies when the result has L lanes. */
static inline size_t element_step(const hs_operand *a) {
  return a->n == 1 ? 0 : (size_t)a->lanes;
}

static inline int lane_step(const hs_operand *a, int L) {
  return a->lanes == L ? 1 : 0;
}

/* ---- elementwise ------------------------------------------------------------------------------------------------------------- */

/* s = g(x) for a few elements at a time. */
enum { CHUNK = 64 };
#define SLOPES_none(n, x, s) (void)(s)
#define SLOPES_sin(n, x, s) c->kernels->sin(n, x, s)
#define SLOPES_cos(n, x, s) c->kernels->cos(n, x, s)
#define SLOPES_sinh(n, x, s) c->kernels->sinh(n, x, s)
#define SLOPES_cosh(n, x, s) c->kernels->cosh(n, x, s)
#define SLOPES_sigmoid(n, x, s) c->kernels->sigmoid(n, x, s)

#define HS_LEAF(name)
#define HS_STRUCT(name, lo, hi)
#define HS_MAP(name, g, df)                                                                            \
  static void name##_forward(const hs_call *c) {                                                       \
    c->kernels->name((size_t)c->out.n *(size_t)c->out.lanes, c->arg[0].v, c->value);                   \
  }                                                                                                    \
  static inline double name##_dx(double x, double o, double s) {                                       \
    (void)x, (void)o, (void)s;                                                                         \
    return (df);                                                                                       \
  }                                                                                                    \
  /* to = (add ? to : 0) + from do/dx */                                                               \
  static void name##_slope_times(const hs_call *c, bool add, const double *from, double *to) {         \
    const double *x = c->arg[0].v, *o = c->out.v;                                                      \
    for (size_t i = 0, n = (size_t)c->out.n * (size_t)c->out.lanes; i < n; i += CHUNK) {               \
      const size_t count = n - i < CHUNK ? n - i : CHUNK;                                              \
      double s[CHUNK] = {0};                                                                           \
      SLOPES_##g(count, x + i, s);                                                                     \
      for (size_t j = 0; j < count; j++) {                                                             \
        to[i + j] = (add ? to[i + j] : 0.0) + times(from[i + j], name##_dx(x[i + j], o[i + j], s[j])); \
      }                                                                                                \
    }                                                                                                  \
  }                                                                                                    \
  static void name##_vjp(const hs_call *c) {                                                           \
    if (c->arg[0].d) {                                                                                 \
      name##_slope_times(c, true, c->out.d, c->arg[0].d);                                              \
    }                                                                                                  \
  }                                                                                                    \
  static void name##_jvp(const hs_call *c) {                                                           \
    if (c->arg[0].d) {                                                                                 \
      name##_slope_times(c, false, c->arg[0].d, c->out.d);                                             \
    } else {                                                                                           \
      memset(c->out.d, 0, (size_t)c->out.n *(size_t)c->out.lanes * sizeof(double));                    \
    }                                                                                                  \
  }
#define HS_UNARY(name, f, df)                                                                     \
  static void name##_forward(const hs_call *c) {                                                  \
    const double *restrict px = c->arg[0].v;                                                      \
    double *restrict po = c->value;                                                               \
    for (size_t i = 0, n = (size_t)c->out.n * (size_t)c->out.lanes; i < n; i++) {                 \
      double x = px[i];                                                                           \
      po[i] = (f);                                                                                \
    }                                                                                             \
  }                                                                                               \
  static inline double name##_dx(double x, double o) {                                            \
    (void)x, (void)o;                                                                             \
    return (df);                                                                                  \
  }                                                                                               \
  static void name##_vjp(const hs_call *c) {                                                      \
    const double *restrict px = c->arg[0].v, *restrict po = c->out.v, *restrict d = c->out.d;     \
    double *restrict dx = c->arg[0].d;                                                            \
    for (size_t i = 0, n = (size_t)c->out.n * (size_t)c->out.lanes; dx && i < n; i++) {           \
      dx[i] += times(d[i], name##_dx(px[i], po[i]));                                              \
    }                                                                                             \
  }                                                                                               \
  static void name##_jvp(const hs_call *c) {                                                      \
    const double *restrict px = c->arg[0].v, *restrict po = c->out.v, *restrict tx = c->arg[0].d; \
    double *restrict to = c->out.d;                                                               \
    for (size_t i = 0, n = (size_t)c->out.n * (size_t)c->out.lanes; i < n; i++) {                 \
      to[i] = tx ? times(tx[i], name##_dx(px[i], po[i])) : 0.0;                                   \
    }                                                                                             \
  }

/* BODY once for each pattern of lane steps, so that the steps are constants in the inner loop. */
#define FOR_LANE_STEPS(...)                                   \
  if (lane_step(&c->arg[0], L) && lane_step(&c->arg[1], L)) { \
    enum { SX = 1, SY = 1 };                                  \
    __VA_ARGS__                                               \
  } else if (lane_step(&c->arg[0], L)) {                      \
    enum { SX = 1, SY = 0 };                                  \
    __VA_ARGS__                                               \
  } else {                                                    \
    enum { SX = 0, SY = 1 };                                  \
    __VA_ARGS__                                               \
  }

#define HS_BINARY(name, f, fx, fy)                                                                                               \
  static inline double name##_dx(double x, double y, double o) {                                                                 \
    (void)x, (void)y, (void)o;                                                                                                   \
    return (fx);                                                                                                                 \
  }                                                                                                                              \
  static inline double name##_dy(double x, double y, double o) {                                                                 \
    (void)x, (void)y, (void)o;                                                                                                   \
    return (fy);                                                                                                                 \
  }                                                                                                                              \
  static void name##_forward(const hs_call *c) {                                                                                 \
    const int L = c->out.lanes;                                                                                                  \
    const size_t ex = element_step(&c->arg[0]), ey = element_step(&c->arg[1]);                                                   \
    FOR_LANE_STEPS(for (int e = 0; e < c->out.n; e++) {                                                                          \
      const double *restrict px = c->arg[0].v + (size_t)e * ex, *restrict py = c->arg[1].v + (size_t)e * ey;                     \
      double *restrict po = c->value + (size_t)e * (size_t)L;                                                                    \
      for (int b = 0; b < L; b++) {                                                                                              \
        double x = px[b * SX], y = py[b * SY];                                                                                   \
        po[b] = (f);                                                                                                             \
      }                                                                                                                          \
    })                                                                                                                           \
  }                                                                                                                              \
  static void name##_vjp(const hs_call *c) {                                                                                     \
    const int L = c->out.lanes;                                                                                                  \
    const size_t ex = element_step(&c->arg[0]), ey = element_step(&c->arg[1]);                                                   \
    FOR_LANE_STEPS(for (int e = 0; e < c->out.n; e++) {                                                                          \
      const double *px = c->arg[0].v + (size_t)e * ex, *py = c->arg[1].v + (size_t)e * ey;                                       \
      const double *po = c->out.v + (size_t)e * (size_t)L, *d = c->out.d + (size_t)e * (size_t)L;                                \
      double *dx = c->arg[0].d ? c->arg[0].d + (size_t)e * ex : NULL;                                                            \
      double *dy = c->arg[1].d ? c->arg[1].d + (size_t)e * ey : NULL;                                                            \
      for (int b = 0; dx && b < L; b++) {                                                                                        \
        dx[b * SX] += times(d[b], name##_dx(px[b * SX], py[b * SY], po[b]));                                                     \
      }                                                                                                                          \
      for (int b = 0; dy && b < L; b++) {                                                                                        \
        dy[b * SY] += times(d[b], name##_dy(px[b * SX], py[b * SY], po[b]));                                                     \
      }                                                                                                                          \
    })                                                                                                                           \
  }                                                                                                                              \
  static void name##_jvp(const hs_call *c) {                                                                                     \
    const int L = c->out.lanes;                                                                                                  \
    const size_t ex = element_step(&c->arg[0]), ey = element_step(&c->arg[1]);                                                   \
    FOR_LANE_STEPS(for (int e = 0; e < c->out.n; e++) {                                                                          \
      const double *px = c->arg[0].v + (size_t)e * ex, *py = c->arg[1].v + (size_t)e * ey;                                       \
      const double *po = c->out.v + (size_t)e * (size_t)L;                                                                       \
      const double *tx = c->arg[0].d ? c->arg[0].d + (size_t)e * ex : NULL;                                                      \
      const double *ty = c->arg[1].d ? c->arg[1].d + (size_t)e * ey : NULL;                                                      \
      double *to = c->out.d + (size_t)e * (size_t)L;                                                                             \
      for (int b = 0; b < L; b++) {                                                                                              \
        double x = px[b * SX], y = py[b * SY];                                                                                   \
        to[b] = (tx ? times(tx[b * SX], name##_dx(x, y, po[b])) : 0.0) + (ty ? times(ty[b * SY], name##_dy(x, y, po[b])) : 0.0); \
      }                                                                                                                          \
    })                                                                                                                           \
  }

#include "tape/ops.def"
#undef HS_LEAF
#undef HS_MAP
#undef HS_UNARY
#undef HS_BINARY
#undef HS_STRUCT

/* ---- select: o = m ? x : y ---------------------------------------------------------------------------------------------------- */

static inline size_t at_lane(const hs_operand *a, int e, int b, int L) {
  return (size_t)e * element_step(a) + (size_t)(b * lane_step(a, L));
}

static void select_forward(const hs_call *c) {
  const int L = c->out.lanes;
  for (int e = 0; e < c->out.n; e++) {
    for (int b = 0; b < L; b++) {
      const hs_operand *a = &c->arg[c->arg[0].v[at_lane(&c->arg[0], e, b, L)] != 0.0 ? 1 : 2];
      c->value[(size_t)e * (size_t)L + (size_t)b] = a->v[at_lane(a, e, b, L)];
    }
  }
}

static void select_vjp(const hs_call *c) {
  const int L = c->out.lanes;
  for (int e = 0; e < c->out.n; e++) {
    for (int b = 0; b < L; b++) {
      const hs_operand *a = &c->arg[c->arg[0].v[at_lane(&c->arg[0], e, b, L)] != 0.0 ? 1 : 2];
      if (a->d) {
        a->d[at_lane(a, e, b, L)] += c->out.d[(size_t)e * (size_t)L + (size_t)b];
      }
    }
  }
}

static void select_jvp(const hs_call *c) {
  const int L = c->out.lanes;
  for (int e = 0; e < c->out.n; e++) {
    for (int b = 0; b < L; b++) {
      const hs_operand *a = &c->arg[c->arg[0].v[at_lane(&c->arg[0], e, b, L)] != 0.0 ? 1 : 2];
      c->out.d[(size_t)e * (size_t)L + (size_t)b] = a->d ? a->d[at_lane(a, e, b, L)] : 0.0;
    }
  }
}

/* ---- index: o[e] = x[index[e]] ------------------------------------------------------------------------------------------------ */

static void gather(const hs_call *c, const double *x, double *o) {
  const size_t L = (size_t)c->out.lanes;
  for (int e = 0; e < c->out.n; e++) {
    memcpy(o + (size_t)e * L, x + (size_t)c->index[e] * L, L * sizeof *o);
  }
}

static void index_forward(const hs_call *c) {
  gather(c, c->arg[0].v, c->value);
}

static void index_vjp(const hs_call *c) {
  const size_t L = (size_t)c->out.lanes;
  for (int e = 0; c->arg[0].d && e < c->out.n; e++) {
    double *dx = c->arg[0].d + (size_t)c->index[e] * L;
    const double *d = c->out.d + (size_t)e * L;
    for (size_t b = 0; b < L; b++) {
      dx[b] += d[b];
    }
  }
}

static void index_jvp(const hs_call *c) {
  if (c->arg[0].d) {
    gather(c, c->arg[0].d, c->out.d);
  } else {
    memset(c->out.d, 0, (size_t)c->out.n * (size_t)c->out.lanes * sizeof(double));
  }
}

/* ---- concat: o = [x1; x2; ...] ------------------------------------------------------------------------------------------------ */

static void stack(const hs_call *c, bool tangent, double *o) {
  const int L = c->out.lanes;
  for (int k = 0; k < c->n_arg; k++) {
    const hs_operand *a = &c->arg[k];
    const double *x = tangent ? a->d : a->v;
    for (int e = 0; e < a->n; e++, o += L) {
      const double *row = x ? x + (size_t)e * (size_t)a->lanes : NULL;
      for (int b = 0, s = lane_step(a, L); b < L; b++) {
        o[b] = row ? row[b * s] : 0.0;
      }
    }
  }
}

static void concat_forward(const hs_call *c) {
  stack(c, false, c->value);
}

static void concat_vjp(const hs_call *c) {
  const int L = c->out.lanes;
  const double *d = c->out.d;
  for (int k = 0; k < c->n_arg; k++) {
    const hs_operand *a = &c->arg[k];
    for (int e = 0; e < a->n; e++, d += L) {
      for (int b = 0, s = lane_step(a, L); a->d && b < L; b++) {
        a->d[(size_t)e * (size_t)a->lanes + (size_t)(b * s)] += d[b];
      }
    }
  }
}

static void concat_jvp(const hs_call *c) {
  stack(c, true, c->out.d);
}

/* ---- sum: o = sum_e x[e];  norm: o = sqrt(sum_e x[e]^2), derivative 0 at 0 --------------------------------------------------- */

static void sum_rows(const hs_call *c, const double *x, double *o) {
  const int L = c->out.lanes;
  memset(o, 0, (size_t)L * sizeof *o);
  for (int e = 0; x && e < c->arg[0].n; e++) {
    for (int b = 0; b < L; b++) {
      o[b] += x[(size_t)e * (size_t)L + (size_t)b];
    }
  }
}

static void sum_forward(const hs_call *c) {
  sum_rows(c, c->arg[0].v, c->value);
}

static void sum_vjp(const hs_call *c) {
  const int L = c->out.lanes;
  for (int e = 0; c->arg[0].d && e < c->arg[0].n; e++) {
    for (int b = 0; b < L; b++) {
      c->arg[0].d[(size_t)e * (size_t)L + (size_t)b] += c->out.d[b];
    }
  }
}

static void sum_jvp(const hs_call *c) {
  sum_rows(c, c->arg[0].d, c->out.d);
}

static void norm_forward(const hs_call *c) {
  const int L = c->out.lanes;
  for (int b = 0; b < L; b++) {
    double scale = 0.0, s = 0.0; /* scaled as in BLAS nrm2's contract: no overflow where the norm itself is finite */
    for (int e = 0; e < c->arg[0].n; e++) {
      double x = fabs(c->arg[0].v[(size_t)e * (size_t)L + (size_t)b]);
      scale = x > scale || isnan(x) ? x : scale; /* a NaN stays: no comparison with it is true */
    }
    for (int e = 0; scale > 0.0 && e < c->arg[0].n; e++) {
      double x = c->arg[0].v[(size_t)e * (size_t)L + (size_t)b] / scale;
      s += x * x;
    }
    c->value[b] = scale > 0.0 && isfinite(scale) ? scale * sqrt(s) : scale;
  }
}

static void norm_vjp(const hs_call *c) {
  const int L = c->out.lanes;
  for (int e = 0; c->arg[0].d && e < c->arg[0].n; e++) {
    for (int b = 0; b < L; b++) {
      size_t i = (size_t)e * (size_t)L + (size_t)b;
      c->arg[0].d[i] += c->out.v[b] == 0.0 ? 0.0 : times(c->out.d[b], c->arg[0].v[i] / c->out.v[b]);
    }
  }
}

static void norm_jvp(const hs_call *c) {
  const int L = c->out.lanes;
  memset(c->out.d, 0, (size_t)L * sizeof(double));
  for (int e = 0; c->arg[0].d && e < c->arg[0].n; e++) {
    for (int b = 0; b < L; b++) {
      size_t i = (size_t)e * (size_t)L + (size_t)b;
      c->out.d[b] += c->out.v[b] == 0.0 ? 0.0 : times(c->arg[0].d[i], c->arg[0].v[i] / c->out.v[b]);
    }
  }
}

/* ---- matmul: C = A B, A (r, k), B (k, c), column-major elements --------------------------------------------------------------- */

/* C += A B for values or tangents; a and b point at arrays shaped as arg[0], arg[1]. */
static void multiply_add(const hs_call *c, const double *a, const double *b, double *out) {
  const int L = c->out.lanes, r = c->arg[0].rows, k = c->arg[0].cols, cols = c->arg[1].cols;
  const int la = c->arg[0].lanes, lb = c->arg[1].lanes;
  for (int j = 0; j < cols; j++) {
    double *cj = out + (size_t)j * (size_t)r * (size_t)L;
    if (la == 1 && lb == L) {
      c->kernels->gemm(r, L, k, a, 1, r, b + (size_t)j * (size_t)k * (size_t)L, L, NULL, 0, cj, L);
      continue;
    }
    for (int i = 0; i < r; i++) {
      for (int p = 0; p < k; p++) {
        const double *x = a + (size_t)(i + p * r) * (size_t)la, *y = b + (size_t)(p + j * k) * (size_t)lb;
        for (int l = 0, sx = la == L, sy = lb == L; l < L; l++) {
          cj[(size_t)i * (size_t)L + (size_t)l] += x[l * sx] * y[l * sy];
        }
      }
    }
  }
}

static void matmul_forward(const hs_call *c) {
  memset(c->value, 0, (size_t)c->out.n * (size_t)c->out.lanes * sizeof(double));
  multiply_add(c, c->arg[0].v, c->arg[1].v, c->value);
}

static void matmul_vjp(const hs_call *c) { /* dA += dC B^T, dB += A^T dC */
  const int L = c->out.lanes, r = c->arg[0].rows, k = c->arg[0].cols, cols = c->arg[1].cols;
  const int la = c->arg[0].lanes, lb = c->arg[1].lanes, sx = la == L, sy = lb == L;
  for (int j = 0; j < cols; j++) {
    for (int i = 0; i < r; i++) {
      const double *d = c->out.d + (size_t)(i + j * r) * (size_t)L;
      for (int p = 0; p < k; p++) {
        size_t ia = (size_t)(i + p * r) * (size_t)la, ib = (size_t)(p + j * k) * (size_t)lb;
        for (int l = 0; c->arg[0].d && l < L; l++) {
          c->arg[0].d[ia + (size_t)(l * sx)] += times(d[l], c->arg[1].v[ib + (size_t)(l * sy)]);
        }
        for (int l = 0; c->arg[1].d && l < L; l++) {
          c->arg[1].d[ib + (size_t)(l * sy)] += times(d[l], c->arg[0].v[ia + (size_t)(l * sx)]);
        }
      }
    }
  }
}

static void matmul_jvp(const hs_call *c) {
  memset(c->out.d, 0, (size_t)c->out.n * (size_t)c->out.lanes * sizeof(double));
  if (c->arg[0].d) {
    multiply_add(c, c->arg[0].d, c->arg[1].v, c->out.d);
  }
  if (c->arg[1].d) {
    multiply_add(c, c->arg[0].v, c->arg[1].d, c->out.d);
  }
}

/* ---- dense: o = act(W x + b), W (n_out, n_in) column-major and b (n_out) inside v, x (n_in, K) ------------------------------- */

typedef struct {
  int in, out, K, L;
  size_t W, b;
  hs_activation act;
} dense;

static dense dense_of(const hs_call *c) {
  return (dense){.in = c->index[DENSE_IN],
                 .out = c->index[DENSE_OUT],
                 .K = c->out.cols,
                 .L = c->out.lanes,
                 .W = (size_t)c->index[DENSE_W],
                 .b = (size_t)c->index[DENSE_B],
                 .act = (hs_activation)c->index[DENSE_ACTIVATION]};
}

/* y (n_out, K, L) = W x + b, or y += W x without b. */
static void affine(const hs_call *c, const dense *s, const double *W, const double *b, const double *x, double *y) {
  for (int k = 0; k < s->K; k++, x += (size_t)s->in * (size_t)s->L, y += (size_t)s->out * (size_t)s->L) {
    c->kernels->gemm(s->out, s->L, s->in, W, 1, s->out, x, s->L, b, 1, y, s->L);
  }
}

static void dense_forward(const hs_call *c) {
  const dense s = dense_of(c);
  affine(c, &s, c->at->v + s.W, c->at->v + s.b, c->arg[0].v, c->value);
  c->kernels->activate(s.act, (size_t)c->out.n * (size_t)s.L, c->value, c->aux);
}

/* dW += d x^T where some x is not finite: slow, but a zero adjoint stays zero. */
static void careful_weights(const dense *s, const double *d, const double *x, double *dW) {
  for (int j = 0; j < s->in; j++) {
    for (int i = 0; i < s->out; i++) {
      for (int l = 0; l < s->L; l++) {
        dW[(size_t)i + (size_t)j * (size_t)s->out] +=
            times(d[(size_t)i * (size_t)s->L + (size_t)l], x[(size_t)j * (size_t)s->L + (size_t)l]);
      }
    }
  }
}

/* dW += d x^T, db += sum of d over the lanes, for one column. */
static void weights_vjp(const hs_call *c, const dense *s, const double *d, const double *x) {
  double *transposed = c->scratch; /* (L, n_out), so that dW is again a product with contiguous rows */
  c->kernels->transpose(s->out, s->L, d, transposed, c->dv + s->b);
  if (c->kernels->finite((size_t)s->in * (size_t)s->L, x)) {
    c->kernels->gemm(s->in, s->out, s->L, x, s->L, 1, transposed, s->out, NULL, 0, c->dv + s->W, s->out);
  } else {
    careful_weights(s, d, x, c->dv + s->W);
  }
}

/* The adjoint of this node's output is overwritten by that of its pre-activation: nothing reads it afterwards. */
static void dense_vjp(const hs_call *c) {
  const dense s = dense_of(c);
  c->kernels->activate_vjp(s.act, (size_t)c->out.n * (size_t)s.L, c->out.v, c->aux, c->out.d);
  for (int k = 0; k < s.K; k++) {
    const double *d = c->out.d + (size_t)k * (size_t)s.out * (size_t)s.L;
    const size_t column = (size_t)k * (size_t)s.in * (size_t)s.L;
    if (c->dv) {
      weights_vjp(c, &s, d, c->arg[0].v + column);
    }
    if (c->arg[0].d) {
      const double zero = 0.0, *start = c->arg[0].fresh ? &zero : NULL;
      c->kernels->gemm(s.in, s.L, s.out, c->at->v + s.W, s.out, 1, d, s.L, start, 0, c->arg[0].d + column, s.L);
    }
  }
}

static void dense_jvp(const hs_call *c) {
  const dense s = dense_of(c);
  const size_t n = (size_t)c->out.n * (size_t)s.L;
  if (c->dv) {
    affine(c, &s, c->dv + s.W, c->dv + s.b, c->arg[0].v, c->out.d);
  } else {
    memset(c->out.d, 0, n * sizeof(double));
  }
  if (c->arg[0].d) {
    affine(c, &s, c->at->v + s.W, NULL, c->arg[0].d, c->out.d);
  }
  c->kernels->activate_vjp(s.act, n, c->out.v, c->aux, c->out.d);
}

/* ---- external: an untraced function, derivatives by central differences ------------------------------------------------------ */

static void external_call(const hs_call *c, const hs_point *at, double *result) {
  hs_external *ext = c->external;
  if (ext->status == HS_OK) {
    ext->status = ext->call(ext, c->index[0], c->out.lanes, at, c->out.n, result);
  }
  if (ext->status != HS_OK) {
    for (size_t i = 0, n = (size_t)c->out.n * (size_t)c->out.lanes; i < n; i++) {
      result[i] = NAN;
    }
  }
}

static void external_forward(const hs_call *c) {
  external_call(c, c->at, c->value);
}

/* Optimal for central differences: the cube root of the unit roundoff, relative to the value; small values count as 1e-3. */
static double difference_step(double x) {
  return 6.0e-6 * fmax(1e-3, fabs(x));
}

typedef struct {
  double *x, *z, *v, *high, *low, *kept, *step;
  hs_point at;
} stencil;

static stencil stencil_new(const hs_call *c) {
  const size_t L = (size_t)c->out.lanes, nx = (size_t)c->sizes.x * L, nz = (size_t)c->sizes.z * L;
  stencil s;
  s.high = c->scratch;
  s.low = s.high + (size_t)c->out.n * L;
  s.kept = s.low + (size_t)c->out.n * L;
  s.step = s.kept + L;
  s.x = s.step + L;
  s.z = s.x + nx;
  s.v = s.z + nz;
  if (nx) {
    memcpy(s.x, c->at->x, nx * sizeof(double));
  }
  if (nz) {
    memcpy(s.z, c->at->z, nz * sizeof(double));
  }
  if (c->sizes.v) {
    memcpy(s.v, c->at->v, (size_t)c->sizes.v * sizeof(double));
  }
  s.at = *c->at;
  s.at.x = s.x;
  s.at.z = s.z;
  s.at.v = s.v;
  return s;
}

/* d[b] += do . (f(value + h) - f(value - h)) / 2h for one coordinate of each of `lanes` lanes. */
static void external_column(const hs_call *c, stencil *s, double *value, int lanes, double *d) {
  const int L = c->out.lanes;
  double *kept = s->kept, *step = s->step;
  for (int b = 0; b < lanes; b++) {
    kept[b] = value[b];
    step[b] = difference_step(value[b]);
    value[b] = kept[b] + step[b];
  }
  external_call(c, &s->at, s->high);
  for (int b = 0; b < lanes; b++) {
    value[b] = kept[b] - step[b];
  }
  external_call(c, &s->at, s->low);
  for (int b = 0; b < lanes; b++) {
    value[b] = kept[b];
  }
  for (int e = 0; e < c->out.n; e++) {
    for (int b = 0; b < L; b++) {
      size_t i = (size_t)e * (size_t)L + (size_t)b;
      int k = lanes == L ? b : 0;
      d[k] += times(c->out.d[i], (s->high[i] - s->low[i]) / (2.0 * step[k]));
    }
  }
}

static void external_vjp(const hs_call *c) {
  const int L = c->out.lanes;
  stencil s = stencil_new(c);
  for (int i = 0; c->d->x && i < c->sizes.x; i++) {
    external_column(c, &s, s.x + (size_t)i * (size_t)L, L, c->d->x + (size_t)i * (size_t)L);
  }
  for (int i = 0; c->d->z && i < c->sizes.z; i++) {
    external_column(c, &s, s.z + (size_t)i * (size_t)L, L, c->d->z + (size_t)i * (size_t)L);
  }
  for (int i = 0; c->d->v && i < c->sizes.v; i++) {
    external_column(c, &s, s.v + i, 1, c->d->v + i);
  }
}

/* The step along a direction whose largest component moves its value by that value's own step at most. */
static double step_along(const double *x, const double *along, size_t n, double h) {
  for (size_t i = 0; along && i < n; i++) {
    if (along[i] != 0.0) {
      h = fmin(h, difference_step(x[i]) / fabs(along[i]));
    }
  }
  return h;
}

static void move(double *to, const double *from, const double *along, double by, size_t n) {
  for (size_t i = 0; along && i < n; i++) {
    to[i] = from[i] + by * along[i];
  }
}

static void external_jvp(const hs_call *c) {
  const size_t L = (size_t)c->out.lanes, nx = (size_t)c->sizes.x * L, nz = (size_t)c->sizes.z * L;
  double h = step_along(c->at->x, c->d->x, nx, INFINITY);
  h = step_along(c->at->z, c->d->z, nz, h);
  h = step_along(c->at->v, c->d->v, (size_t)c->sizes.v, h);
  h = isfinite(h) ? h : 1.0; /* a direction of zeros */
  stencil s = stencil_new(c);
  for (int side = 0; side < 2; side++) {
    double by = side ? -h : h;
    move(s.x, c->at->x, c->d->x, by, nx);
    move(s.z, c->at->z, c->d->z, by, nz);
    move(s.v, c->at->v, c->d->v, by, (size_t)c->sizes.v);
    external_call(c, &s.at, side ? s.low : s.high);
  }
  for (size_t i = 0, n = (size_t)c->out.n * L; i < n; i++) {
    c->out.d[i] = (s.high[i] - s.low[i]) / (2.0 * h);
  }
}

void hs_op_scratch(int op, const int *index, hs_sizes s, int n, size_t *per_lane, size_t *fixed) {
  *per_lane = 0;
  *fixed = 0;
  if (op == HS_OP_conv) {
    *fixed = hs_conv_scratch(index);
  } else if (op == HS_OP_dense) {
    *per_lane = (size_t)index[DENSE_OUT];
  } else if (op == HS_OP_external) {
    *per_lane = 2 * (size_t)n + 2 + (size_t)s.x + (size_t)s.z;
    *fixed = (size_t)s.v;
  }
}

const hs_op_row hs_ops[HS_OP_COUNT] = {
#define HS_LEAF(name) {#name, 0, 0, true, false, NULL, NULL, NULL},
#define HS_MAP(name, g, df) {#name, 1, 1, false, true, name##_forward, name##_vjp, name##_jvp},
#define HS_UNARY(name, f, df) {#name, 1, 1, false, true, name##_forward, name##_vjp, name##_jvp},
#define HS_BINARY(name, f, fx, fy) {#name, 2, 2, false, true, name##_forward, name##_vjp, name##_jvp},
#define HS_STRUCT(name, lo, hi) {#name, lo, hi, false, false, name##_forward, name##_vjp, name##_jvp},
#include "tape/ops.def"
};
#undef HS_LEAF
#undef HS_MAP
#undef HS_UNARY
#undef HS_BINARY
#undef HS_STRUCT

const char *hs_op_name(int op) {
  return op >= 0 && op < HS_OP_COUNT ? hs_ops[op].name : NULL;
}

int hs_op_find(const char *name) {
  for (int i = 0; i < HS_OP_COUNT; i++) {
    if (!strcmp(hs_ops[i].name, name)) {
      return i;
    }
  }
  return -1;
}
