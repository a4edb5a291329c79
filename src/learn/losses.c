/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loss and its gradient at several points at once, for searches that go on side by side. The points are shared out among threads; what threads are
 * left over go to the objective of each. A point's numbers do not depend on its neighbours or on the number of threads.
 */
#include <math.h>
#include <string.h>

#include "learn/learn.h"

typedef struct {
  const hs_model *m;
  const hs_data *d;
  int workers;
  hs_objective **f;  /* (workers) */
  double *w, *slope; /* (workers, n_v) */
  int *all;          /* (trajectories) 0, 1, ... */
  const double *v;
  double *loss, *g;
  hs_error *failed; /* (points) */
  void *memory;
} search;

static void carve(search *s, int n, hs_arena *a) {
  HS_TAKE(a, s->f, (size_t)s->workers);
  HS_TAKE(a, s->w, (size_t)s->workers * (size_t)s->m->n_v);
  HS_TAKE(a, s->slope, (size_t)s->workers * (size_t)s->m->n_v);
  HS_TAKE(a, s->all, (size_t)s->d->s.n);
  HS_TAKE(a, s->failed, (size_t)n);
}

void hs_gradient_of_values(const hs_model *m, const double *w, double *g, double *slope) {
  for (int i = 0; i < m->n_v; i++) {
    slope[i] = 1.0;
  }
  hs_model_chain(m, w, slope);
  for (int i = 0; i < m->n_v; i++) {
    g[i] = slope[i] != 0.0 ? g[i] / slope[i] : 0.0;
  }
}

static void evaluate(void *context, int worker, int i) {
  search *s = context;
  const size_t n_v = (size_t)s->m->n_v;
  double *w = s->w + (size_t)worker * n_v, *g = s->g + (size_t)i * n_v;
  hs_error *e = &s->failed[i];
  hs_loss loss;
  hs_status status = hs_model_trainables(s->m, s->v + (size_t)i * n_v, w, e);
  if (status == HS_OK) {
    status = hs_objective_eval(s->f[worker], s->d->s.n, s->all, w, &loss, g, e);
  }
  if (status == HS_OK) {
    s->loss[i] = loss.loss;
    hs_gradient_of_values(s->m, w, g, s->slope + (size_t)worker * n_v);
    return;
  }
  e->status = status;
  s->loss[i] = INFINITY;
  memset(g, 0, n_v * sizeof *g);
}

static hs_status run(search *s, int n, const hs_options *o, bool (*interrupted)(void), hs_error *e) {
  hs_options own = *o;
  hs_pool *pool = NULL;
  hs_status status = hs_pool_new(&pool, s->workers, e);
  own.threads = s->workers > 1 ? fmax(1.0, floor((o->threads > 0.0 ? o->threads : hs_processors()) / s->workers)) : o->threads;
  for (int k = 0; status == HS_OK && k < s->workers; k++) {
    status = hs_objective_new(&s->f[k], s->m, s->d, &own, interrupted, e);
  }
  if (status == HS_OK) {
    hs_pool_run(pool, n, evaluate, s);
  }
  for (int i = 0; status == HS_OK && i < n; i++) {
    if (s->failed[i].status != HS_OK && s->failed[i].status != HS_UNSOLVED) {
      *e = s->failed[i];
      status = e->status;
    }
  }
  hs_pool_free(pool);
  for (int k = 0; k < s->workers; k++) {
    hs_objective_free(s->f[k]);
  }
  return status;
}

hs_status hs_losses(const hs_model *m, const hs_data *d, const hs_options *o, bool (*interrupted)(void), int n, const double *v,
                    double *loss, double *g, hs_error *e) {
  const bool worth = hs_rough_seconds(m, d) * n > HS_WORTH_THREADS;
  const double wanted = !m->traced ? 1.0 : o->threads > 0.0 ? o->threads : worth ? hs_processors() : 1.0;
  search s = {.m = m, .d = d, .v = v, .loss = loss, .g = g, .workers = (int)fmax(1.0, fmin(wanted, n))};
  hs_arena arena = {0};
  carve(&s, n, &arena);
  s.memory = hs_alloc(arena.used);
  if (!s.memory) {
    return hs_fail_memory(e, "a search from several points", (double)arena.used);
  }
  arena = (hs_arena){.base = s.memory};
  carve(&s, n, &arena);
  for (int b = 0; b < d->s.n; b++) {
    s.all[b] = b;
  }
  hs_status status = run(&s, n, o, interrupted, e);
  hs_free(s.memory);
  return status;
}
