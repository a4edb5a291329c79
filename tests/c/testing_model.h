/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small hybrid model and data for the tests of the upper rooms: q' = p, p' = -w2 sin q + net (q, p) + u, net 2-3-1 tanh.
 */
#ifndef TESTING_MODEL_H
#define TESTING_MODEL_H

#include "model/model.h"
#include "testing.h"

enum { N_V = 14, N_TRAJECTORIES = 5, MOST = 7 };

typedef struct {
  builder g;
  hs_graph graph;
  double lower[N_V], upper[N_V], kind[N_V], fixed[N_V], v[N_V];
  double count[N_TRAJECTORIES], t[64], y[128], x0[2 * N_TRAJECTORIES], u[64];
  hs_model_spec model;
  hs_data_spec data;
} pendulum;

static inline void pendulum_graph(pendulum *s, bool inputs) {
  builder *g = &s->g;
  const int q = leaf(g, HS_OP_state, 1, 1, 1), p = leaf(g, HS_OP_state, 1, 1, 2), both = leaf(g, HS_OP_state, 2, 1, 1);
  const int hidden = dense(g, both, 1, 2, 2, 3, HS_TANH, 0), net = dense(g, hidden, 1, 11, 3, 1, HS_IDENTITY, 1);
  const int force = two(g, HS_OP_mul, 1, 1, leaf(g, HS_OP_param, 1, 1, 1), one(g, HS_OP_sin, 1, 1, q));
  int sum = two(g, HS_OP_sub, 1, 1, net, force);
  if (inputs) {
    sum = two(g, HS_OP_add, 1, 1, sum, leaf(g, HS_OP_input, 1, 1, 1));
  }
  const int parts[] = {p, sum};
  s->graph = graph_of(g, put(g, HS_OP_concat, 2, 1, 2, parts, 0, NULL));
}

/* equal: all trajectories on one grid; otherwise ragged. */
static inline void pendulum_new(pendulum *s, bool equal, bool inputs) {
  memset(s, 0, sizeof *s);
  pendulum_graph(s, inputs);
  fill_random(s->v, N_V, 50, -0.7, 0.7);
  s->v[0] = 1.1;
  int n = 0;
  for (int b = 0; b < N_TRAJECTORIES; b++) {
    const int count = equal ? 5 : 1 + (b * 3) % MOST;
    s->count[b] = count;
    for (int k = 0; k < count; k++, n++) {
      s->t[n] = 0.4 * k * (equal ? 1 : 1 + 0.1 * b);
      s->u[n] = 0.3 * cos(1.7 * n);
    }
  }
  for (int i = 0; i < N_V; i++) {
    s->lower[i] = -INFINITY;
    s->upper[i] = INFINITY;
    s->kind[i] = i > 0;
  }
  fill_random(s->x0, 2 * N_TRAJECTORIES, 51, -1, 1);
  fill_random(s->y, (size_t)(2 * n), 52, -1, 1);
  s->y[3] = NAN;
  s->model = (hs_model_spec){.n_y = 2,
                             .sizes = {.x = 2, .u = inputs, .v = N_V},
                             .rhs = &s->graph,
                             .lower = s->lower,
                             .upper = s->upper,
                             .kind = s->kind,
                             .fixed = s->fixed};
  s->data = (hs_data_spec){.n = N_TRAJECTORIES,
                           .n_samples = n,
                           .count = s->count,
                           .t = s->t,
                           .y = s->y,
                           .x0 = s->x0,
                           .u = inputs ? s->u : NULL,
                           .interpolation = HS_ZOH};
}

#endif
