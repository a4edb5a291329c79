/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program: the live nodes of a checked graph in order, and one memory plan.
 *
 * Leaves have no memory of their own: their operands point into the caller's t, x, u, z, v. All other values lie in the caller's
 * work array: room for one operation's operands, the uniform values (both in uniform_doubles), then the lane values (lane_doubles x
 * B). The adjoint array has the same plan, then the scratch of one operation. Leaf adjoints point into the caller's direction, so gradients accumulate where they are wanted.
 */
#include "tape/program.h"

#include <stdlib.h>
#include <string.h>

/* ---- making ------------------------------------------------------------------------------------------------------------------- */

static hs_place place_of(int op) {
  switch (op) {
  case HS_OP_time:
    return HS_AT_TIME;
  case HS_OP_state:
    return HS_AT_STATE;
  case HS_OP_input:
    return HS_AT_INPUT;
  case HS_OP_feature:
    return HS_AT_FEATURE;
  case HS_OP_param:
    return HS_AT_PARAM;
  case HS_OP_const:
    return HS_AT_CONST;
  default:
    return HS_AT_WORK;
  }
}

/* What the leaves depend on; other nodes inherit from their arguments. */
static void set_dependence(hs_program *p, hs_node *n) {
  n->uniform = n->place == HS_AT_PARAM || n->place == HS_AT_CONST || n->place == HS_AT_WORK;
  n->needs = n->place == HS_AT_STATE     ? HS_NEEDS_X
             : n->place == HS_AT_FEATURE ? HS_NEEDS_Z
             : n->place == HS_AT_PARAM   ? HS_NEEDS_V
                                         : 0;
  for (int k = 0; k < n->n_arg; k++) {
    n->uniform = n->uniform && p->node[n->arg[k]].uniform;
    n->needs |= p->node[n->arg[k]].needs;
  }
  if (hs_op_is_layer(n->op)) {
    n->needs |= HS_NEEDS_V;
  }
  if (n->op == HS_OP_external) {
    n->uniform = false;
    n->needs = HS_NEEDS_X | HS_NEEDS_Z | HS_NEEDS_V;
  }
}

static void plan_memory(hs_program *p, hs_node *n) {
  if (n->place != HS_AT_WORK) {
    return;
  }
  size_t *used = n->uniform ? &p->uniform_doubles : &p->lane_doubles;
  n->offset = *used;
  *used += (size_t)n->n;
  if (hs_op_is_layer(n->op) && n->index[DENSE_ACTIVATION] == HS_SILU) {
    n->has_aux = true;
    n->aux = *used;
    *used += (size_t)n->n;
  }
  size_t lane, fixed;
  hs_op_scratch(n->op, n->index, p->sizes, n->n, &lane, &fixed);
  p->scratch_lane = lane > p->scratch_lane ? lane : p->scratch_lane;
  p->scratch_fixed = fixed > p->scratch_fixed ? fixed : p->scratch_fixed;
  n->tap = hs_op_is_layer(n->op) && n->index[DENSE_LAST];
  p->n_tap += n->tap ? n->n : 0;
}

static bool has_indices(int op) {
  return op == HS_OP_index || hs_op_is_layer(op) || op == HS_OP_external || op == HS_OP_stencil;
}

/* How many of a node's attributes are integers; those after them stay numbers. */
static int integer_attrs(int op, int n) {
  return op == HS_OP_stencil ? STENCIL_INTEGERS : n;
}

/* 1-based attributes that count from one become 0-based; the others stay. */
static void convert_indices(int op, const double *attr, int n, int *index) {
  for (int k = 0; k < n; k++) {
    bool position = op == HS_OP_index || (hs_op_is_layer(op) && (k == DENSE_W || k == DENSE_B));
    index[k] = (int)attr[k] - (position ? 1 : 0);
  }
}

typedef struct {
  int *arg, *index;
  double *value;
} pools;

static void carve(hs_program *p, hs_arena *a, size_t nodes, size_t args, size_t indices, size_t values, pools *out) {
  HS_TAKE(a, p->node, nodes);
  HS_TAKE(a, out->arg, args);
  HS_TAKE(a, out->index, indices);
  HS_TAKE(a, out->value, values);
}

