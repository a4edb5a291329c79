/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * solve: states and outputs of a block of trajectories, forward sensitivities, and the adjoint of everything.
 *
 * Work goes in blocks of up to HS_BLOCK lanes, one trajectory a lane, padded to a multiple of 4 with copies of the first (they carry no
 * weight), but for one lane beyond a multiple of 8, which the kernels take as it is, and large models, which are not padded. The order of calls for one block is
 *   hs_solver_forward (states, outputs, and a record)  ->  hs_solver_backward (reads the record alone),
 * and hs_solver_sensitivity may follow a forward call. Results stay valid until the next forward call. Sample arrays are
 * (samples, elements, L): element i of sample k in lane b at [(k*n + i)*L + b].
 * A solver owns all its memory; from the second gradient on nothing is allocated. It is not thread-safe: one solver a thread.
 * Statuses: UNSOLVED (a trajectory; text names it), INTERRUPTED, CALLBACK, MEMORY, SOLVER.
 */
#ifndef HS_SOLVE_H
#define HS_SOLVE_H

#include "model/model.h"

enum { HS_BLOCK = 48 };
/* Most lanes that a block of n or fewer trajectories takes; large models have fewer lanes, so that an evaluation stays in the cache. */
int hs_most_lanes(const hs_model *model, int n);

typedef enum { HS_RK4, HS_CVODE, HS_DOPRI5, HS_AUTO_SOLVER } hs_method;
typedef enum { HS_AUTO, HS_ADAMS, HS_BDF } hs_cvode_method;

typedef struct {
  hs_method method;
  hs_cvode_method cvode_method;
  double step;       /* rk4: largest step; an interval dt takes ceil(dt/step - 1e-9) equal steps. <= 0: smallest interval */
  double rtol, atol; /* dopri5, cvode */
  long max_steps;    /* internal steps of one trajectory before it is given up */
  double
      record_bytes; /* values inside f that are kept for the backward pass; 0: HS_RECORD_BYTES. Fewer take longer, not other numbers */
  bool (*interrupted)(void); /* polled, or NULL */
} hs_solve_options;

enum { HS_RECORD_BYTES = 24 << 20 };

typedef struct {
  long steps, rhs, backward_steps, backward_rhs, nodes; /* summed since hs_solver_new */
  long trajectories, stiff;                             /* solutions forward; those of them that "auto" gave to BDF */
} hs_solve_counts;

typedef struct { /* a trajectory that could not be solved */
  int trajectory;
  double t;        /* up to here it could be */
  const double *x; /* (n_x) the state there */
} hs_failure;

typedef struct {             /* the block last solved */
  int n, L, samples;         /* trajectories, lanes, most samples of one */
  const int *trajectory;     /* (L) lanes n .. L-1 repeat the first */
  const double *x;           /* (samples, n_x, L) */
  const double *y;           /* (samples, n_y, L) */
  double tap_square;         /* sum of squared network outputs over the grid of the functional norm */
  double tap_count;          /* how many there are */
  int n_failed;              /* after UNSOLVED: at least one; a failure may hide others */
  const hs_failure *failure; /* (n_failed) */
} hs_block;

typedef struct hs_solver hs_solver;

hs_status hs_solver_new(hs_solver **out, const hs_model *model, const hs_data *data, const hs_solve_options *o, hs_error *e);
void hs_solver_free(hs_solver *s);
/* Memory that a solver takes with its record; of adaptive solvers an estimate. */
double hs_solver_bytes(const hs_model *model, const hs_data *data, const hs_solve_options *o);

/* Arrange n trajectories into blocks: order (n), start (n + 1); block j is order[start[j] .. start[j+1]-1]. Returns their number. */
int hs_solver_arrange(hs_solver *s, int n, const int *trajectory, int *order, int *start);
/* Number of network outputs that the functional norm averages over in these trajectories (known before solving). */
double hs_solver_tap_count(hs_solver *s, int n, const int *trajectory);

/* reverse: keep what backward needs. taps: also sum the squared network outputs. */
hs_status hs_solver_forward(hs_solver *s, int n, const int *trajectory, const double *v, bool reverse, bool taps, hs_error *e);
const hs_block *hs_solver_block(const hs_solver *s);
/* A caller's own reason to call a lane of the block unsolved: UNSOLVED, and noted in the block. */
hs_status hs_solver_reject(hs_solver *s, int lane, const char *why, hs_error *e);
/* Sum over the samples of the block just solved of f_physics . f_network: the physics is the right-hand side (algebraic models: the output) with 0 for
 * all networks, the network's share the rest. 0 for models whose law calls no network. */
hs_status hs_solver_overlap(hs_solver *s, const double *v, double *sum, hs_error *e);

typedef struct {  /* adjoints of the sums that penalties are made of */
  double tap;     /* dL/d(sum of squared network outputs) */
  double overlap; /* dL/d(sum of hs_solver_overlap) */
} hs_seeds;

/* dy (samples, n_y, L): dL/dy, 0 in lanes that do not count (overwritten). end (n_x, L): dL/dx at the last sample of each lane, or NULL.
 * dv (n_v) +=. */
hs_status hs_solver_backward(hs_solver *s, const double *v, double *dy, const double *end, hs_seeds seeds, double *dv,
                             hs_error *e);
/* dx (n_direction, samples, n_x, L): derivative of the states with respect to the values at[0 .. n_direction-1], or, where at[j] < 0, of every
 * trajectory with respect to its own initial state -at[j]-1; solves anew. */
hs_status hs_solver_sensitivity(hs_solver *s, const double *v, int n_direction, const int *at, double *dx, hs_error *e);

/* Roughly the time of a gradient, and that below which threads are not woken; the number of threads for a problem of at most so many tasks (wanted = 0:
 * by that time). */
double hs_rough_seconds(const hs_model *m, const hs_data *d);
extern const double HS_WORTH_THREADS;
int hs_thread_count(const hs_model *m, const hs_data *d, double wanted, int most);

/* All trajectories of the data, N samples together: states x (n_x, N), outputs y (n_y, N), sensitivities sx (n_x, N, n_at) with respect to `at` as
 * above. threads: 0, as many as are worth it; the results are the same bits. Added to counts. */
hs_status hs_simulate(const hs_model *m, const hs_data *d, const hs_solve_options *o, double threads, const double *v, int n_at,
                      const int *at, double *x, double *y, double *sx, hs_solve_counts *counts, hs_error *e);

hs_solve_counts hs_solver_counts(const hs_solver *s);
void hs_solve_counts_add(hs_solve_counts *to, const hs_solve_counts *more);

#endif
