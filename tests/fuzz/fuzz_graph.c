/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any graph at the door: it is refused in words, or it runs forward, in reverse and in tangent mode inside its memory, and what it computes
 * does not depend on what the memory held before. Input: sizes of x, u, z, v, then n_result, whether there is an external function, the
 * result, the nodes (operation, rows, cols, number of arguments, arguments, number of attributes, attributes) up to an operation that
 * is none, and the numbers of the point.
 */
#include "bytes.h"
#include "tape/program.h"

enum { MOST_NODES = 64, MOST_ARGS = 8, MOST_ATTRS = 64, MOST_LANES = 5, MOST_ELEMENTS = 20000 };

typedef struct {
  int op[MOST_NODES], rows[MOST_NODES], cols[MOST_NODES], n_args[MOST_NODES], n_attrs[MOST_NODES];
  int args[MOST_NODES * MOST_ARGS];
  double attrs[MOST_NODES * MOST_ATTRS];
  int n, a, t;
} nodes;

static int clamp(int a, int most) {
  return a < 0 ? 0 : a > most ? most : a;
}

/* Node numbers are written as distances back from the node where they stand; far ones as they are. */
static int node_number(bytes *in, int from) {
  const int back = whole(in);
  return back > -1000 && back < 1000 ? from - back : back;
}

/* A count that does not fit what follows it stays as it is: a lie for the checks. */
static void read_nodes(bytes *in, nodes *f) {
  for (; f->n < MOST_NODES && in->left; f->n++) {
    const int n = f->n, op = byte(in);
    if (op == 255) {
      return;
    }
    f->op[n] = op < 200 ? op : op - 255;
    f->rows[n] = whole(in);
    f->cols[n] = whole(in);
    f->n_args[n] = whole(in);
    for (int k = clamp(f->n_args[n], MOST_ARGS); k > 0; k--) {
      f->args[f->a++] = node_number(in, n);
    }
    f->n_attrs[n] = whole(in);
    for (int k = clamp(f->n_attrs[n], MOST_ATTRS); k > 0; k--) {
      f->attrs[f->t++] = number(in);
    }
  }
}

static void *exactly(const void *from, int n, size_t size) {
  void *p = heap((size_t)n, size);
  if (p) {
    memcpy(p, from, (size_t)n * size);
  }
  return p;
}

static hs_graph graph_of(const nodes *f, int result) {
  return (hs_graph){.n_nodes = f->n,
                    .op = exactly(f->op, f->n, sizeof(int)),
                    .rows = exactly(f->rows, f->n, sizeof(int)),
                    .cols = exactly(f->cols, f->n, sizeof(int)),
                    .n_args = exactly(f->n_args, f->n, sizeof(int)),
                    .n_attrs = exactly(f->n_attrs, f->n, sizeof(int)),
                    .args = exactly(f->args, f->a, sizeof(int)),
                    .attrs = exactly(f->attrs, f->t, sizeof(double)),
                    .n_args_total = (size_t)f->a,
                    .n_attrs_total = (size_t)f->t,
                    .result = result > -1000 && result < 1000 ? f->n - result : result};
}

static void graph_free(const hs_graph *g) {
  const void *all[] = {g->op, g->rows, g->cols, g->n_args, g->n_attrs, g->args, g->attrs};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    free((void *)all[i]);
  }
}

/* An untraced function; it fails on request. */
static hs_status call(hs_external *self, int function, int B, const hs_point *at, int n_result, double *result) {
  for (int i = 0; i < n_result * B; i++) {
    result[i] = function + i + (at->t ? at->t[i % B] : 0.0);
  }
  return *(const int *)self->context ? HS_CALLBACK : HS_OK;
}

/* A checked graph may ask for more than a fuzzer should take, and rightly so. */
static bool is_small(const hs_graph *g, hs_sizes s) {
  double total = (double)s.x + s.u + s.z + s.v;
  size_t at = 0;
  for (int i = 0; i < g->n_nodes; i++) {
    total += (double)g->rows[i] * g->cols[i] * (g->op[i] == HS_OP_matmul ? g->cols[g->args[at]] : 1);
    at += (size_t)g->n_args[i];
  }
  return total < MOST_ELEMENTS;
}

typedef struct {
  double *result, *x, *z, *v, *tangent; /* of forward, vjp (3) and jvp */
} outcome;

