/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small-matrix product and the loops around it, in GCC/Clang vector types so that all builds of this file keep their shape:
 * HS_KERNELS=base (2 doubles a register), v3 (4, fused multiply-add) and v4 (8). The transcendental functions stand in kernels_math.h.
 *
 * gemm: C is updated in tiles of rows x vectors that stay in registers while k runs; the A element is broadcast. All three products of a
 * dense layer (forward, dx, dW) are this one product with other strides. No packing: the matrices of a model fit the first caches. Rows are
 * dealt to tiles evenly, because a tile of one or two rows waits for its own additions.
 *
 * The order of every sum depends on m, L, k and the strides alone: ascending, but four interleaved sums where C is small (too few elements
 * to hide the latency of an addition), and eight in the products with a vector (dots).
 */
#include "tape/kernels_math.h"

#ifndef HS_KERNELS
#define HS_KERNELS base
#endif
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)

/* Tiles of ROWS_nv rows x nv vectors: accumulators, nv vectors of B and one of A fill the register file. */
#if defined __AVX512F__
enum { NV = 4, ROWS_1 = 12, ROWS_2 = 12, ROWS_3 = 8, ROWS_4 = 6, SPLIT_NV = 2 };
#elif defined __AVX2__
enum { NV = 3, ROWS_1 = 12, ROWS_2 = 6, ROWS_3 = 4, ROWS_4 = 1, SPLIT_NV = 1 };
#else
enum { NV = 2, ROWS_1 = 8, ROWS_2 = 4, ROWS_3 = 1, ROWS_4 = 1, SPLIT_NV = 1 };
#endif
enum { MAX_ROWS = 12, MAX_NV = 4, SPLIT_ROWS = 3, SPLIT_MAX_AREA = 48, SPLIT_MIN_K = 8, GROUP = 8 };

typedef struct {
  int m, L, k;
  const double *a;
  long a_row, a_col;
  const double *b;
  long ldb;
  const double *bias;
  long bias_step;
  double *c;
  long ldc;
  int last; /* lanes in the last vector of a strip */
} product;

/* Vector j of nv: the last one may be a part. `part` and nv are constants. */
ALWAYS vec load_lane(const double *p, int j, int nv, int part, int last) {
  return part && j == nv - 1 ? load_part(p + j * VW, last) : load(p + j * VW);
}

ALWAYS void store_lane(double *p, vec v, int j, int nv, int part, int last) {
  if (part && j == nv - 1) {
    store_part(p + j * VW, v, last);
  } else {
    store(p + j * VW, v);
  }
}

/* rows x nv vectors of C; rows, nv and part are constants at every call, so the loops unroll and acc stays in registers. */
ALWAYS void tile(int rows, int nv, int part, product s) {
  vec acc[MAX_ROWS][MAX_NV];
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < nv; j++) {
      acc[i][j] = s.bias ? splat(s.bias[i * s.bias_step]) : load_lane(s.c + i * s.ldc, j, nv, part, s.last);
    }
  }
  for (int p = 0; p < s.k; p++, s.a += s.a_col, s.b += s.ldb) {
    vec x[MAX_NV];
    for (int j = 0; j < nv; j++) {
      x[j] = load_lane(s.b, j, nv, part, s.last);
    }
    for (int i = 0; i < rows; i++) {
      vec w = splat(s.a[i * s.a_row]);
      for (int j = 0; j < nv; j++) {
        acc[i][j] += w * x[j];
      }
    }
  }
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < nv; j++) {
      store_lane(s.c + i * s.ldc, acc[i][j], j, nv, part, s.last);
    }
  }
}

/* The same in four interleaved sums. */
ALWAYS void split_tile(int rows, int nv, int part, product s) {
  vec acc[4][SPLIT_ROWS][MAX_NV] = {{{{0}}}};
  int p = 0;
  for (; p + 4 <= s.k; p += 4, s.a += 4 * s.a_col, s.b += 4 * s.ldb) {
    for (int q = 0; q < 4; q++) {
      for (int j = 0; j < nv; j++) {
        vec x = load_lane(s.b + q * s.ldb, j, nv, part, s.last);
        for (int i = 0; i < rows; i++) {
          acc[q][i][j] += splat(s.a[i * s.a_row + q * s.a_col]) * x;
        }
      }
    }
  }
  for (int q = 0; q < 3; q++) {
    for (int j = 0; p + q < s.k && j < nv; j++) {
      vec x = load_lane(s.b + q * s.ldb, j, nv, part, s.last);
      for (int i = 0; i < rows; i++) {
        acc[q][i][j] += splat(s.a[i * s.a_row + q * s.a_col]) * x;
      }
    }
  }
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < nv; j++) {
      vec start = s.bias ? splat(s.bias[i * s.bias_step]) : load_lane(s.c + i * s.ldc, j, nv, part, s.last);
      vec sum = (acc[0][i][j] + acc[1][i][j]) + (acc[2][i][j] + acc[3][i][j]);
      store_lane(s.c + i * s.ldc, start + sum, j, nv, part, s.last);
    }
  }
}

