/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside the tape: what graph.c checks and program.c runs.
 */
#ifndef HS_TAPE_PROGRAM_H
#define HS_TAPE_PROGRAM_H

#include "tape/ops.h"

/* Where a node's value lives. */
typedef enum { HS_AT_TIME, HS_AT_STATE, HS_AT_INPUT, HS_AT_FEATURE, HS_AT_PARAM, HS_AT_CONST, HS_AT_WORK, HS_PLACES } hs_place;

enum { HS_NEEDS_X = 1, HS_NEEDS_Z = 2, HS_NEEDS_V = 4 };

typedef struct {
  int op, rows, cols, n;
  int n_arg;
  const int *arg;       /* (n_arg) node numbers inside the program */
  const int *index;     /* integer attributes, 0-based, or NULL */
  const double *values; /* const nodes; attributes of stencil that are no integers */
  hs_place place;
  bool uniform;   /* the same for all lanes */
  unsigned needs; /* which of x, z, v the value depends on */
  size_t offset;  /* place WORK: first double, in units of the node's lanes; else first element of t, x, u, z, v */
  size_t aux;     /* first double (units of lanes) of what forward keeps for the reverse pass */
  bool has_aux, tap;
  bool fresh; /* its adjoint comes from one dense layer alone, which assigns it: no zeros needed before */
} hs_node;

struct hs_program {
  void *memory; /* one block: nodes, args, indices, values */
  hs_sizes sizes;
  int n_nodes;
  hs_node *node;
  int result, n_result, n_tap;
  bool uses_input;
  size_t lane_doubles;    /* work: per lane */
  size_t uniform_doubles; /* work: operands of one call and uniform values, once */
  size_t scratch_lane, scratch_fixed;
  hs_external *external;
  const hs_kernels *kernels;
};

/* A graph's arguments and attributes from one on. Without any the arrays may be NULL, from which not even 0 may be counted. */
static inline const int *hs_graph_args(const hs_graph *g, size_t first) {
  return g->n_args_total ? g->args + first : NULL;
}

static inline const double *hs_graph_attrs(const hs_graph *g, size_t first) {
  return g->n_attrs_total ? g->attrs + first : NULL;
}

/* Every check that a hostile graph must pass before it becomes a program. `live` (n_nodes) is set for nodes the result needs. */
hs_status hs_graph_check(const hs_graph *g, hs_sizes s, int n_result, bool has_external, unsigned char *live, hs_error *e);

#endif