static outcome outcome_new(hs_sizes s, int n_result, int B) {
  const size_t L = (size_t)B, n = (size_t)n_result * L, size = sizeof(double);
  return (outcome){heap(n, size), heap((size_t)s.x * L, size), heap((size_t)s.z * L, size), heap((size_t)s.v, size),
                   heap(n, size)};
}

static void outcome_free(outcome *o) {
  free(o->result);
  free(o->x);
  free(o->z);
  free(o->v);
  free(o->tangent);
}

/* All three passes in memory that held `garbage`. */
static hs_status run(const hs_program *p, int B, const hs_point *at, const hs_direction *along, const double *dresult,
                     int garbage, outcome *o) {
  const size_t n_work = hs_program_work_size(p, B) * sizeof(double), n_adjoint = hs_program_adjoint_size(p, B) * sizeof(double);
  double *work = heap(n_work, 1), *adjoint = heap(n_adjoint, 1), *tangent = heap(n_adjoint, 1);
  memset(work, garbage, n_work);
  memset(adjoint, garbage, n_adjoint);
  memset(tangent, garbage, n_adjoint);
  hs_status status = hs_program_forward(p, B, at, work);
  hs_program_result(p, B, at, work, o->result);
  if (status == HS_OK) {
    const hs_direction d = {.x = o->x, .z = o->z, .v = o->v};
    status = hs_program_jvp(p, B, at, work, along, tangent, o->tangent);
    status = status == HS_OK ? hs_program_vjp(p, B, at, work, dresult, NULL, adjoint, &d) : status;
  }
  free(work);
  free(adjoint);
  free(tangent);
  return status;
}

static void require_same(const double *a, const double *b, size_t n) {
  for (size_t i = 0; i < n; i++) {
    require(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])));
  }
}

static void run_twice(const hs_program *p, hs_sizes s, int n_result, int B, hs_external *external, bytes *in) {
  const size_t L = (size_t)B;
  double *t = numbers(in, L), *x = numbers(in, (size_t)s.x * L), *u = numbers(in, (size_t)s.u * L),
         *z = numbers(in, (size_t)s.z * L), *v = numbers(in, (size_t)s.v), *dresult = numbers(in, (size_t)n_result * L);
  const hs_point at = {.t = t, .x = x, .u = u, .z = z, .v = v};
  const hs_direction along = {.x = x, .z = z, .v = v};
  outcome a = outcome_new(s, n_result, B), b = outcome_new(s, n_result, B);
  external->status = HS_OK;
  const hs_status first = run(p, B, &at, &along, dresult, 0x00, &a);
  external->status = HS_OK;
  require(run(p, B, &at, &along, dresult, 0x41, &b) == first);
  if (first == HS_OK) {
    require_same(a.result, b.result, (size_t)n_result * L);
    require_same(a.tangent, b.tangent, (size_t)n_result * L);
    require_same(a.x, b.x, (size_t)s.x * L);
    require_same(a.z, b.z, (size_t)s.z * L);
    require_same(a.v, b.v, (size_t)s.v);
  }
  outcome_free(&a);
  outcome_free(&b);
  double *all[] = {t, x, u, z, v, dresult};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    free(all[i]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  bytes in = {data, size};
  const hs_sizes s = {.x = byte(&in), .u = byte(&in), .z = byte(&in), .v = byte(&in)};
  const int n_result = whole(&in), external_kind = byte(&in) % 3, result = whole(&in), fails = external_kind == 2;
  nodes f = {0};
  read_nodes(&in, &f);
  const hs_graph g = graph_of(&f, result);
  hs_external external = {.call = call, .context = (void *)&fails};
  unsigned char live[MOST_NODES] = {0};
  hs_program *p = NULL;
  hs_error e = {0};
  const hs_status checked = hs_graph_check(&g, s, n_result, external_kind > 0, live, &e);
  if (checked != HS_OK) {
    require_refusal(checked, &e);
  }
  if (checked != HS_OK || is_small(&g, s)) {
    require(hs_program_new(&p, &g, s, n_result, external_kind > 0 ? &external : NULL, &e) == checked &&
            (checked == HS_OK) == (p != NULL));
  }
  if (p) {
    run_twice(p, s, n_result, 1, &external, &in);
    run_twice(p, s, n_result, MOST_LANES, &external, &in);
  }
  hs_program_free(p);
  graph_free(&g);
  return 0;
}
