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
 * to hide the latency of an addition), and eight in the products with a vector (dots). One lane more than whole vectors of 8 is taken as such a vector.
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
enum { MAX_ROWS = 12, MAX_NV = 4, SPLIT_ROWS = 3, SPLIT_MAX_AREA = 48, SPLIT_MIN_K = 8, GROUP = 8, LONE_MOST = 512 };

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
  const long *row; /* where the rows of B begin; NULL: ldb apart */
  int last;        /* lanes in the last vector of a strip */
} product;

/* ---- one lane ----------------------------------------------------------------------------------------------------------------- */

ALWAYS void down(product *s, int rows) {
  s->a += rows * s->a_row;
  s->c += rows * s->ldc;
  if (s->bias) {
    s->bias += rows * s->bias_step;
  }
}

ALWAYS double start_of(const product *s, int row) {
  return s->bias ? s->bias[row * s->bias_step] : s->c[row * s->ldc];
}

/* The sums of VW vectors: element i is that of v[i], in the order ((0+4) + (2+6)) + ((1+5) + (3+7)) where VW is 8. */
#if defined __AVX512F__
ALWAYS vec halves(vec a, vec b) {
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) + __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

ALWAYS vec quarters(vec a, vec b) {
  return __builtin_shufflevector(a, b, 0, 1, 4, 5, 8, 9, 12, 13) + __builtin_shufflevector(a, b, 2, 3, 6, 7, 10, 11, 14, 15);
}

ALWAYS vec sums(const vec *v) {
  const vec even = quarters(halves(v[0], v[2]), halves(v[4], v[6])), odd = quarters(halves(v[1], v[3]), halves(v[5], v[7]));
  return __builtin_shufflevector(even, odd, 0, 8, 2, 10, 4, 12, 6, 14) +
         __builtin_shufflevector(even, odd, 1, 9, 3, 11, 5, 13, 7, 15);
}
#elif defined __AVX2__
ALWAYS vec halves(vec a, vec b) {
  return __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
}

ALWAYS vec sums(const vec *v) {
  const vec even = halves(v[0], v[2]), odd = halves(v[1], v[3]);
  return __builtin_shufflevector(even, odd, 0, 4, 2, 6) + __builtin_shufflevector(even, odd, 1, 5, 3, 7);
}
#else
ALWAYS vec sums(const vec *v) {
  return (vec){v[0][0], v[1][0]} + (vec){v[0][1], v[1][1]};
}
#endif

/* The products of a group of 8 numbers, added up to one vector: (0+4), (1+5), ... */
ALWAYS void group_part(const double *row, const double *b, int n, vec *acc) {
  for (int j = 0; j < GROUP / VW; j++) {
    const int left = n - j * VW;
    if (left > 0) {
      acc[j] += load_part(row + j * VW, left < VW ? left : VW) * load_part(b + j * VW, left < VW ? left : VW);
    }
  }
}

ALWAYS vec folded(const vec *acc) {
  return VW == 8   ? acc[0]
         : VW == 4 ? acc[0] + acc[1]
                   : (acc[0] + acc[GROUP / VW / 2]) + (acc[GROUP / VW / 4] + acc[GROUP / VW - 1]);
}

/* At most VW dot products at once, eight interleaved sums each. */
ALWAYS void dot_rows(int rows, product s) {
  vec acc[VW][GROUP / VW] = {{{0}}}, total[VW];
  double sum[VW];
  int p = 0;
  for (; p + GROUP <= s.k; p += GROUP) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < GROUP / VW; j++) {
        acc[i][j] += load(s.a + i * s.a_row + p + j * VW) * load(s.b + p + j * VW);
      }
    }
  }
  for (int i = 0; i < VW; i++) {
    if (i < rows && p < s.k) {
      group_part(s.a + i * s.a_row + p, s.b + p, s.k - p, acc[i]);
    }
    total[i] = folded(acc[i]);
  }
  store(sum, sums(total));
  for (int i = 0; i < rows; i++) {
    s.c[i * s.ldc] = start_of(&s, i) + sum[i];
  }
}

