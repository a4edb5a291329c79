/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   adam    m = b1 m + (1-b1) d,  s = b2 s + (1-b2) d^2,  w -= rate (m/(1-b1^t)) / (sqrt(s)/sqrt(1-b2^t) + eps)   Kingma & Ba 2015
 *   adamw   first w -= rate decay w on the nets, then adam                                                      Loshchilov & Hutter 2019
 *   sgd     m = momentum m + d,  w -= rate m
 * Fixed values never move.
 */
#include <math.h>

#include "learn/learn.h"

static const double BETA1 = 0.9, BETA2 = 0.999, EPS = 1e-8;

static double schedule(const hs_options *o, long t) {
  if ((hs_schedule)o->schedule == HS_COSINE && o->iterations > 0) {
    return 0.5 * (1.0 + cos(acos(-1.0) * (double)(t - 1) / o->iterations));
  }
  return 1.0;
}

void hs_optimizer_step(const hs_options *o, const hs_model *m, long t, const double *d, double *w, double *first,
                       double *second) {
  const double factor = schedule(o, t), c1 = 1.0 - pow(BETA1, (double)t), c2 = sqrt(1.0 - pow(BETA2, (double)t));
  const hs_optimizer kind = (hs_optimizer)o->optimizer;
  for (int i = 0; i < m->n_v; i++) {
    if (m->fixed[i]) {
      continue;
    }
    const double rate = factor * (m->kind[i] == HS_WEIGHT ? o->learning_rate_nets : o->learning_rate_params);
    if (kind == HS_SGD) {
      first[i] = o->momentum * first[i] + d[i];
      w[i] -= rate * first[i];
      continue;
    }
    if (kind == HS_ADAMW && m->kind[i] == HS_WEIGHT) {
      w[i] -= rate * o->weight_decay * w[i];
    }
    first[i] = BETA1 * first[i] + (1.0 - BETA1) * d[i];
    second[i] = BETA2 * second[i] + (1.0 - BETA2) * d[i] * d[i];
    w[i] -= rate * (first[i] / c1) / (sqrt(second[i]) / c2 + EPS);
  }
}
