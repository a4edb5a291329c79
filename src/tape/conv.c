/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Operations on fields. A field of H x W pixels is stored column by column, channels one after the other, lanes last: element (i, j, c) of lane b at
 * [((c W + j) H + i) L + b]. A pixel of an output sees the pixels (i + a - p, j + b - q), a < kh, b < kw, p = (kh-1)/2, q = (kw-1)/2 of an input; where these lie
 * outside, the boundary says what stands there: the pixel on the other side (periodic), the nearest one (replicate), or a number (dirichlet).
 *
 *   stencil   y(i,j)   = sum_ab K_ab x(i+a-p, j+b-q)                                    one channel, constant K
 *   conv      y_o(i,j) = act (sum_cab W[a,b,c,o] x_c(i+a-p, j+b-q) + beta_o)            periodic or replicate; W (kh, kw, c_in, c_out) column-major in v
 *
 * conv is a product with the rows of x wherever the offsets find them: for one output column, the pixels whose rows lie inside are one run of
 * (H - 2p) L contiguous numbers, and each of the other 2p pixels a run of L. Nothing is copied or padded. The adjoints:
 *
 *   dW[a,b,c,o] += sum_ij d_o(i,j) x_c(i+a-p, j+b-q)          sums over the same runs
 *   dx_c(i',j') += sum_oab W[a,b,c,o] d_o(i,j)                over all (i,j) that see (i',j'): offset by offset; periodic: a convolution with the
 *                                                             kernel turned round
 */
#include <math.h>
#include <string.h>

#include "tape/ops.h"

enum { MOST_TAPS = 1024 }; /* offsets of one product; more channels take several */

/* ---- where a boundary finds its pixels ------------------------------------------------------------------------------------------ */

/* Index of n for i, or -1: a number stands there. */
static int found(int i, int n, int boundary) {
  if (i >= 0 && i < n) {
    return i;
  }
  return boundary == HS_PERIODIC ? ((i % n) + n) % n : boundary == HS_REPLICATE ? (i < 0 ? 0 : n - 1) : -1;
}

/* ---- stencil -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  int H, W, kh, kw, boundary;
  double outside;
  const double *K;
  size_t L;
} stencil;

static stencil stencil_of(const hs_call *c) {
  return (stencil){.H = c->index[STENCIL_H],
                   .W = c->index[STENCIL_W],
                   .kh = c->index[STENCIL_KH],
                   .kw = c->index[STENCIL_KW],
                   .boundary = c->index[STENCIL_BOUNDARY],
                   .outside = c->values[0],
                   .K = c->values + 1,
                   .L = (size_t)c->out.lanes};
}

static void add(double *restrict y, const double *restrict x, double k, size_t n) {
  for (size_t i = 0; i < n; i++) {
    y[i] += k * x[i];
  }
}

/* to += K from, or with `turned` to += K^T from: the same pairs of pixels the other way. */
static void apply(const stencil *s, const double *from, double *to, bool turned) {
  const int p = (s->kh - 1) / 2, q = (s->kw - 1) / 2;
  const size_t L = s->L, column = (size_t)s->H * L;
  for (int b = 0; b < s->kw; b++) {
    for (int a = 0; a < s->kh; a++) {
      const double k = s->K[a + b * s->kh];
      const int shift = a - p, low = shift < 0 ? -shift : 0, high = shift > 0 ? s->H - shift : s->H;
      for (int j = 0; k != 0.0 && j < s->W; j++) {
        const int at = found(j + b - q, s->W, s->boundary);
        if (at < 0) {
          continue;
        }
        const size_t out = (size_t)j * column, in = (size_t)at * column;
        const size_t y = out + (size_t)low * L, x = in + (size_t)(low + shift) * L, n = (size_t)(high - low) * L;
        add(to + (turned ? x : y), from + (turned ? y : x), k, n);
        for (int i = 0; i < s->H; i++) {
          if (i == low && high > low) {
            i = high; /* done as one run */
          }
          const int r = i < s->H ? found(i + shift, s->H, s->boundary) : -1;
          if (r >= 0) {
            const size_t yi = out + (size_t)i * L, xi = in + (size_t)r * L;
            add(to + (turned ? xi : yi), from + (turned ? yi : xi), k, L);
          }
        }
      }
    }
  }
}

