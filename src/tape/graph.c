/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Graph checks. A graph comes through the MEX door and may be anything: every count, index and shape is checked before it is used,
 * and an argument must have a smaller number than its node, so there are no cycles.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "tape/program.h"

enum { MAX_NODES = 2000000, MAX_ELEMENTS = 100000000 };

typedef struct {
  const hs_graph *g;
  hs_sizes s;
  hs_error *e;
  int i; /* the node being checked */
  const int *arg;
  const double *attr;
} cursor;

#define REFUSE(c, id, ...) return hs_fail((c)->e, HS_INVALID, "graph:" id, __VA_ARGS__)

static int elements(const cursor *c, int node) {
  return c->g->rows[node] * c->g->cols[node];
}

static const char *name_of(const cursor *c) {
  return hs_op_name(c->g->op[c->i]);
}

static hs_status check_attr_count(const cursor *c, int wanted) {
  if (c->g->n_attrs[c->i] != wanted) {
    REFUSE(c, "attribute", "node %d (%s) has %d attributes, expected %d", c->i + 1, name_of(c), c->g->n_attrs[c->i], wanted);
  }
  return HS_OK;
}

/* Attribute k as an integer in low .. high. */
static hs_status integer(const cursor *c, int k, int low, int high, int *out) {
  double a = c->attr[k];
  if (!(a >= low && a <= high) || a != floor(a)) {
    REFUSE(c, "index", "node %d (%s): attribute %d is %g, expected an integer from %d to %d", c->i + 1, name_of(c), k + 1, a, low,
           high);
  }
  *out = (int)a;
  return HS_OK;
}

static hs_status check_leaf(const cursor *c) {
  int op = c->g->op[c->i], n = elements(c, c->i), first = 1;
  if (op == HS_OP_time) {
    if (n != 1) {
      REFUSE(c, "shape", "node %d (time) is %d elements, expected 1", c->i + 1, n);
    }
    return check_attr_count(c, 0);
  }
  if (op == HS_OP_const) {
    if (c->g->n_attrs[c->i] != n && c->g->n_attrs[c->i] != 1) {
      REFUSE(c, "attribute", "node %d (const) has %d values for %d elements", c->i + 1, c->g->n_attrs[c->i], n);
    }
    return HS_OK;
  }
  int total = op == HS_OP_state ? c->s.x : op == HS_OP_input ? c->s.u : op == HS_OP_feature ? c->s.z : c->s.v;
  hs_status s = check_attr_count(c, 1);
  if (s == HS_OK) {
    s = integer(c, 0, 1, total, &first);
  }
  if (s == HS_OK && (n > total || first - 1 > total - n)) {
    REFUSE(c, "index", "node %d (%s) takes elements %d to %d of %d", c->i + 1, name_of(c), first, first + n - 1, total);
  }
  return s;
}

static hs_status check_elementwise(const cursor *c, int n_arg) {
  int n = elements(c, c->i), largest = 1;
  for (int k = 0; k < n_arg; k++) {
    int m = elements(c, c->arg[k]);
    if (m != n && m != 1) {
      REFUSE(c, "shape", "node %d (%s): argument %d has %d elements, expected %d or 1", c->i + 1, name_of(c), k + 1, m, n);
    }
    largest = m > largest ? m : largest;
  }
  if (largest != n) {
    REFUSE(c, "shape", "node %d (%s) has %d elements, its arguments give %d", c->i + 1, name_of(c), n, largest);
  }
  return check_attr_count(c, 0);
}

static hs_status check_index(const cursor *c) {
  int n = elements(c, c->i), m = elements(c, c->arg[0]), at;
  hs_status s = check_attr_count(c, n);
  for (int k = 0; s == HS_OK && k < n; k++) {
    s = integer(c, k, 1, m, &at);
  }
  return s;
}

static hs_status check_concat(const cursor *c, int n_arg) {
  long total = 0;
  for (int k = 0; k < n_arg; k++) {
    total += elements(c, c->arg[k]);
  }
  if (total != elements(c, c->i)) {
    REFUSE(c, "shape", "node %d (concat) has %d elements, its arguments give %ld", c->i + 1, elements(c, c->i), total);
  }
  return check_attr_count(c, 0);
}

static hs_status check_matmul(const cursor *c) {
  const int *r = c->g->rows, *k = c->g->cols;
  int a = c->arg[0], b = c->arg[1];
  if (k[a] != r[b] || r[c->i] != r[a] || k[c->i] != k[b]) {
    REFUSE(c, "shape", "node %d (matmul): (%d x %d) times (%d x %d) does not give %d x %d", c->i + 1, r[a], k[a], r[b], k[b],
           r[c->i], k[c->i]);
  }
  return check_attr_count(c, 0);
}

