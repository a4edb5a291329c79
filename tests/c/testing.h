/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shared by the unit tests: cmocka, a graph builder, a gradient checker.
 */
#ifndef TESTING_H
#define TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tape/tape.h"

enum { ROOM = 512 };

typedef struct {
  int op[ROOM], rows[ROOM], cols[ROOM], n_args[ROOM], n_attrs[ROOM], args[4 * ROOM];
  double attrs[8 * ROOM];
  int n, a, t;
} builder;

/* Append a node; returns its number (0-based). */
static inline int put(builder *g, int op, int rows, int cols, int n_args, const int *args, int n_attrs, const double *attrs) {
  g->op[g->n] = op;
  g->rows[g->n] = rows;
  g->cols[g->n] = cols;
  g->n_args[g->n] = n_args;
  g->n_attrs[g->n] = n_attrs;
  for (int k = 0; k < n_args; k++) {
    g->args[g->a++] = args[k];
  }
  for (int k = 0; k < n_attrs; k++) {
    g->attrs[g->t++] = attrs[k];
  }
  return g->n++;
}

static inline int leaf(builder *g, int op, int rows, int cols, double first) {
  return put(g, op, rows, cols, 0, NULL, op == HS_OP_time ? 0 : 1, &first);
}

static inline int one(builder *g, int op, int rows, int cols, int a) {
  return put(g, op, rows, cols, 1, &a, 0, NULL);
}

static inline int two(builder *g, int op, int rows, int cols, int a, int b) {
  const int args[] = {a, b};
  return put(g, op, rows, cols, 2, args, 0, NULL);
}

static inline int dense(builder *g, int x, int cols, int first, int n_in, int n_out, int activation, int last) {
  const double attrs[] = {first, first + n_in * n_out, n_in, n_out, activation, last};
  return put(g, HS_OP_dense, n_out, cols, 1, &x, 6, attrs);
}

static inline hs_graph graph_of(const builder *g, int result) {
  return (hs_graph){.n_nodes = g->n,
                    .op = g->op,
                    .rows = g->rows,
                    .cols = g->cols,
                    .n_args = g->n_args,
                    .n_attrs = g->n_attrs,
                    .args = g->args,
                    .attrs = g->attrs,
                    .n_args_total = (size_t)g->a,
                    .n_attrs_total = (size_t)g->t,
                    .result = result};
}

/* Reproducible numbers in (low, high). */
static inline void fill_random(double *a, size_t n, uint64_t stream, double low, double high) {
  for (size_t i = 0; i < n; i++) {
    a[i] = low + (high - low) * hs_random_uniform(7, stream, i);
  }
}

static inline double largest_difference(const double *a, const double *b, size_t n) {
  double worst = 0, size = 1e-300;
  for (size_t i = 0; i < n; i++) {
    worst = fmax(worst, fabs(a[i] - b[i]));
    size = fmax(size, fabs(b[i]));
  }
  return worst / fmax(size, 1.0);
}

#endif
