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
  const int *index;     /* integer attributes: of index (0-based), dense, stencil, conv */
  const double *values; /* the other attributes of stencil */
  double *aux;          /* kept from forward to vjp and jvp */
  double *scratch;      /* inside one call */
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

/* The first six are the same for conv. */
enum { DENSE_W, DENSE_B, DENSE_IN, DENSE_OUT, DENSE_ACTIVATION, DENSE_LAST, DENSE_ATTRS };

enum {
  CONV_W,
  CONV_B,
  CONV_IN,
  CONV_OUT,
  CONV_ACTIVATION,
  CONV_LAST,
  CONV_KH,
  CONV_KW,
  CONV_H,
  CONV_WD,
  CONV_BOUNDARY,
  CONV_ATTRS
};
/* Then, as values, what stands outside of a dirichlet boundary and the kh x kw coefficients. */
enum { STENCIL_H, STENCIL_W, STENCIL_KH, STENCIL_KW, STENCIL_BOUNDARY, STENCIL_INTEGERS };
enum { HS_PERIODIC, HS_REPLICATE, HS_DIRICHLET, HS_BOUNDARY_COUNT };
enum { HS_MOST_KERNEL = 31 }; /* rows and columns of a kernel */

static inline bool hs_op_is_layer(int op) { /* of a network */
  return op == HS_OP_dense || op == HS_OP_conv;
}

hs_kernel stencil_forward, stencil_vjp, stencil_jvp, conv_forward, conv_vjp, conv_jvp; /* conv.c */
size_t hs_conv_scratch(const int *index);

/* Scratch that vjp and jvp of a node need: `per_lane` times B plus `fixed` doubles. */
void hs_op_scratch(int op, const int *index, hs_sizes s, int n, size_t *per_lane, size_t *fixed);

#endif
