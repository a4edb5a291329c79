/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside solve: what the forward half (rk.c) and the reverse and tangent halves (rk_back.c) of the Runge-Kutta back ends share: the record, and the stages of one
 * step, which are made in the forward pass and made again where the record does not hold them.
 */
#ifndef HS_SOLVE_RK_H
#define HS_SOLVE_RK_H

#include "solve/rk_lane.h"
#include "solve/rk_rule.h"

typedef struct {            /* one evaluation of f, kept for the reverse pass */
  double *t, *u, *x, *work; /* (L), (n_u, L), (n_x, L), work of the program */
} hs_rk_slot;

typedef struct {
  const hs_rk_rule *rule;
  bool adaptive;
  hs_rk_lane *lane;   /* (L) */
  hs_rk_entry *entry; /* (steps, L), grows */
  size_t entry_room;
  double *mark; /* (segments, 2, n_x, L): x and k_0 at the start of each segment; grows */
  size_t mark_room;
  double **chunk; /* (segment) the evaluations of one step each, made when first needed */
  int segment;    /* steps of which the values inside f are kept */
  int held;       /* the segment whose values they are, -1: none */
  int steps;
  size_t stride;                 /* doubles of one evaluation */
  double *x, *next;              /* (n_x, L): states at the start and end of the step at hand */
  double *k, *g, *dense;         /* (stages, n_x, L) */
  double *dk, *lambda, *df, *dx; /* (n_x, L); dx: sum of the adjoints of the samples inside a step */
  double *unit;                  /* (n_v) direction of a sensitivity */
  void *memory;
} hs_rk;

size_t hs_rk_width(const hs_solver *s); /* doubles of one state of the block: n_x L */
hs_rk_entry *hs_rk_entries(const hs_solver *s, const hs_rk *r, int step);
hs_rk_slot hs_rk_slot_at(const hs_solver *s, const hs_rk *r, int step, int stage);
hs_point hs_rk_point(const hs_rk_slot *q, const double *v);
bool hs_rk_any_fresh(const hs_solver *s, const hs_rk_entry *now);
/* Lanes that are fresh take their column of `from`. */
void hs_rk_take_fresh(const hs_solver *s, const hs_rk_entry *now, const double *from, double *to);
/* to = from + h sum_j weight_j k_j, lane by lane; k: (n, n_x, L). */
void hs_rk_combine(const hs_solver *s, const hs_rk_entry *now, const double *from, const double *weight, int n, const double *k,
                   double *to);
/* The values inside f of one segment, made again from its mark unless they are there. */
hs_status hs_rk_recall(hs_solver *s, hs_rk *r, int segment, const double *v);

hs_status hs_rk_backward(hs_solver *s, const double *v, double tap_seed, double *dv, hs_error *e);
hs_status hs_rk_sensitivity(hs_solver *s, const double *v, int n, const int *at, const double *s0, double *sx, hs_error *e);

#endif