#define ROWS_CASE(r)        \
  case r:                   \
    if (r <= most) {        \
      tile(r, nv, part, s); \
    }                       \
    break

ALWAYS void down(product *s, int rows) {
  s->a += rows * s->a_row;
  s->c += rows * s->ldc;
  if (s->bias) {
    s->bias += rows * s->bias_step;
  }
}

/* All rows of one strip of nv vectors, in tiles of at most `most` rows. */
ALWAYS void strip(int most, int nv, int part, product s) {
  const int tiles = (s.m + most - 1) / most, few = s.m / tiles, more = s.m % tiles;
  for (int t = 0; t < tiles; t++) {
    const int rows = few + (t < more);
    switch (rows) {
      ROWS_CASE(1);
      ROWS_CASE(2);
      ROWS_CASE(3);
      ROWS_CASE(4);
      ROWS_CASE(5);
      ROWS_CASE(6);
      ROWS_CASE(7);
      ROWS_CASE(8);
      ROWS_CASE(9);
      ROWS_CASE(10);
      ROWS_CASE(11);
      ROWS_CASE(12);
    default:
      break;
    }
    down(&s, rows);
  }
}

ALWAYS void split_strip(int nv, int part, product s) {
  if (s.m == 1) {
    split_tile(1, nv, part, s);
  } else if (s.m == 2) {
    split_tile(2, nv, part, s);
  } else {
    split_tile(3, nv, part, s);
  }
}

/* The next strip: sets its lanes and returns its vectors, dealt evenly to as few strips as can be; 0 for a part of a vector alone.
 * With masks (v4) such a part rides along. */
static int cut(product *s, int limit, int *lanes) {
  const int part = s->L % VW, all = s->L / VW + (MASKED && part), strips = (all + limit - 1) / limit;
  const int nv = strips ? (all + strips - 1) / strips : 0;
  *lanes = nv && nv * VW < s->L ? nv * VW : s->L;
  s->last = nv ? *lanes - (nv - 1) * VW : part;
  return nv;
}

static void next(product *s, int lanes) {
  s->L -= lanes;
  s->b += lanes;
  s->c += lanes;
}

static void in_strips(product s) {
  for (int lanes; s.L > 0; next(&s, lanes)) {
    switch (cut(&s, NV, &lanes)) {
    case 0:
      strip(ROWS_1, 1, 1, s);
      break;
    case 1:
      strip(ROWS_1, 1, MASKED, s);
      break;
    case 2:
      strip(ROWS_2, 2, MASKED, s);
      break;
    case 3:
      strip(ROWS_3, 3, MASKED, s);
      break;
    default:
      strip(ROWS_4, 4, MASKED, s);
      break;
    }
  }
}

static void in_split_strips(product s) {
  for (int lanes; s.L > 0; next(&s, lanes)) {
    switch (cut(&s, SPLIT_NV, &lanes)) {
    case 0:
      split_strip(1, 1, s);
      break;
    case 1:
      split_strip(1, MASKED, s);
      break;
    default:
      split_strip(SPLIT_NV, MASKED, s);
      break;
    }
  }
}

/* ---- L == 1 ------------------------------------------------------------------------------------------------------------------- */

/* acc[j] += row[p + j*VW ..] * b[p + j*VW ..], the first n of a group of 8. */
ALWAYS void group_part(const double *row, const double *b, int n, vec *acc) {
  for (int j = 0; j < GROUP / VW; j++) {
    const int left = n - j * VW;
    if (left > 0) {
      acc[j] += load_part(row + j * VW, left < VW ? left : VW) * load_part(b + j * VW, left < VW ? left : VW);
    }
  }
}

/* ((0+4) + (2+6)) + ((1+5) + (3+7)) */
ALWAYS double sum_group(const vec *acc) {
  double v[GROUP];
  for (int j = 0; j < GROUP / VW; j++) {
    store(v + j * VW, acc[j]);
  }
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* `rows` dot products at once, eight interleaved sums each. */
ALWAYS void dot_rows(int rows, product s) {
  vec acc[4][GROUP / VW] = {{{0}}};
  int p = 0;
  for (; p + GROUP <= s.k; p += GROUP) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < GROUP / VW; j++) {
        acc[i][j] += load(s.a + i * s.a_row + p + j * VW) * load(s.b + p + j * VW);
      }
    }
  }
  for (int i = 0; i < rows; i++) {
    group_part(s.a + i * s.a_row + p, s.b + p, s.k - p, acc[i]);
    s.c[i * s.ldc] = (s.bias ? s.bias[i * s.bias_step] : s.c[i * s.ldc]) + sum_group(acc[i]);
  }
}