/* y = what stands outside, times the parts of K that reach there. */
static void from_outside(const stencil *s, double *y) {
  const int p = (s->kh - 1) / 2, q = (s->kw - 1) / 2;
  memset(y, 0, (size_t)s->H * (size_t)s->W * s->L * sizeof *y);
  if (s->boundary != HS_DIRICHLET || s->outside == 0.0) {
    return;
  }
  for (int j = 0; j < s->W; j++) {
    for (int i = 0; i < s->H; i++) {
      double k = 0.0;
      for (int b = 0; b < s->kw; b++) {
        for (int a = 0; a < s->kh; a++) {
          const bool out = found(i + a - p, s->H, s->boundary) < 0 || found(j + b - q, s->W, s->boundary) < 0;
          k += out ? s->K[a + b * s->kh] : 0.0;
        }
      }
      for (size_t l = 0; l < s->L; l++) {
        y[((size_t)j * (size_t)s->H + (size_t)i) * s->L + l] = k * s->outside;
      }
    }
  }
}

void stencil_forward(const hs_call *c) {
  const stencil s = stencil_of(c);
  from_outside(&s, c->value);
  apply(&s, c->arg[0].v, c->value, false);
}

void stencil_vjp(const hs_call *c) {
  const stencil s = stencil_of(c);
  if (c->arg[0].d) {
    apply(&s, c->out.d, c->arg[0].d, true);
  }
}

void stencil_jvp(const hs_call *c) {
  const stencil s = stencil_of(c);
  memset(c->out.d, 0, (size_t)c->out.n * s.L * sizeof *c->out.d);
  if (c->arg[0].d) {
    apply(&s, c->arg[0].d, c->out.d, false);
  }
}

/* ---- conv ----------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  int in, out, kh, kw, H, W, L, boundary;
  size_t weights, bias, plane; /* plane: doubles of one channel */
  hs_activation act;
} conv;

static conv conv_of(const hs_call *c) {
  const int *a = c->index, L = c->out.lanes;
  return (conv){.in = a[CONV_IN],
                .out = a[CONV_OUT],
                .kh = a[CONV_KH],
                .kw = a[CONV_KW],
                .H = a[CONV_H],
                .W = a[CONV_WD],
                .L = L,
                .boundary = a[CONV_BOUNDARY],
                .weights = (size_t)a[CONV_W],
                .bias = (size_t)a[CONV_B],
                .plane = (size_t)a[CONV_H] * (size_t)a[CONV_WD] * (size_t)L,
                .act = (hs_activation)a[CONV_ACTIVATION]};
}

/* A run of pixels of column j: rows i .. i+n-1, that see rows i+a-p. */
typedef struct {
  int i, j, n;
} run;

/* The runs of a column: the inside, then the pixels near its ends. */
static int runs_of(const conv *s, int j, run *list) {
  const int p = (s->kh - 1) / 2;
  int count = 0;
  if (s->H > 2 * p) {
    list[count++] = (run){p, j, s->H - 2 * p};
  }
  for (int i = 0; i < s->H; i++) {
    if (i < p || i >= s->H - p) {
      list[count++] = (run){i, j, 1};
    }
  }
  return count;
}

enum { MOST_RUNS = 64 };

/* Where in a channel each tap (a, b) of a run begins: (kh kw), a fastest. */
static void offsets(const conv *s, const run *r, bool turned, long *at) {
  const int p = (s->kh - 1) / 2, q = (s->kw - 1) / 2;
  for (int b = 0; b < s->kw; b++) {
    const int column = found(r->j + (turned ? q - b : b - q), s->W, s->boundary);
    for (int a = 0; a < s->kh; a++) {
      const int row = found(r->i + (turned ? p - a : a - p), s->H, s->boundary);
      at[a + b * s->kh] = ((long)column * s->H + row) * s->L;
    }
  }
}

