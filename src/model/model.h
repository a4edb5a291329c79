/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model: what the user declared, as the solvers need it: up to three programs, the values and their transforms, and the data.
 *
 * Two vectors of n_v numbers run through the project. v holds the values in the user's units: parameters, then weights. w is
 * what the optimizers move: v through a smooth transform that keeps every value inside its bounds,
 *   free               v = w
 *   v > lower          v = lower + e^w
 *   v < upper          v = upper - e^w
 *   lower < v < upper  v = lower + (upper - lower) / (1 + e^-w)
 * Gradients leave the solvers as dL/dv; hs_model_chain turns them into dL/dw.
 *
 * Values are of three kinds: parameters, network weights, and values that belong to one trajectory (its initial state where that is
 * estimated, its own parameters). The last reach the equations as initial states: a parameter of one trajectory is a state that
 * does not change. x0_at says which value stands in which initial state.
 *
 * A data set is a list of trajectories; sample k of trajectory b is row first[b] + k of every sample array. Arrays are borrowed from the
 * caller and must outlive the set; what is derived is owned. Both objects are immutable and may be shared by threads.
 */
#ifndef HS_MODEL_H
#define HS_MODEL_H

#include "tape/tape.h"

typedef enum { HS_PARAM, HS_WEIGHT, HS_LOCAL } hs_kind;

typedef struct { /* borrowed */
  int n_y;
  hs_sizes sizes;                                      /* x, u, z, v */
  const hs_graph *rhs, *output, *initial;              /* NULL when the model has none */
  const double *lower, *upper;                         /* (n_v) -Inf, Inf where free */
  const double *kind, *fixed;                          /* (n_v) kind: hs_kind; fixed: 0 or 1 */
  const double *prior_mean, *prior_spread, *prior_log; /* (n_v) or NULL; see hs_model_prior */
  hs_external *external;                               /* NULL for traced models */
} hs_model_spec;

typedef struct {
  int n_x, n_u, n_y, n_z, n_v;
  hs_program *rhs, *output, *initial;
  hs_program *physics;   /* rhs (algebraic: output) with 0 for all networks; NULL where it calls none, or calls back */
  int n_param;           /* of kind PARAM; they come first */
  bool traced;           /* no function is called back */
  double *lower, *upper; /* (n_v) */
  double *prior_mean, *prior_spread; /* (n_v) spread Inf: none */
  bool *prior_log, *fixed;           /* (n_v) */
  unsigned char *kind;               /* (n_v) hs_kind */
  void *memory;
} hs_model;

hs_status hs_model_new(hs_model **out, const hs_model_spec *spec, hs_error *e);
void hs_model_free(hs_model *m);
void hs_model_values(const hs_model *m, const double *w, double *v);
hs_status hs_model_trainables(const hs_model *m, const double *v, double *w, hs_error *e); /* INVALID outside the bounds */
void hs_model_chain(const hs_model *m, const double *w, double *g);                        /* g: dL/dv in, dL/dw out */
/* Sum over all values with a prior of ((v - mean)/spread)^2, or ((log v - mean)/spread)^2; dv (n_v) or NULL += scale times its derivative. */
double hs_model_prior(const hs_model *m, const double *v, double scale, double *dv);

typedef enum { HS_ZOH, HS_LINEAR, HS_PCHIP } hs_interpolation;

typedef struct { /* borrowed; N samples of all trajectories one after the other */
  int n, n_samples;
  const double *count;      /* (n) samples of each trajectory, whole numbers */
  const double *t;          /* (N) increasing inside a trajectory */
  const double *y;          /* (n_y, N) element i of sample k at y[k*n_y + i]; NaN: not measured; NULL: nothing is */
  const double *weight;     /* (n_y, N) or NULL: 1 */
  const double *x0;         /* (n_x, n) or NULL: the model's `initial` */
  const double *x0_at;      /* (n_x, n) number (from 1) of the value that is this initial state, 0: x0 or `initial`; or NULL */
  const double *scale;      /* (n_y) residuals are divided by it, or NULL: 1 */
  const double *next;       /* (n) number (from 1) of the trajectory that goes on where this one ends, 0: none; or NULL */
  const double *gap_weight; /* (n_x) weight of the squared gap between an end and the next start; with `next` */
  const double *skip_first; /* (n) 1 where the first sample gave the initial state, or NULL */
  const double *u;          /* (n_u, N), NULL when n_u is 0 */
  const double *z;          /* (n_z, n), NULL when n_z is 0 */
  hs_interpolation interpolation;
} hs_data_spec;

typedef struct {
  hs_data_spec s;
  const hs_model *model; /* borrowed */
  int *count, *first;    /* (n) */
  int *grid;             /* (n) equal numbers: equal times */
  double *slope;         /* (n_u, N) du/dt at the samples for pchip, else NULL */
  int max_count;
  void *memory;
} hs_data;

hs_status hs_data_new(hs_data **out, const hs_data_spec *spec, const hs_model *model, hs_error *e);
void hs_data_free(hs_data *d);
/* Input i of trajectory b at time t inside its interval k (samples k, k+1), written to u[i*stride]. Exact at break points from both sides. */
void hs_data_input(const hs_data *d, int b, int k, double t, double *u, int stride);
/* Weight of output i at sample k of trajectory b; 0 where it does not count. */
double hs_data_weight(const hs_data *d, int b, int k, int i);
/* Do the inputs change the smoothness of the right-hand side at sample k of trajectory b? */
bool hs_data_breaks(const hs_data *d, int b, int k);

#endif