static void dots(product s) {
  enum { ROWS = VW == 2 ? 2 : 4 };
  int i = 0;
  for (; i + ROWS <= s.m; i += ROWS) {
    dot_rows(ROWS, s);
    down(&s, ROWS);
  }
  for (; i < s.m; i++) {
    dot_rows(1, s);
    down(&s, 1);
  }
}

static void gemm(int m, int L, int k, const double *a, int a_row, int a_col, const double *b, int ldb, const double *bias,
                 int bias_step, double *c, int ldc) {
  product s = {.m = m,
               .L = L,
               .k = k,
               .a = a,
               .a_row = a_row,
               .a_col = a_col,
               .b = b,
               .ldb = ldb,
               .bias = bias,
               .bias_step = bias_step,
               .c = c,
               .ldc = ldc};
  if (L == 1 && m > 1 && a_row == 1 && ldc == 1) { /* c^T += b^T A^T: the columns of A lie in vectors */
    for (int i = 0; bias && i < m; i++) {
      c[i] = bias[i * bias_step];
    }
    s = (product){.m = 1, .L = m, .k = k, .a = b, .a_col = ldb, .b = a, .ldb = a_col, .c = c, .ldc = m};
  }
  if (s.L == 1 && a_col == 1 && ldb == 1) {
    dots(s);
  } else if (k >= SPLIT_MIN_K && (s.m == 1 || (s.m <= SPLIT_ROWS && s.m * s.L <= SPLIT_MAX_AREA))) {
    in_split_strips(s);
  } else {
    in_strips(s);
  }
}

/* ---- the loops around the products -------------------------------------------------------------------------------------------- */

/* 4 x 4 elements of the transpose, and their sums over l added to sum[0..3] in ascending order. No arrays of vectors here: gcc would copy
 * them through the stack in halves, and wait for it. */
ALWAYS void transpose_block(size_t m, size_t L, const double *d, double *t, double *sum) {
  typedef double four __attribute__((vector_size(32)));
  four r0, r1, r2, r3, total;
  memcpy(&r0, d, sizeof r0);
  memcpy(&r1, d + L, sizeof r1);
  memcpy(&r2, d + 2 * L, sizeof r2);
  memcpy(&r3, d + 3 * L, sizeof r3);
  memcpy(&total, sum, sizeof total);
  const four a = __builtin_shufflevector(r0, r1, 0, 4, 2, 6), b = __builtin_shufflevector(r0, r1, 1, 5, 3, 7);
  const four c = __builtin_shufflevector(r2, r3, 0, 4, 2, 6), e = __builtin_shufflevector(r2, r3, 1, 5, 3, 7);
  r0 = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  r1 = __builtin_shufflevector(b, e, 0, 1, 4, 5);
  r2 = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  r3 = __builtin_shufflevector(b, e, 2, 3, 6, 7);
  total = (((total + r0) + r1) + r2) + r3;
  memcpy(t, &r0, sizeof r0);
  memcpy(t + m, &r1, sizeof r1);
  memcpy(t + 2 * m, &r2, sizeof r2);
  memcpy(t + 3 * m, &r3, sizeof r3);
  memcpy(sum, &total, sizeof total);
}

static void transpose(int m, int L, const double *d, double *t, double *sum) {
  const int m4 = VW == 2 ? 0 : m - m % 4, L4 = L - L % 4; /* blocks do not pay with two lanes */
  for (int i = 0; i < m; i += i < m4 ? 4 : 1) {
    const double *row = d + (size_t)i * (size_t)L;
    for (int l = 0; i < m4 && l < L4; l += 4) {
      transpose_block((size_t)m, (size_t)L, row + l, t + (size_t)l * (size_t)m + i, sum + i);
    }
    for (int j = i; j < (i < m4 ? i + 4 : i + 1); j++, row += L) {
      for (int l = i < m4 ? L4 : 0; l < L; l++) {
        t[(size_t)l * (size_t)m + (size_t)j] = row[l];
        sum[j] += row[l];
      }
    }
  }
}