static void fill_node(hs_program *p, const hs_graph *g, int i, const int *arg, const double *attr, const int *renumber,
                      pools *pool) {
  hs_node *n = &p->node[renumber[i]];
  n->op = g->op[i];
  n->rows = g->rows[i];
  n->cols = g->cols[i];
  n->n = n->rows * n->cols;
  n->n_arg = g->n_args[i];
  n->arg = pool->arg;
  for (int k = 0; k < n->n_arg; k++) {
    *pool->arg++ = renumber[arg[k]];
  }
  n->place = place_of(n->op);
  if (n->op == HS_OP_const) {
    n->values = pool->value;
    for (int k = 0; k < n->n; k++) {
      *pool->value++ = attr[g->n_attrs[i] == 1 ? 0 : k];
    }
  } else if (has_indices(n->op)) {
    const int integers = integer_attrs(n->op, g->n_attrs[i]);
    n->index = pool->index;
    convert_indices(n->op, attr, integers, pool->index);
    pool->index += integers;
    n->values = pool->value;
    for (int k = integers; k < g->n_attrs[i]; k++) {
      *pool->value++ = attr[k];
    }
  } else if (g->n_attrs[i] == 1) {
    n->offset = (size_t)attr[0] - 1;
  }
  p->uses_input = p->uses_input || n->op == HS_OP_input;
  set_dependence(p, n);
  plan_memory(p, n);
}

/* `uses` (n_nodes): scratch, zero. */
static void set_fresh(hs_program *p, int *uses) {
  for (int i = 0; i < p->n_nodes; i++) {
    for (int k = 0; k < p->node[i].n_arg; k++) {
      uses[p->node[i].arg[k]]++;
    }
  }
  for (int i = 0; i < p->n_nodes; i++) {
    hs_node *x = p->node[i].op == HS_OP_dense ? &p->node[p->node[i].arg[0]] : NULL;
    if (x && x->place == HS_AT_WORK && !x->uniform && !x->tap && x != &p->node[p->result] && uses[p->node[i].arg[0]] == 1) {
      x->fresh = true;
    }
  }
}

static void fill(hs_program *p, const hs_graph *g, const unsigned char *live, int *renumber, pools pool) {
  size_t args = 0, attrs = 0;
  for (int i = 0, next = 0; i < g->n_nodes; i++) {
    if (live[i]) {
      renumber[i] = next++;
      fill_node(p, g, i, hs_graph_args(g, args), hs_graph_attrs(g, attrs), renumber, &pool);
    }
    args += (size_t)g->n_args[i];
    attrs += (size_t)g->n_attrs[i];
  }
  p->result = renumber[g->result];
  p->uniform_doubles = (p->uniform_doubles + 8) / 8 * 8; /* never 0: a program of leaves alone still has a work array */
}

static void count_live(const hs_graph *g, const unsigned char *live, size_t *nodes, size_t *args, size_t *indices, size_t *values,
                       size_t *max_args) {
  *nodes = *args = *indices = *values = *max_args = 0;
  for (int i = 0; i < g->n_nodes; i++) {
    if (live[i]) {
      (*nodes)++;
      *args += (size_t)g->n_args[i];
      *max_args = (size_t)g->n_args[i] > *max_args ? (size_t)g->n_args[i] : *max_args;
      *indices += has_indices(g->op[i]) ? (size_t)g->n_attrs[i] : 0;
      *values += g->op[i] == HS_OP_const ? (size_t)g->rows[i] * (size_t)g->cols[i] : 0;
      *values += g->op[i] == HS_OP_stencil ? (size_t)g->n_attrs[i] : 0;
    }
  }
}

