/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside the tape: one operation called on one node. All arrays are (n, lanes), lane contiguous; lanes is B, or 1 for a uniform
 * operand, which then serves all B lanes of the result.
 */
#ifndef HS_TAPE_OPS_H
#define HS_TAPE_OPS_H

#include "tape/kernels.h"
#include "tape/tape.h"

typedef struct {
  const double *v; /* value */
  double *d;       /* vjp: adjoint, accumulated into, or NULL when not wanted; jvp: tangent, or NULL for zero */
  int n, rows, cols, lanes;
  bool fresh; /* vjp: d is not set yet, and this operation is the only one to add to it: it assigns */
} hs_operand;

typedef struct {
  hs_operand out; /* out.v is written by forward through `value` */
  double *value;
  const hs_operand *arg; /* (n_arg) */
  int n_arg;
  const int *index; /* integer attributes of index (0-based) and dense */
  double *aux;      /* kept from forward to vjp and jvp */
  double *scratch;  /* inside one call */
  const hs_point *at;
  double *dv;            /* vjp: adjoint of v or NULL; jvp: tangent of v or NULL */
  const hs_direction *d; /* external: the whole direction */
  hs_sizes sizes;
  hs_external *external;
  const hs_kernels *kernels;
} hs_call;

typedef void hs_kernel(const hs_call *c);

typedef struct {
  const char *name;
  int min_args, max_args;
  bool leaf, elementwise;
  hs_kernel *forward, *vjp, *jvp; /* NULL for leaves */
} hs_op_row;

extern const hs_op_row hs_ops[HS_OP_COUNT];

enum { DENSE_W, DENSE_B, DENSE_IN, DENSE_OUT, DENSE_ACTIVATION, DENSE_LAST, DENSE_ATTRS };

/* Scratch that vjp and jvp of a node need: `per_lane` times B plus `fixed` doubles. */
void hs_op_scratch(int op, const int *index, hs_sizes s, int n, size_t *per_lane, size_t *fixed);

#endif