static bool finite(size_t n, const double *x) {
  vec sum[4] = {{0}}; /* independent sums, so that the loop does not wait for itself; x * 0 is 0, or NaN */
  size_t i = 0;
  for (; i + 4 * VW <= n; i += 4 * VW) {
    for (int j = 0; j < 4; j++) {
      sum[j] += load(x + i + (size_t)j * VW) * 0.0;
    }
  }
  for (; i < n; i += VW) {
    sum[0] += load_part(x + i, n - i < VW ? (int)(n - i) : VW) * 0.0;
  }
  const vec all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  return !any(all != all);
}

#define MAP(name, f)                                                                              \
  static void map_##name(size_t n, const double *x, double *y) {                                  \
    size_t i = 0;                                                                                 \
    for (; i + 2 * VW <= n; i += 2 * VW) { /* two at a time hide the latency of the polynomial */ \
      vec a = f(load(x + i)), b = f(load(x + i + VW));                                            \
      store(y + i, a);                                                                            \
      store(y + i + VW, b);                                                                       \
    }                                                                                             \
    for (; i < n; i += VW) {                                                                      \
      const int left = n - i < VW ? (int)(n - i) : VW;                                            \
      store_part(y + i, f(load_part(x + i, left)), left);                                         \
    }                                                                                             \
  }

MAP(sin, sin_vec)
MAP(cos, cos_vec)
MAP(log, log_vec)
MAP(exp, exp_vec)
MAP(tanh, tanh_vec)
MAP(sinh, sinh_vec)
MAP(cosh, cosh_vec)
MAP(sigmoid, sigmoid_vec)
MAP(softplus, softplus_vec)
MAP(relu, relu_vec)
MAP(silu, silu_vec)

static void activate(hs_activation act, size_t n, double *y, double *aux) {
  static hs_map *const map[HS_ACTIVATION_COUNT] = {
      [HS_TANH] = map_tanh, [HS_RELU] = map_relu, [HS_SOFTPLUS] = map_softplus, [HS_SIGMOID] = map_sigmoid, [HS_SILU] = map_silu};
  if (act == HS_SILU) {
    memcpy(aux, y, n * sizeof *y);
  }
  if (map[act]) {
    map[act](n, y, y);
  }
}

/* Slopes in terms of the output o, for silu of the argument. */
ALWAYS vec tanh_slope(vec o) {
  return 1.0 - o * o;
}

ALWAYS vec relu_slope(vec o) {
  return SELECT(o > 0.0, splat(1.0), splat(0.0));
}

ALWAYS vec softplus_slope(vec o) { /* o = log(1 + e^a): act' = 1 - e^-o */
  return -expm1_vec(-o);
}

ALWAYS vec sigmoid_slope(vec o) {
  return o * (1.0 - o);
}

ALWAYS vec silu_slope(vec a) {
  vec s = sigmoid_vec(a);
  return s * (1.0 + a * (1.0 - s));
}

#define SLOPE(name)                                                                                 \
  static void times_##name(size_t n, const double *o, double *d) {                                  \
    size_t i = 0;                                                                                   \
    for (; i + VW <= n; i += VW) {                                                                  \
      store(d + i, times(load(d + i), name##_slope(load(o + i))));                                  \
    }                                                                                               \
    if (i < n) {                                                                                    \
      const int left = (int)(n - i);                                                                \
      store_part(d + i, times(load_part(d + i, left), name##_slope(load_part(o + i, left))), left); \
    }                                                                                               \
  }

SLOPE(tanh)
SLOPE(relu)
SLOPE(softplus)
SLOPE(sigmoid)
SLOPE(silu)

static void activate_vjp(hs_activation act, size_t n, const double *o, const double *aux, double *d) {
  static void (*const back[HS_ACTIVATION_COUNT])(size_t, const double *, double *) = {[HS_TANH] = times_tanh,
                                                                                      [HS_RELU] = times_relu,
                                                                                      [HS_SOFTPLUS] = times_softplus,
                                                                                      [HS_SIGMOID] = times_sigmoid,
                                                                                      [HS_SILU] = times_silu};
  if (back[act]) {
    back[act](n, act == HS_SILU ? aux : o, d);
  }
}

#define QUOTE2(x) #x
#define QUOTE(x) QUOTE2(x)
const hs_kernels JOIN(hs_kernels_, HS_KERNELS) = {.name = QUOTE(HS_KERNELS),
                                                  .gemm = gemm,
                                                  .transpose = transpose,
                                                  .finite = finite,
                                                  .sin = map_sin,
                                                  .cos = map_cos,
                                                  .log = map_log,
                                                  .exp = map_exp,
                                                  .tanh = map_tanh,
                                                  .sinh = map_sinh,
                                                  .cosh = map_cosh,
                                                  .sigmoid = map_sigmoid,
                                                  .softplus = map_softplus,
                                                  .activate = activate,
                                                  .activate_vjp = activate_vjp};