static hs_status check_dense(const cursor *c) {
  int a[DENSE_ATTRS] = {0};
  const int high[DENSE_ATTRS] = {c->s.v, c->s.v, c->s.v, c->s.v, HS_ACTIVATION_COUNT - 1, 1};
  hs_status s = check_attr_count(c, DENSE_ATTRS);
  for (int k = 0; s == HS_OK && k < DENSE_ATTRS; k++) {
    s = integer(c, k, k < DENSE_ACTIVATION ? 1 : 0, high[k], &a[k]);
  }
  if (s != HS_OK) {
    return s;
  }
  int x = c->arg[0];
  long weights = (long)a[DENSE_IN] * a[DENSE_OUT];
  if (a[DENSE_W] - 1 + weights > c->s.v || (long)a[DENSE_B] - 1 + a[DENSE_OUT] > c->s.v) {
    REFUSE(c, "index", "node %d (dense): %d x %d weights from %d or biases from %d do not fit %d values", c->i + 1, a[DENSE_OUT],
           a[DENSE_IN], a[DENSE_W], a[DENSE_B], c->s.v);
  }
  if (c->g->rows[x] != a[DENSE_IN] || c->g->rows[c->i] != a[DENSE_OUT] || c->g->cols[c->i] != c->g->cols[x]) {
    REFUSE(c, "shape", "node %d (dense %d to %d) takes %d x %d and gives %d x %d", c->i + 1, a[DENSE_IN], a[DENSE_OUT],
           c->g->rows[x], c->g->cols[x], c->g->rows[c->i], c->g->cols[c->i]);
  }
  return HS_OK;
}

static hs_status check_field(const cursor *c, int H, int W, int kh, int kw, int in, int out) {
  if (kh % 2 == 0 || kw % 2 == 0 || kh > H || kw > W) {
    REFUSE(c, "kernel", "node %d (%s): a kernel of %d x %d on a field of %d x %d, expected odd numbers no larger than the field",
           c->i + 1, name_of(c), kh, kw, H, W);
  }
  if ((double)H * W * in != elements(c, c->arg[0]) || (double)H * W * out != elements(c, c->i)) {
    REFUSE(c, "shape", "node %d (%s) takes %d and gives %d elements, expected %g x %d and %g x %d", c->i + 1, name_of(c),
           elements(c, c->arg[0]), elements(c, c->i), (double)H * W, in, (double)H * W, out);
  }
  return HS_OK;
}

static hs_status check_stencil(const cursor *c) {
  int a[STENCIL_INTEGERS] = {0};
  const int high[STENCIL_INTEGERS] = {MAX_ELEMENTS, MAX_ELEMENTS, HS_MOST_KERNEL, HS_MOST_KERNEL, HS_BOUNDARY_COUNT - 1};
  if (c->g->n_attrs[c->i] < STENCIL_INTEGERS) {
    return check_attr_count(c, STENCIL_INTEGERS);
  }
  hs_status s = HS_OK;
  for (int k = 0; s == HS_OK && k < STENCIL_INTEGERS; k++) {
    s = integer(c, k, k < STENCIL_BOUNDARY ? 1 : 0, high[k], &a[k]);
  }
  if (s == HS_OK) {
    s = check_attr_count(c, STENCIL_INTEGERS + 1 + a[STENCIL_KH] * a[STENCIL_KW]);
  }
  for (int k = STENCIL_INTEGERS; s == HS_OK && k < c->g->n_attrs[c->i]; k++) {
    if (!isfinite(c->attr[k])) {
      REFUSE(c, "attribute", "node %d (stencil): attribute %d is %g, expected a finite number", c->i + 1, k + 1, c->attr[k]);
    }
  }
  return s == HS_OK ? check_field(c, a[STENCIL_H], a[STENCIL_W], a[STENCIL_KH], a[STENCIL_KW], 1, 1) : s;
}

static hs_status check_conv(const cursor *c) {
  int a[CONV_ATTRS] = {0};
  const int high[CONV_ATTRS] = {c->s.v,      c->s.v,         c->s.v,         c->s.v,       HS_ACTIVATION_COUNT - 1,
                                1,           HS_MOST_KERNEL, HS_MOST_KERNEL, MAX_ELEMENTS, MAX_ELEMENTS,
                                HS_REPLICATE};
  hs_status s = check_attr_count(c, CONV_ATTRS);
  for (int k = 0; s == HS_OK && k < CONV_ATTRS; k++) {
    const bool from_zero = k == CONV_ACTIVATION || k == CONV_LAST || k == CONV_BOUNDARY;
    s = integer(c, k, from_zero ? 0 : 1, high[k], &a[k]);
  }
  if (s != HS_OK) {
    return s;
  }
  const double weights = (double)a[CONV_KH] * a[CONV_KW] * a[CONV_IN] * a[CONV_OUT];
  if (a[CONV_W] - 1 + weights > c->s.v || (long)a[CONV_B] - 1 + a[CONV_OUT] > c->s.v) {
    REFUSE(c, "index", "node %d (conv): %g weights from %d or %d biases from %d do not fit %d values", c->i + 1, weights,
           a[CONV_W], a[CONV_OUT], a[CONV_B], c->s.v);
  }
  return check_field(c, a[CONV_H], a[CONV_WD], a[CONV_KH], a[CONV_KW], a[CONV_IN], a[CONV_OUT]);
}