hs_status hs_program_new(hs_program **out, const hs_graph *g, hs_sizes sizes, int n_result, hs_external *external, hs_error *e) {
  *out = NULL;
  if (g->n_nodes < 1 || g->n_nodes > 2000000) {
    return hs_fail(e, HS_INVALID, "graph:count", "the graph has %d nodes, expected 1 to 2000000", g->n_nodes);
  }
  hs_status status = HS_OK;
  hs_program *p = calloc(1, sizeof *p);
  unsigned char *live = calloc((size_t)g->n_nodes, 1);
  int *renumber = calloc((size_t)g->n_nodes, sizeof *renumber);
  if (!p || !live || !renumber) {
    status = hs_fail_memory(e, "a graph", 5.0 * g->n_nodes);
    goto done;
  }
  status = hs_graph_check(g, sizes, n_result, external != NULL, live, e);
  if (status != HS_OK) {
    goto done;
  }
  size_t nodes, args, indices, values, max_args;
  count_live(g, live, &nodes, &args, &indices, &values, &max_args);
  hs_arena arena = {0};
  pools pool;
  carve(p, &arena, nodes, args, indices, values, &pool);
  p->memory = hs_alloc(arena.used);
  if (!p->memory) {
    status = hs_fail_memory(e, "a program", (double)arena.used);
    goto done;
  }
  arena = (hs_arena){.base = p->memory};
  carve(p, &arena, nodes, args, indices, values, &pool);
  p->sizes = sizes;
  p->n_nodes = (int)nodes;
  p->n_result = n_result;
  p->external = external;
  p->kernels = hs_kernels_select();
  p->uniform_doubles = (max_args * sizeof(hs_operand) + sizeof(double) - 1) / sizeof(double);
  fill(p, g, live, renumber, pool);
  memset(renumber, 0, (size_t)g->n_nodes * sizeof *renumber);
  set_fresh(p, renumber);
  *out = p;
  p = NULL;
done:
  hs_program_free(p);
  free(live);
  free(renumber);
  return status;
}

static bool is_output(const hs_graph *g, int i, const double *attr) {
  return hs_op_is_layer(g->op[i]) && attr[DENSE_LAST] != 0.0;
}

/* The outputs of networks become constants; out's arrays lie in the block returned, NULL without memory. */
static void *mute(const hs_graph *g, hs_graph *out) {
  const size_t n = (size_t)g->n_nodes;
  hs_arena arena = {0};
  int *op, *n_args, *n_attrs, *args;
  double *attrs;
  void *memory = NULL;
  for (int pass = 0; pass < 2; pass++) {
    HS_TAKE(&arena, op, n);
    HS_TAKE(&arena, n_args, n);
    HS_TAKE(&arena, n_attrs, n);
    HS_TAKE(&arena, args, g->n_args_total);
    HS_TAKE(&arena, attrs, g->n_attrs_total);
    if (pass == 0) {
      memory = hs_alloc(arena.used);
      if (!memory) {
        return NULL;
      }
      arena = (hs_arena){.base = memory};
    }
  }
  *out = *g;
  out->n_args_total = out->n_attrs_total = 0;
  size_t arg = 0, attr = 0;
  for (int i = 0; i < g->n_nodes; i++) {
    const bool muted = is_output(g, i, hs_graph_attrs(g, attr));
    op[i] = muted ? HS_OP_const : g->op[i];
    n_args[i] = muted ? 0 : g->n_args[i];
    n_attrs[i] = muted ? 1 : g->n_attrs[i]; /* memory is zeros: so is that one attribute */
    for (int k = 0; k < n_args[i]; k++) {
      args[out->n_args_total++] = g->args[arg + (size_t)k];
    }
    for (int k = 0; k < n_attrs[i]; k++) {
      attrs[out->n_attrs_total++] = muted ? 0.0 : g->attrs[attr + (size_t)k];
    }
    arg += (size_t)g->n_args[i];
    attr += (size_t)g->n_attrs[i];
  }
  out->op = op;
  out->n_args = n_args;
  out->n_attrs = n_attrs;
  out->args = args;
  out->attrs = attrs;
  return memory;
}

hs_status hs_program_new_muted(hs_program **out, const hs_graph *g, hs_sizes sizes, int n_result, hs_error *e) {
  *out = NULL;
  hs_graph muted;
  void *memory = mute(g, &muted);
  if (!memory) {
    return hs_fail_memory(e, "a graph", 5.0 * g->n_nodes);
  }
  const hs_status status = hs_program_new(out, &muted, sizes, n_result, NULL, e);
  hs_free(memory);
  return status;
}

void hs_program_free(hs_program *p) {
  if (p) {
    hs_free(p->memory);
    free(p);
  }
}

int hs_program_n_result(const hs_program *p) {
  return p->n_result;
}

int hs_program_n_tap(const hs_program *p) {
  return p->n_tap;
}

bool hs_program_uses_input(const hs_program *p) {
  return p->uses_input;
}

double hs_program_flops(const hs_program *p) {
  double total = 0;
  for (int i = 0; i < p->n_nodes; i++) {
    const hs_node *n = &p->node[i];
    total += n->op == HS_OP_dense ? (double)n->index[DENSE_IN] * n->index[DENSE_OUT] * n->cols : 0.0;
    total += n->op == HS_OP_conv ? (double)n->n * n->index[CONV_IN] * n->index[CONV_KH] * n->index[CONV_KW] : 0.0;
  }
  return total;
}

