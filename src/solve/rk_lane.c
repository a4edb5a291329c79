/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solve/rk_lane.h"

#include <float.h>
#include <math.h>

static const double SAFETY = 0.9, SHRINK = 0.2, GROW = 10.0, BETA = 0.04, ORDER = 5.0;

double hs_lane_least(double t) {
  return fmax(16.0 * DBL_EPSILON * fabs(t), 1e-200);
}

/* The next sample after k at which a step must land. */
static int next_target(const hs_solver *s, int b, bool adaptive, int k) {
  const int last = hs_solver_count(s, b) - 1;
  int target = k + 1;
  while (adaptive && target < last && !hs_data_breaks(s->d, s->lane[b], target)) {
    target++;
  }
  return target < last ? target : last;
}

static void enter_interval(const hs_solver *s, int b, bool adaptive, int k, hs_rk_lane *lane) {
  const double *t = hs_solver_times(s, b);
  lane->interval = k;
  lane->target = next_target(s, b, adaptive, k);
  lane->piece = 0;
  lane->pieces = lane->done || adaptive ? 1 : hs_steps_between(s, t[k], t[k + 1]);
}

void hs_lane_start(const hs_solver *s, int b, bool adaptive, hs_rk_lane *lane) {
  const double *t = hs_solver_times(s, b);
  const int last = hs_solver_count(s, b) - 1;
  *lane = (hs_rk_lane){.t = t[0], .reached = 1, .fresh = true, .done = last == 0, .error = 1e-4};
  enter_interval(s, b, adaptive, 0, lane);
}

/* Fixed: the exact grid of the interval. Adaptive: the size wanted, or what is left, or half of it where that saves a tiny last step. */
static double size_of(const hs_solver *s, int b, bool adaptive, const hs_rk_lane *lane, bool *lands) {
  const double *t = hs_solver_times(s, b), left = t[lane->target] - lane->t;
  if (!adaptive) {
    *lands = lane->piece == lane->pieces - 1;
    return (t[lane->interval + 1] - t[lane->interval]) / lane->pieces;
  }
  *lands = left <= 1.01 * lane->h;
  return *lands ? left : left < 2.0 * lane->h ? 0.5 * left : lane->h;
}

void hs_lane_plan(const hs_solver *s, int b, bool adaptive, const hs_rk_lane *lane, hs_rk_entry *step) {
  *step = (hs_rk_entry){.t = lane->t, .interval = lane->interval, .reached = lane->reached, .fresh = lane->fresh || !adaptive};
  if (lane->done) {
    step->t = hs_solver_times(s, b)[0];
    step->interval = 0;
  } else {
    step->h = size_of(s, b, adaptive, lane, &step->lands);
  }
}

/* The factor by which the next step is larger, before limits. */
static double growth(double error, double last) {
  return SAFETY * pow(last, BETA) / pow(fmax(error, 1e-10), 1.0 / ORDER - 0.75 * BETA);
}

static void resize(double error, double taken, hs_rk_lane *lane) {
  const double most = lane->rejected ? 1.0 : GROW, h = taken * fmin(most, fmax(SHRINK, growth(error, lane->error)));
  lane->h = taken < lane->h && error < 1.0 ? fmax(h, fmin(lane->h, GROW * taken)) : h; /* a step cut short says little */
  lane->error = fmax(error, 1e-4);
}

void hs_lane_accept(const hs_solver *s, int b, bool adaptive, double error, hs_rk_lane *lane, hs_rk_entry *step) {
  const double *t = hs_solver_times(s, b);
  const int count = hs_solver_count(s, b);
  if (adaptive) {
    resize(error, step->h, lane);
  }
  lane->rejected = false;
  lane->fresh = false;
  lane->tries++;
  lane->piece++;
  if (step->lands) {
    const int k = lane->target;
    lane->t = t[k];
    lane->reached = k + 1;
    lane->done = k == count - 1;
    lane->fresh = s->d->s.interpolation == HS_ZOH && hs_data_breaks(s->d, s->lane[b], k);
    enter_interval(s, b, adaptive, lane->done ? 0 : k, lane);
  } else if (adaptive) {
    lane->t = step->t + step->h;
    while (lane->reached < lane->target && t[lane->reached] <= lane->t) {
      lane->reached++;
    }
  } else {
    lane->t = t[lane->interval] + lane->piece * step->h;
  }
  step->reached = lane->reached;
}

bool hs_lane_reject(double error, hs_rk_lane *lane, hs_rk_entry *step) {
  const double factor = isfinite(error) ? fmax(SHRINK, SAFETY / pow(error, 1.0 / ORDER - 0.75 * BETA)) : 0.1;
  lane->h = step->h * fmin(factor, 1.0);
  lane->rejected = true;
  lane->fresh = false;
  lane->tries++;
  step->h = 0.0;
  step->lands = false;
  return lane->h > hs_lane_least(lane->t);
}

bool hs_lane_looks_stiff(double h_lambda, hs_rk_lane *lane) {
  if (h_lambda > 3.25) { /* the edge of the stability region on the real axis */
    lane->mild = 0;
    lane->stiff++;
  } else if (++lane->mild == 6) {
    lane->stiff = 0;
  }
  return lane->stiff >= 15;
}
