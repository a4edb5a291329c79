/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside solve: the block that solver.c prepares and a back end (rk.c, cvode.c) integrates.
 */
#ifndef HS_SOLVE_SOLVER_H
#define HS_SOLVE_SOLVER_H

#include "solve/solve.h"

typedef struct { /* a back end: six functions */
  hs_status (*make)(hs_solver *s, hs_error *e);
  void (*release)(hs_solver *s);
  /* x0 -> x at all samples; record kept when reverse. */
  hs_status (*forward)(hs_solver *s, const double *v, bool reverse, bool taps, hs_error *e);
  /* dx (at samples, is consumed) -> dx0, dv +=. */
  hs_status (*backward)(hs_solver *s, const double *v, double tap_seed, double *dv, hs_error *e);
  /* One direction: s0 (n_x, L) -> sx (samples, n_x, L). */
  hs_status (*sensitivity)(hs_solver *s, const double *v, int n_direction, const int *at, const double *s0, double *sx,
                           hs_error *e);
  /* Bytes of its memory and of a record, estimated where the number of steps is not known before. */
  double (*bytes)(const hs_solver *s);
  bool own_taps; /* sums the network outputs inside rhs itself */
} hs_back_end;

extern const hs_back_end hs_back_end_rk4, hs_back_end_dopri5, hs_back_end_cvode;

typedef struct { /* for sorting trajectories into blocks */
  double key;
  int place, trajectory;
} hs_ticket;

struct hs_solver {
  const hs_model *m;
  const hs_data *d;
  hs_solve_options o;
  const hs_back_end *back; /* the one at work */
  void *state;             /* its own */
  struct {
    const hs_back_end *back;
    void *state;
  } engine[2]; /* "auto": dopri5, and cvode's BDF for blocks that look stiff; else one */
  int n_engines;
  bool watch_stiffness; /* dopri5 returns RETRY when a lane looks stiff */
  hs_solve_counts counts;
  hs_block block;
  int max_lanes;
  hs_ticket *ticket;      /* (trajectories) */
  int *lane;              /* (max_lanes) trajectory of a lane */
  double *x0, *dx0;       /* (n_x, L) */
  double *x, *dx;         /* (samples, n_x, L) */
  double *y, *dy;         /* (samples, n_y, L); y == x without an output function */
  double *t, *u, *z;      /* one instant: (L), (n_u, L), (n_z, L) */
  double *work, *adjoint; /* for any of the programs, max_lanes lanes; work may hold `kept` output evaluations */
  double *law, *physics;  /* (n_x or n_y, L) values or adjoints of the whole law and of its physics */
  double *law_work, *physics_work;
  double *rhs_work;     /* rhs at the samples, for the taps of back ends without own_taps */
  double *tap;          /* (n_tap, L) */
  double *result;       /* (max (n_x, n_y), L) */
  size_t output_stride; /* doubles of one kept output evaluation */
  int kept;
  hs_failure *failed; /* (max_lanes) */
  double *failed_x;   /* (max_lanes, n_x) */
  void *memory;
};

/* u at time t of lane b in interval k, into column b of s->u or another (n_u, L) array. */
void hs_solver_input(const hs_solver *s, int lane, int k, double t, double *u);
/* The number of samples of a lane's trajectory, and its times. */
int hs_solver_count(const hs_solver *s, int lane);
const double *hs_solver_times(const hs_solver *s, int lane);
/* Note that a lane cannot be solved beyond t, where its state is x (element i at x[i*stride]); the first one's sentence goes into e. */
hs_status hs_solver_unsolved(hs_solver *s, int lane, double t, const double *x, int stride, const char *why, hs_error *e);
hs_status hs_solver_interrupted(const hs_solver *s, hs_error *e); /* OK or INTERRUPTED */
/* A record that grows: room for `needed` entries of `size` bytes in *array, which holds *room. */
hs_status hs_solver_grow(void **array, size_t *room, size_t needed, size_t size, hs_error *e);
/* The most steps of the fixed-step grid that any trajectory takes. */
double hs_most_fixed_steps(const hs_solver *s);
/* Steps of the fixed-step grid on the interval [a, b]. */
int hs_steps_between(const hs_solver *s, double a, double b);
#endif