/* a_col == 1 */
ALWAYS void dots(product s) {
  for (; s.m >= VW; s.m -= VW) {
    dot_rows(VW, s);
    down(&s, VW);
  }
  for (; s.m > 0; s.m--) {
    dot_rows(1, s);
    down(&s, 1);
  }
}

/* ---- many lanes --------------------------------------------------------------------------------------------------------------- */

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

/* rows x nv vectors of C; rows, nv, part and anywhere are constants at every call, so the loops unroll and acc stays in registers. */
ALWAYS void tile(int rows, int nv, int part, bool anywhere, product s) {
  vec acc[MAX_ROWS][MAX_NV];
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < nv; j++) {
      acc[i][j] = s.bias ? splat(s.bias[i * s.bias_step]) : load_lane(s.c + i * s.ldc, j, nv, part, s.last);
    }
  }
  for (int p = 0; p < s.k; p++, s.a += s.a_col) {
    const double *b = anywhere ? s.b + s.row[p] : s.b;
    vec x[MAX_NV];
    for (int j = 0; j < nv; j++) {
      x[j] = load_lane(b, j, nv, part, s.last);
    }
    s.b += anywhere ? 0 : s.ldb;
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

#define ROWS_CASE(r)                  \
  case r:                             \
    if (r <= most) {                  \
      tile(r, nv, part, anywhere, s); \
    }                                 \
    break

/* All rows of one strip of nv vectors, in tiles of at most `most` rows. */
ALWAYS void strip(int most, int nv, int part, bool anywhere, product s) {
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

ALWAYS void all_strips(bool anywhere, product s) {
  for (int lanes; s.L > 0; next(&s, lanes)) {
    switch (cut(&s, NV, &lanes)) {
    case 0:
      strip(ROWS_1, 1, 1, anywhere, s);
      break;
    case 1:
      strip(ROWS_1, 1, MASKED, anywhere, s);
      break;
    case 2:
      strip(ROWS_2, 2, MASKED, anywhere, s);
      break;
    case 3:
      strip(ROWS_3, 3, MASKED, anywhere, s);
      break;
    default:
      strip(ROWS_4, 4, MASKED, anywhere, s);
      break;
    }
  }
}

static void in_strips(product s) {
  all_strips(false, s);
}

static void gemm_rows(int m, int L, int k, const double *a, int a_row, int a_col, const double *b, const long *row,
                      const double *bias, int bias_step, double *c, int ldc) {
  all_strips(true, (product){.m = m,
                             .L = L,
                             .k = k,
                             .a = a,
                             .a_row = a_row,
                             .a_col = a_col,
                             .b = b,
                             .row = row,
                             .bias = bias,
                             .bias_step = bias_step,
                             .c = c,
                             .ldc = ldc});
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

/* One lane; where A has its columns in vectors, as c^T += b^T A^T. */
static void in_one_lane(product s) {
  if (s.m > 1 && s.a_row == 1 && s.ldc == 1) {
    for (int i = 0; s.bias && i < s.m; i++) {
      s.c[i] = s.bias[i * s.bias_step];
    }
    s = (product){.m = 1, .L = s.m, .k = s.k, .a = s.b, .a_col = s.ldb, .b = s.a, .ldb = s.a_col, .c = s.c, .ldc = s.m};
  }
  if (s.L == 1 && s.a_col == 1 && s.ldb == 1) {
    dots(s);
  } else if (s.k >= SPLIT_MIN_K && s.m <= SPLIT_ROWS) {
    in_split_strips(s);
  } else {
    in_strips(s);
  }
}

/* One lane more than whole vectors is a product of its own, because a vector more would cost as much as eight lanes. */
static void in_strips_and_one(product s) {
  double b[LONE_MOST], c[LONE_MOST];
  s.L--;
  for (int p = 0; p < s.k; p++) {
    b[p] = s.b[p * s.ldb + s.L];
  }
  for (int i = 0; !s.bias && i < s.m; i++) {
    c[i] = s.c[i * s.ldc + s.L];
  }
  in_strips(s);
  product one = s;
  one.L = 1;
  one.b = b;
  one.ldb = 1;
  one.c = c;
  one.ldc = 1;
  in_one_lane(one);
  for (int i = 0; i < s.m; i++) {
    s.c[i * s.ldc + s.L] = c[i];
  }
}

static void gemm(int m, int L, int k, const double *a, int a_row, int a_col, const double *b, int ldb, const double *bias,
                 int bias_step, double *c, int ldc) {
  const product s = {.m = m,
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
  if (L == 1) {
    in_one_lane(s);
  } else if (k >= SPLIT_MIN_K && (m == 1 || (m <= SPLIT_ROWS && m * L <= SPLIT_MAX_AREA))) {
    in_split_strips(s);
  } else if (L > GROUP && L % GROUP == 1 && m <= LONE_MOST && k <= LONE_MOST && (a_row == 1 || a_col == 1)) {
    in_strips_and_one(s);
  } else {
    in_strips(s);
  }
}

/* ---- sums over many lanes ------------------------------------------------------------------------------------------------------ */

typedef struct {
  int n, pieces, L;
  const double *a;
  long a_row;
  const long *at;
  const double *b;
  const long *row;
  double *sum;
  int sum_row, sum_col;
} correlation;

enum { SUM_ROWS = VW == 8 ? 8 : VW == 4 ? 2 : 1, SUM_COLS = 3 };

/* R x S products of one group of eight; `left` numbers of it, or whole. */
ALWAYS void correlate_group(int R, int S, bool whole, int left, const correlation *q, int l,
                            vec acc[SUM_ROWS][SUM_COLS][GROUP / VW]) {
  for (int g = 0; g < GROUP / VW; g++) {
    const int rest = left - g * VW, n = rest < VW ? rest : VW;
    if (!whole && rest <= 0) {
      break;
    }
    vec x[SUM_COLS];
    for (int j = 0; j < S; j++) {
      const double *b = q->b + q->row[j] + l + g * VW;
      x[j] = whole ? load(b) : load_part(b, n);
    }
    for (int i = 0; i < R; i++) {
      const double *a = q->a + i * q->a_row + *q->at + l + g * VW;
      const vec w = held(whole ? load(a) : load_part(a, n));
      for (int j = 0; j < S; j++) {
        acc[i][j][g] += w * x[j];
      }
    }
  }
}

/* R x S sums at once, eight interleaved parts each, in the order of the pieces; R and S are constants. */
ALWAYS void correlate_tile(int R, int S, correlation q) {
  vec acc[SUM_ROWS][SUM_COLS][GROUP / VW] = {{{{0}}}};
  for (int p = 0; p < q.pieces; p++, q.at++, q.row += q.n) {
    int l = 0;
    for (; l + GROUP <= q.L; l += GROUP) {
      correlate_group(R, S, true, GROUP, &q, l, acc);
    }
    if (l < q.L) {
      correlate_group(R, S, false, q.L - l, &q, l, acc);
    }
  }
  for (int i = 0; i < R; i++) {
    for (int j = 0; j < S; j++) {
      vec one[VW] = {folded(acc[i][j])};
      q.sum[i * q.sum_row + j * q.sum_col] += sums(one)[0];
    }
  }
}

ALWAYS void correlate_rows(int R, int n, correlation q) {
  int j = 0;
  for (; j + SUM_COLS <= n; j += SUM_COLS) {
    correlate_tile(R, SUM_COLS, q);
    q.row += SUM_COLS;
    q.sum += SUM_COLS * q.sum_col;
  }
  for (; j < n; j++) {
    correlate_tile(R, 1, q);
    q.row++;
    q.sum += q.sum_col;
  }
}

static void correlate(int m, int n, int pieces, int L, const double *a, long a_row, const long *at, const double *b,
                      const long *row, double *sum, int sum_row, int sum_col) {
  for (int i = 0; i < m;) {
    const int left = m - i, R = left >= SUM_ROWS ? SUM_ROWS : SUM_ROWS > 2 && left >= 2 ? 2 : 1;
    const correlation q = {.n = n,
                           .pieces = pieces,
                           .L = L,
                           .a = a + i * a_row,
                           .a_row = a_row,
                           .at = at,
                           .b = b,
                           .row = row,
                           .sum = sum + (long)i * sum_row,
                           .sum_row = sum_row,
                           .sum_col = sum_col};
    if (R == SUM_ROWS) {
      correlate_rows(SUM_ROWS, n, q);
    } else if (R == 2) {
      correlate_rows(SUM_ROWS > 2 ? 2 : 1, n, q);
    } else {
      correlate_rows(1, n, q);
    }
    i += R;
  }
}

static double total(size_t n, const double *x) {
  vec acc[GROUP / VW] = {{0}}, one[VW] = {{0}};
  for (size_t i = 0; i < n; i += GROUP) {
    for (size_t g = 0; g < GROUP / VW && i + g * VW < n; g++) {
      const size_t left = n - i - g * VW;
      acc[g] += left >= VW ? load(x + i + g * VW) : load_part(x + i + g * VW, (int)left);
    }
  }
  one[0] = folded(acc);
  return sums(one)[0];
}

/* ---- the loops around the products -------------------------------------------------------------------------------------------- */

/* Blocks of the transpose. The sum of a row takes eight lanes at once, ((0+1) + (2+3)) + ((4+5) + (6+7)), then four, then each. No arrays of vectors: gcc
 * would copy them through the stack in halves, and wait for it. */
#if defined __AVX2__ /* blocks do not pay with two lanes */
typedef double four __attribute__((vector_size(32)));

ALWAYS four load_four(const double *p) {
  four v;
  memcpy(&v, p, sizeof v);
  return v;
}

ALWAYS void store_four(double *p, four v) {
  memcpy(p, &v, sizeof v);
}

/* Four rows and lanes; returns the rows' sums. */
ALWAYS four transpose_four(size_t m, size_t L, const double *d, double *t) {
  const four r0 = load_four(d), r1 = load_four(d + L), r2 = load_four(d + 2 * L), r3 = load_four(d + 3 * L);
  const four a = __builtin_shufflevector(r0, r1, 0, 4, 2, 6), b = __builtin_shufflevector(r0, r1, 1, 5, 3, 7);
  const four c = __builtin_shufflevector(r2, r3, 0, 4, 2, 6), e = __builtin_shufflevector(r2, r3, 1, 5, 3, 7);
  const four c0 = __builtin_shufflevector(a, c, 0, 1, 4, 5), c1 = __builtin_shufflevector(b, e, 0, 1, 4, 5);
  const four c2 = __builtin_shufflevector(a, c, 2, 3, 6, 7), c3 = __builtin_shufflevector(b, e, 2, 3, 6, 7);
  store_four(t, c0);
  store_four(t + m, c1);
  store_four(t + 2 * m, c2);
  store_four(t + 3 * m, c3);
  return (c0 + c1) + (c2 + c3);
}

/* Four rows from lane l on. */
ALWAYS void transpose_rows(size_t m, size_t L, size_t l, const double *d, double *t, double *sum) {
  four total = load_four(sum);
  for (; l + 8 <= L; l += 8) {
    total += transpose_four(m, L, d + l, t + l * m) + transpose_four(m, L, d + l + 4, t + (l + 4) * m);
  }
  if (l + 4 <= L) {
    total += transpose_four(m, L, d + l, t + l * m);
    l += 4;
  }
  for (; l < L; l++) {
    const four column = {d[l], d[l + L], d[l + 2 * L], d[l + 3 * L]};
    store_four(t + l * m, column);
    total += column;
  }
  store_four(sum, total);
}
#endif

#if defined __AVX512F__
#define PAIRS(a, b, which) \
  __builtin_shufflevector(a, b, which, 8 + which, 2 + which, 10 + which, 4 + which, 12 + which, 6 + which, 14 + which)
#define QUADS(a, b, w) __builtin_shufflevector(a, b, w, w + 1, w + 8, w + 9, w + 4, w + 5, w + 12, w + 13)
#define LOW_HALVES(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define HIGH_HALVES(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)

/* Eight rows and lanes. */
ALWAYS vec transpose_eight(size_t m, size_t L, const double *d, double *t) {
  const vec r0 = load(d), r1 = load(d + L), r2 = load(d + 2 * L), r3 = load(d + 3 * L), r4 = load(d + 4 * L);
  const vec r5 = load(d + 5 * L), r6 = load(d + 6 * L), r7 = load(d + 7 * L);
  const vec a0 = PAIRS(r0, r1, 0), a1 = PAIRS(r0, r1, 1), b0 = PAIRS(r2, r3, 0), b1 = PAIRS(r2, r3, 1);
  const vec c0 = PAIRS(r4, r5, 0), c1 = PAIRS(r4, r5, 1), e0 = PAIRS(r6, r7, 0), e1 = PAIRS(r6, r7, 1);
  const vec f0 = QUADS(a0, b0, 0), f1 = QUADS(a1, b1, 0), f2 = QUADS(a0, b0, 2), f3 = QUADS(a1, b1, 2);
  const vec g0 = QUADS(c0, e0, 0), g1 = QUADS(c1, e1, 0), g2 = QUADS(c0, e0, 2), g3 = QUADS(c1, e1, 2);
  const vec t0 = LOW_HALVES(f0, g0), t1 = LOW_HALVES(f1, g1), t2 = LOW_HALVES(f2, g2), t3 = LOW_HALVES(f3, g3);
  const vec t4 = HIGH_HALVES(f0, g0), t5 = HIGH_HALVES(f1, g1), t6 = HIGH_HALVES(f2, g2), t7 = HIGH_HALVES(f3, g3);
  store(t, t0);
  store(t + m, t1);
  store(t + 2 * m, t2);
  store(t + 3 * m, t3);
  store(t + 4 * m, t4);
  store(t + 5 * m, t5);
  store(t + 6 * m, t6);
  store(t + 7 * m, t7);
  return ((t0 + t1) + (t2 + t3)) + ((t4 + t5) + (t6 + t7));
}

/* Eight rows, eight lanes at a time; returns the lanes done. */
ALWAYS size_t transpose_eights(size_t m, size_t L, const double *d, double *t, double *sum) {
  vec total = load(sum);
  size_t l = 0;
  for (; l + 8 <= L; l += 8) {
    total += transpose_eight(m, L, d + l, t + l * m);
  }
  store(sum, total);
  return l;
}
#endif

static void transpose_row(size_t m, size_t L, const double *d, double *t, double *sum) {
  size_t l = 0;
  for (; l + 8 <= L; l += 8) {
    *sum += ((d[l] + d[l + 1]) + (d[l + 2] + d[l + 3])) + ((d[l + 4] + d[l + 5]) + (d[l + 6] + d[l + 7]));
  }
  if (l + 4 <= L) {
    *sum += (d[l] + d[l + 1]) + (d[l + 2] + d[l + 3]);
    l += 4;
  }
  for (; l < L; l++) {
    *sum += d[l];
  }
  for (l = 0; l < L; l++) {
    t[l * m] = d[l];
  }
}

static void transpose(int rows, int lanes, const double *d, double *t, double *sum) {
  const size_t m = (size_t)rows, L = (size_t)lanes;
  size_t i = 0;
#if defined __AVX512F__
  for (; i + 8 <= m; i += 8) {
    const size_t l = transpose_eights(m, L, d + i * L, t + i, sum + i);
    for (size_t half = i; l < L && half < i + 8; half += 4) {
      transpose_rows(m, L, l, d + half * L, t + half, sum + half);
    }
  }
#endif
#if defined __AVX2__
  for (; i + 4 <= m; i += 4) {
    transpose_rows(m, L, 0, d + i * L, t + i, sum + i);
  }
#endif
  for (; i < m; i++) {
    transpose_row(m, L, d + i * L, t + i, sum + i);
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
                                                  .gemm_rows = gemm_rows,
                                                  .correlate = correlate,
                                                  .total = total,
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
