/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tape: a model function as a checked program that runs forward, in reverse (VJP) and in tangent mode (JVP).
 *
 * In: a graph, plain arrays as doc/developer.md describes them, treated as hostile (borrowed, not kept). Out: a program.
 * A program maps, for each of B lanes (trajectories, or quadrature nodes), a point (t, x, u, z) and one values vector v shared by
 * all lanes to a result of n_result elements. The lane is the last, contiguous axis of every array: x[i*B + b]. Nodes that depend on v
 * alone are computed once (uniform), not per lane.
 *
 * A program is immutable after hs_program_new and may be used by several threads, each with its own work. Work arrays belong to
 * the caller: hs_program_work_size doubles of values for a forward pass, hs_program_adjoint_size for VJP or JVP. A reverse pass needs the
 * work that the forward pass at the same point left. Statuses: INVALID (graph), MEMORY, CALLBACK (untraced function).
 */
#ifndef HS_TAPE_H
#define HS_TAPE_H

#include "base/base.h"

typedef enum {
#define HS_LEAF(name) HS_OP_##name,
#define HS_MAP(name, g, df) HS_OP_##name,
#define HS_UNARY(name, f, df) HS_OP_##name,
#define HS_BINARY(name, f, fx, fy) HS_OP_##name,
#define HS_STRUCT(name, lo, hi) HS_OP_##name,
#include "tape/ops.def"
#undef HS_LEAF
#undef HS_MAP
#undef HS_UNARY
#undef HS_BINARY
#undef HS_STRUCT
  HS_OP_COUNT
} hs_op;

typedef enum { HS_IDENTITY, HS_TANH, HS_RELU, HS_SOFTPLUS, HS_SIGMOID, HS_SILU, HS_ACTIVATION_COUNT } hs_activation;

const char *hs_op_name(int op);   /* NULL when op is no operation */
int hs_op_find(const char *name); /* -1 when unknown */

typedef struct { /* all borrowed */
  int n_nodes;
  const int *op, *rows, *cols; /* (n_nodes) */
  const int *n_args, *n_attrs; /* (n_nodes) */
  const int *args;             /* (n_args_total) 0-based node numbers */
  const double *attrs;         /* (n_attrs_total) */
  size_t n_args_total, n_attrs_total;
  int result; /* 0-based */
} hs_graph;

typedef struct {
  int x, u, z, v; /* elements of a point's arrays and of the values vector */
} hs_sizes;

typedef struct {
  const double *t; /* (B) */
  const double *x; /* (sizes.x, B) */
  const double *u; /* (sizes.u, B) */
  const double *z; /* (sizes.z, B) */
  const double *v; /* (sizes.v) the same for all lanes */
} hs_point;

typedef struct {     /* adjoints (accumulated into) or tangents (read); NULL: not wanted, or zero */
  double *x, *z, *v; /* shapes as in hs_point */
} hs_direction;

/* An untraced function: fills result (n_result, B) or returns a status. Called by `external` nodes, derivatives by central differences. */
typedef struct hs_external {
  hs_status (*call)(struct hs_external *self, int function, int B, const hs_point *at, int n_result, double *result);
  void *context;
  hs_status status; /* the first failure stays here */
} hs_external;

typedef struct hs_program hs_program;

/* n_result is what the caller expects of the graph's result. external: borrowed, may be NULL. */
hs_status hs_program_new(hs_program **out, const hs_graph *graph, hs_sizes sizes, int n_result, hs_external *external,
                         hs_error *e);
/* The same function without its networks: 0 stands for all of their outputs. The graph is one that hs_program_new took, of a traced function. */
hs_status hs_program_new_muted(hs_program **out, const hs_graph *graph, hs_sizes sizes, int n_result, hs_error *e);
void hs_program_free(hs_program *p);
int hs_program_n_result(const hs_program *p);
int hs_program_n_tap(const hs_program *p); /* elements of all network outputs in the program */
bool hs_program_uses_input(const hs_program *p);
double hs_program_flops(const hs_program *p); /* multiply-adds of the dense layers, per lane, forward */

size_t hs_program_work_size(const hs_program *p, int B);
size_t hs_program_adjoint_size(const hs_program *p, int B);

hs_status hs_program_forward(const hs_program *p, int B, const hs_point *at, double *work);
void hs_program_result(const hs_program *p, int B, const hs_point *at, const double *work, double *result); /* (n_result, B) */
void hs_program_tap(const hs_program *p, int B, const hs_point *at, const double *work, double *tap);       /* (n_tap, B) */

/* d->{x,z,v} += (d result / d {x,z,v})^T dresult + (d tap / d ...)^T dtap; dresult (n_result, B), dtap (n_tap, B), either may be NULL. */
hs_status hs_program_vjp(const hs_program *p, int B, const hs_point *at, const double *work, const double *dresult,
                         const double *dtap, double *adjoint, const hs_direction *d);
/* dresult = d result along the direction d. */
hs_status hs_program_jvp(const hs_program *p, int B, const hs_point *at, const double *work, const hs_direction *d,
                         double *tangent, double *dresult);

#endif
