/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside solve: where each lane of a block of Runge-Kutta steps is, and how far it goes next.
 *
 * The lanes of a block take their steps together, but each has its own time, step size and verdict: a lane whose step was rejected tries
 * again in the next one while the others go on, so a trajectory's numbers do not depend on its neighbours.
 *
 * rk4: every interval dt of the data in ceil (dt/step - 1e-9) equal steps. Adaptive rules: the PI controller of dopri5.f (Hairer, Norsett &
 * Wanner, Solving ODEs I, II.4, beta = 0.04), landing on the breaks of the inputs and on the last sample, the samples between by dense output.
 */
#ifndef HS_SOLVE_RK_LANE_H
#define HS_SOLVE_RK_LANE_H

#include "solve/solver.h"

typedef struct { /* one lane in one step of the record */
  double t, h;   /* from t to t + h; h = 0: the lane rests, or its step was rejected */
  int interval;  /* data interval of its inputs */
  int reached;   /* samples known at the end of the step */
  bool fresh;    /* the first stage is evaluated anew */
  bool lands;    /* the step ends at sample reached - 1 */
} hs_rk_entry;

typedef struct { /* a lane on its way */
  double t;
  int interval, reached; /* as above, now */
  int target;            /* the sample at which a step must land */
  int piece, pieces;     /* fixed step: steps done of the interval, of how many */
  double h, error;       /* adaptive: size wanted; error of the last accepted step */
  bool fresh, rejected, done;
  long tries;
  int stiff, mild; /* accepted steps in a row that looked so */
} hs_rk_lane;

double hs_lane_least(double t); /* the smallest step that is still worth its name at time t */
void hs_lane_start(const hs_solver *s, int b, bool adaptive, hs_rk_lane *lane);
/* The step that the lane tries next; a lane that is done rests at its start. */
void hs_lane_plan(const hs_solver *s, int b, bool adaptive, const hs_rk_lane *lane, hs_rk_entry *step);
/* The step is taken (error: its size in units of the tolerance, 0 for fixed steps); the entry gets `reached`. */
void hs_lane_accept(const hs_solver *s, int b, bool adaptive, double error, hs_rk_lane *lane, hs_rk_entry *step);
/* The step is not taken: the entry becomes a rest. False when the lane cannot go on (see hs_lane_trouble). */
bool hs_lane_reject(double error, hs_rk_lane *lane, hs_rk_entry *step);
/* h |lambda| of an accepted step along the direction of the last two stages; true once the lane looks stiff (Hairer & Wanner II, IV.2). */
bool hs_lane_looks_stiff(double h_lambda, hs_rk_lane *lane);

#endif