/* y (m channels) += or = bias + A x (k channels), every tap of every channel at once: A[i, tap + taps c] = a[i*row + tap + c*channel]. */
static void product(const hs_call *c, const conv *s, int m, int k, const double *a, long row, long channel, bool turned,
                    const double *x, const double *bias, double *y) {
  const int taps = s->kh * s->kw, most = MOST_TAPS / taps > 0 ? MOST_TAPS / taps : 1;
  run list[MOST_RUNS];
  long at[MOST_TAPS], all[MOST_TAPS];
  for (int j = 0; j < s->W; j++) {
    const int runs = runs_of(s, j, list);
    for (int r = 0; r < runs; r++) {
      offsets(s, &list[r], turned, at);
      const size_t to = ((size_t)j * (size_t)s->H + (size_t)list[r].i) * (size_t)s->L;
      for (int first = 0; first < k; first += most) {
        const int n = k - first < most ? k - first : most;
        for (int ch = 0; ch < n; ch++) {
          for (int t = 0; t < taps; t++) {
            all[ch * taps + t] = at[t] + (long)s->plane * (first + ch);
          }
        }
        c->kernels->gemm_rows(m, list[r].n * s->L, n * taps, a + first * channel, (int)row, 1, x, all, first ? NULL : bias, 1,
                              y + to, (int)s->plane);
      }
    }
  }
}

/* y = W x + beta, or y += W x without beta. */
static void convolve(const hs_call *c, const conv *s, const double *W, const double *beta, const double *x, double *y) {
  const int taps = s->kh * s->kw;
  product(c, s, s->out, s->in, W, (long)taps * s->in, taps, false, x, beta, y);
}

void conv_forward(const hs_call *c) {
  const conv s = conv_of(c);
  convolve(c, &s, c->at->v + s.weights, c->at->v + s.bias, c->arg[0].v, c->value);
  c->kernels->activate(s.act, (size_t)c->out.n * (size_t)s.L, c->value, c->aux);
}

/* dW where some x is not finite: slow, but a zero adjoint stays zero. */
static void careful_weights(const conv *s, const double *d, const double *x, double *dW) {
  const int p = (s->kh - 1) / 2, q = (s->kw - 1) / 2;
  for (int o = 0; o < s->out; o++) {
    for (int ch = 0; ch < s->in; ch++) {
      for (int b = 0; b < s->kw; b++) {
        for (int a = 0; a < s->kh; a++) {
          double *to = dW + ((o * s->in + ch) * s->kw + b) * s->kh + a;
          for (int j = 0; j < s->W; j++) {
            for (int i = 0; i < s->H; i++) {
              const int row = found(i + a - p, s->H, s->boundary), column = found(j + b - q, s->W, s->boundary);
              for (int l = 0; l < s->L; l++) {
                const double one = d[(size_t)o * s->plane + (size_t)((j * s->H + i) * s->L + l)];
                *to += one == 0.0 ? 0.0 : one * x[(size_t)ch * s->plane + (size_t)((column * s->H + row) * s->L + l)];
              }
            }
          }
        }
      }
    }
  }
}

/* The tables of correlate lie in the scratch: for runs of n pixels, `at` (pieces) and `row` (pieces, taps). */
static void weights_of_runs(const hs_call *c, const conv *s, int n, const double *d, const double *x, double *dW) {
  const int taps = s->kh * s->kw;
  long *at = (long *)c->scratch, *row = at + (size_t)s->W * (size_t)s->kh;
  run list[MOST_RUNS];
  int pieces = 0;
  for (int j = 0; j < s->W; j++) {
    const int runs = runs_of(s, j, list);
    for (int r = 0; r < runs; r++) {
      if (list[r].n == n) {
        at[pieces] = ((long)j * s->H + list[r].i) * s->L;
        offsets(s, &list[r], false, row + (size_t)pieces * (size_t)taps);
        pieces++;
      }
    }
  }
  for (int ch = 0; pieces && ch < s->in; ch++) {
    c->kernels->correlate(s->out, taps, pieces, n * s->L, d, (long)s->plane, at, x + (size_t)ch * s->plane, row,
                          dW + (size_t)ch * (size_t)taps, taps * s->in, 1);
  }
}