size_t hs_program_work_size(const hs_program *p, int B) {
  return p->uniform_doubles + p->lane_doubles * (size_t)B;
}

size_t hs_program_adjoint_size(const hs_program *p, int B) {
  return hs_program_work_size(p, B) + p->scratch_lane * (size_t)B + p->scratch_fixed;
}

/* ---- running ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
  const hs_program *p;
  size_t B;
  const double *value[HS_PLACES]; /* where values begin, by place; of the work, the lane values */
  double *slope[HS_PLACES];       /* the same of adjoints or tangents; NULL: not wanted, or zero */
  double *work, *adjoint;         /* uniform values and what operations need; uniform adjoints or tangents */
  hs_operand *operands;           /* of one operation */
  hs_call call;                   /* what is the same for all operations is set once */
} pass;

/* work is read-only in the reverse and tangent passes, which have an adjoint array and a direction. */
static pass pass_of(const hs_program *p, int B, const hs_point *at, double *work, double *adjoint, const hs_direction *d) {
  pass r = {.p = p,
            .B = (size_t)B,
            .value = {[HS_AT_TIME] = at->t,
                      [HS_AT_STATE] = at->x,
                      [HS_AT_INPUT] = at->u,
                      [HS_AT_FEATURE] = at->z,
                      [HS_AT_PARAM] = at->v,
                      [HS_AT_WORK] = work + p->uniform_doubles},
            .work = work,
            .adjoint = adjoint,
            .operands = (hs_operand *)(adjoint ? adjoint : work),
            .call = {.at = at, .d = d, .sizes = p->sizes, .external = p->external, .kernels = p->kernels}};
  if (adjoint) {
    r.slope[HS_AT_STATE] = d->x;
    r.slope[HS_AT_FEATURE] = d->z;
    r.slope[HS_AT_PARAM] = d->v;
    r.slope[HS_AT_WORK] = adjoint + p->uniform_doubles;
    r.call.dv = d->v;
    r.call.scratch = adjoint + hs_program_work_size(p, B);
  }
  return r;
}

static const double *value_of(const pass *r, const hs_node *n) {
  if (n->uniform) {
    return n->place == HS_AT_WORK ? r->work + n->offset : n->place == HS_AT_CONST ? n->values : r->value[n->place] + n->offset;
  }
  const double *base = r->value[n->place];
  return base ? base + n->offset * r->B : NULL; /* an array that is not there has no elements */
}

static double *slope_of(const pass *r, const hs_node *n) {
  double *base = r->slope[n->place];
  if (!base || !n->needs) {
    return NULL;
  }
  return n->uniform ? (n->place == HS_AT_WORK ? r->adjoint : base) + n->offset : base + n->offset * r->B;
}

static hs_operand operand(const pass *r, const hs_node *n) {
  return (hs_operand){.v = value_of(r, n),
                      .d = slope_of(r, n),
                      .n = n->n,
                      .rows = n->rows,
                      .cols = n->cols,
                      .lanes = n->uniform ? 1 : (int)r->B,
                      .fresh = n->fresh};
}

static void run(pass *r, const hs_node *n, hs_kernel *kernel) {
  hs_call *c = &r->call;
  for (int k = 0; k < n->n_arg; k++) {
    r->operands[k] = operand(r, &r->p->node[n->arg[k]]);
  }
  c->out = operand(r, n);
  c->value = (double *)c->out.v;
  c->arg = r->operands;
  c->n_arg = n->n_arg;
  c->index = n->index;
  c->values = n->values;
  c->aux = n->has_aux ? c->value + (n->aux - n->offset) * (n->uniform ? 1 : r->B) : NULL;
  kernel(c);
}

static hs_status finish(const hs_program *p) {
  return p->external ? p->external->status : HS_OK;
}

hs_status hs_program_forward(const hs_program *p, int B, const hs_point *at, double *work) {
  pass r = pass_of(p, B, at, work, NULL, NULL);
  for (int i = 0; i < p->n_nodes; i++) {
    const hs_node *n = &p->node[i];
    if (n->place == HS_AT_WORK) {
      run(&r, n, hs_ops[n->op].forward);
    }
  }
  return finish(p);
}