static hs_status check_shape(const cursor *c) {
  int op = c->g->op[c->i], n_arg = c->g->n_args[c->i], which;
  if (hs_ops[op].leaf) {
    return check_leaf(c);
  }
  if (hs_ops[op].elementwise || op == HS_OP_select) {
    return check_elementwise(c, n_arg);
  }
  switch (op) {
  case HS_OP_index:
    return check_index(c);
  case HS_OP_concat:
    return check_concat(c, n_arg);
  case HS_OP_matmul:
    return check_matmul(c);
  case HS_OP_dense:
    return check_dense(c);
  case HS_OP_stencil:
    return check_stencil(c);
  case HS_OP_conv:
    return check_conv(c);
  case HS_OP_external: {
    hs_status s = check_attr_count(c, 1);
    return s == HS_OK ? integer(c, 0, 1, 3, &which) : s;
  }
  default: /* sum, norm */
    if (elements(c, c->i) != 1) {
      REFUSE(c, "shape", "node %d (%s) has %d elements, expected 1", c->i + 1, name_of(c), elements(c, c->i));
    }
    return check_attr_count(c, 0);
  }
}

static hs_status check_node(cursor *c, size_t args_left, size_t attrs_left) {
  const hs_graph *g = c->g;
  int i = c->i;
  if (!hs_op_name(g->op[i])) {
    REFUSE(c, "operation", "node %d: unknown operation number %d", i + 1, g->op[i]);
  }
  if (g->rows[i] < 1 || g->cols[i] < 1 || (double)g->rows[i] * g->cols[i] > MAX_ELEMENTS) {
    REFUSE(c, "shape", "node %d (%s) has shape %d x %d", i + 1, name_of(c), g->rows[i], g->cols[i]);
  }
  const hs_op_row *row = &hs_ops[g->op[i]];
  if (g->n_args[i] < row->min_args || g->n_args[i] > row->max_args || (size_t)g->n_args[i] > args_left) {
    REFUSE(c, "arguments", "node %d (%s) has %d arguments, expected %d to %d (%zu are left)", i + 1, row->name, g->n_args[i],
           row->min_args, row->max_args, args_left);
  }
  if (g->n_attrs[i] < 0 || (size_t)g->n_attrs[i] > attrs_left) {
    REFUSE(c, "attribute", "node %d (%s) has %d attributes, %zu are left", i + 1, row->name, g->n_attrs[i], attrs_left);
  }
  for (int k = 0; k < g->n_args[i]; k++) {
    if (c->arg[k] < 0 || c->arg[k] >= i) {
      REFUSE(c, "index", "node %d (%s): argument %d is node %ld, expected a node before it", i + 1, row->name, k + 1,
             (long)c->arg[k] + 1);
    }
  }
  return check_shape(c);
}

static void mark_live(const hs_graph *g, unsigned char *live) {
  size_t at = g->n_args_total;
  live[g->result] = 1;
  for (int i = g->n_nodes - 1; i >= 0; i--) {
    at -= (size_t)g->n_args[i];
    for (int k = 0; live[i] && k < g->n_args[i]; k++) {
      live[g->args[at + (size_t)k]] = 1;
    }
  }
}

hs_status hs_graph_check(const hs_graph *g, hs_sizes s, int n_result, bool has_external, unsigned char *live, hs_error *e) {
  cursor c = {.g = g, .s = s, .e = e};
  size_t args = 0, attrs = 0;
  double total = 0;
  for (int i = 0; i < g->n_nodes; i++) {
    c.i = i;
    c.arg = hs_graph_args(g, args);
    c.attr = hs_graph_attrs(g, attrs);
    hs_status status = check_node(&c, g->n_args_total - args, g->n_attrs_total - attrs);
    if (status != HS_OK) {
      return status;
    }
    if (g->op[i] == HS_OP_external && !has_external) {
      REFUSE(&c, "external", "node %d (external) needs an untraced model", i + 1);
    }
    args += (size_t)g->n_args[i];
    attrs += (size_t)g->n_attrs[i];
    total += elements(&c, i);
    if (total > MAX_ELEMENTS) {
      REFUSE(&c, "size", "the graph has more than %d elements", MAX_ELEMENTS);
    }
  }
  if (args != g->n_args_total || attrs != g->n_attrs_total) {
    REFUSE(&c, "count", "the nodes use %zu of %zu arguments and %zu of %zu attributes", args, g->n_args_total, attrs,
           g->n_attrs_total);
  }
  if (g->result < 0 || g->result >= g->n_nodes || elements(&c, g->result) != n_result) {
    REFUSE(&c, "result", "the result is node %ld of %d with %d elements, expected %d", (long)g->result + 1, g->n_nodes,
           g->result >= 0 && g->result < g->n_nodes ? elements(&c, g->result) : 0, n_result);
  }
  mark_live(g, live);
  return HS_OK;
}