static void weights_vjp(const hs_call *c, const conv *s, const double *d, const double *x, double *dv) {
  const int inside = s->H - (s->kh - 1);
  for (int o = 0; o < s->out; o++) {
    dv[s->bias + (size_t)o] += c->kernels->total(s->plane, d + (size_t)o * s->plane);
  }
  if (!c->kernels->finite((size_t)s->in * s->plane, x)) {
    careful_weights(s, d, x, dv + s->weights);
    return;
  }
  weights_of_runs(c, s, 1, d, x, dv + s->weights);
  if (inside > 1) {
    weights_of_runs(c, s, inside, d, x, dv + s->weights);
  }
}

/* dx += the transpose of the convolution: for every tap, from the pixels that see to those that are seen. */
static void scatter(const hs_call *c, const conv *s, const double *W, const double *d, double *dx) {
  const int taps = s->kh * s->kw;
  run list[MOST_RUNS];
  long at[MOST_TAPS];
  for (int j = 0; j < s->W; j++) {
    const int runs = runs_of(s, j, list);
    for (int r = 0; r < runs; r++) {
      offsets(s, &list[r], false, at);
      const size_t from = ((size_t)j * (size_t)s->H + (size_t)list[r].i) * (size_t)s->L;
      for (int t = 0; t < taps; t++) {
        c->kernels->gemm(s->in, list[r].n * s->L, s->out, W + t, taps, taps * s->in, d + from, (int)s->plane, NULL, 0, dx + at[t],
                         (int)s->plane);
      }
    }
  }
}

/* Periodic: from a pixel that is seen, those that see it lie as in the kernel turned round. T (out, taps) of each input channel: W with its channels
 * exchanged, in the scratch. */
static void gather(const hs_call *c, const conv *s, const double *W, const double *d, double *dx) {
  const int taps = s->kh * s->kw;
  double *T = c->scratch;
  for (int ch = 0; ch < s->in; ch++) {
    for (int o = 0; o < s->out; o++) {
      memcpy(T + ((size_t)ch * (size_t)s->out + (size_t)o) * (size_t)taps,
             W + ((size_t)o * (size_t)s->in + (size_t)ch) * (size_t)taps, (size_t)taps * sizeof *T);
    }
  }
  product(c, s, s->in, s->out, T, (long)taps * s->out, taps, true, d, NULL, dx);
}

void conv_vjp(const hs_call *c) {
  const conv s = conv_of(c);
  c->kernels->activate_vjp(s.act, (size_t)c->out.n * (size_t)s.L, c->out.v, c->aux, c->out.d);
  if (c->dv) {
    weights_vjp(c, &s, c->out.d, c->arg[0].v, c->dv);
  }
  if (c->arg[0].d) {
    (s.boundary == HS_PERIODIC ? gather : scatter)(c, &s, c->at->v + s.weights, c->out.d, c->arg[0].d);
  }
}

void conv_jvp(const hs_call *c) {
  const conv s = conv_of(c);
  const size_t n = (size_t)c->out.n * (size_t)s.L;
  if (c->dv) {
    convolve(c, &s, c->dv + s.weights, c->dv + s.bias, c->arg[0].v, c->out.d);
  } else {
    memset(c->out.d, 0, n * sizeof(double));
  }
  if (c->arg[0].d) {
    convolve(c, &s, c->at->v + s.weights, NULL, c->arg[0].d, c->out.d);
  }
  c->kernels->activate_vjp(s.act, n, c->out.v, c->aux, c->out.d);
}

size_t hs_conv_scratch(const int *index) {
  const size_t taps = (size_t)index[CONV_KH] * (size_t)index[CONV_KW];
  const size_t weights = taps * (size_t)index[CONV_IN] * (size_t)index[CONV_OUT];
  const size_t tables = (size_t)index[CONV_WD] * (size_t)index[CONV_KH] * (1 + taps); /* long fits a double's place */
  return weights > tables ? weights : tables;
}