/* Copy a node's (n, lanes) values to (n, B). */
static void spread(const hs_node *n, int B, const double *from, double *to) {
  if (!n->uniform) {
    memcpy(to, from, (size_t)n->n * (size_t)B * sizeof *to);
    return;
  }
  for (int e = 0; e < n->n; e++) {
    for (int b = 0; b < B; b++) {
      to[(size_t)e * (size_t)B + (size_t)b] = from[e];
    }
  }
}

/* Add the adjoint (n, B) of a node to its slot, summed over lanes where the node is uniform. */
static void seed(const hs_node *n, int B, const double *from, double *to) {
  for (size_t i = 0, total = (size_t)n->n * (size_t)B; to && i < total; i++) {
    to[n->uniform ? i / (size_t)B : i] += from[i];
  }
}

void hs_program_result(const hs_program *p, int B, const hs_point *at, const double *work, double *result) {
  const pass r = pass_of(p, B, at, (double *)work, NULL, NULL);
  const hs_node *n = &p->node[p->result];
  if (n->place == HS_AT_TIME) {
    memcpy(result, at->t, (size_t)B * sizeof *result);
  } else {
    spread(n, B, value_of(&r, n), result);
  }
}

void hs_program_tap(const hs_program *p, int B, const hs_point *at, const double *work, double *tap) {
  const pass r = pass_of(p, B, at, (double *)work, NULL, NULL);
  for (int i = 0; i < p->n_nodes; i++) {
    const hs_node *n = &p->node[i];
    if (n->tap) {
      spread(n, B, value_of(&r, n), tap);
      tap += (size_t)n->n * (size_t)B;
    }
  }
}

/* Zero what operations add to: the uniform adjoints and, in runs, those lane adjoints that no operation assigns. */
static void clear_adjoints(const pass *r) {
  const hs_program *p = r->p;
  const size_t B = (size_t)r->B;
  double *lanes = r->adjoint + p->uniform_doubles;
  memset(r->adjoint, 0, p->uniform_doubles * sizeof *r->adjoint);
  size_t from = 0;
  for (int i = 0; i < p->n_nodes; i++) {
    const hs_node *n = &p->node[i];
    if (n->fresh) {
      memset(lanes + from * B, 0, (n->offset - from) * B * sizeof *lanes);
      from = n->offset + (size_t)n->n;
    }
  }
  memset(lanes + from * B, 0, (p->lane_doubles - from) * B * sizeof *lanes);
}

hs_status hs_program_vjp(const hs_program *p, int B, const hs_point *at, const double *work, const double *dresult,
                         const double *dtap, double *adjoint, const hs_direction *d) {
  pass r = pass_of(p, B, at, (double *)work, adjoint, d);
  const unsigned wanted = (d->x ? HS_NEEDS_X : 0) | (d->z ? HS_NEEDS_Z : 0) | (d->v ? HS_NEEDS_V : 0);
  clear_adjoints(&r);
  for (int i = 0; dtap && i < p->n_nodes; i++) {
    const hs_node *n = &p->node[i];
    if (n->tap) {
      seed(n, B, dtap, slope_of(&r, n));
      dtap += (size_t)n->n * (size_t)B;
    }
  }
  if (dresult) {
    seed(&p->node[p->result], B, dresult, slope_of(&r, &p->node[p->result]));
  }
  for (int i = p->n_nodes - 1; i >= 0; i--) {
    const hs_node *n = &p->node[i];
    if (n->place == HS_AT_WORK && (n->needs & wanted)) {
      run(&r, n, hs_ops[n->op].vjp);
    }
  }
  return finish(p);
}

hs_status hs_program_jvp(const hs_program *p, int B, const hs_point *at, const double *work, const hs_direction *d,
                         double *tangent, double *dresult) {
  pass r = pass_of(p, B, at, (double *)work, tangent, d);
  for (int i = 0; i < p->n_nodes; i++) {
    const hs_node *n = &p->node[i];
    if (n->place == HS_AT_WORK && n->needs) {
      run(&r, n, hs_ops[n->op].jvp);
    }
  }
  const hs_node *n = &p->node[p->result];
  const double *t = slope_of(&r, n);
  if (t) {
    spread(n, B, t, dresult);
  } else {
    memset(dresult, 0, (size_t)n->n * (size_t)B * sizeof *dresult);
  }
  return finish(p);
}
