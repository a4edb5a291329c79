/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All trajectories of a data set forward, their blocks shared out among threads. No number depends on how many: every block is solved by itself. Of
 * several failures that of the first block is told; blocks behind a failed one need not be solved.
 */
#include <stdatomic.h>

#include "solve/solve.h"

/* Roughly: a multiply-add takes 0.1 ns and every number of the program 1 ns a lane, three times for a gradient, at 6 evaluations a sample. */
double hs_rough_seconds(const hs_model *m, const hs_data *d) {
  const hs_program *p = m->rhs ? m->rhs : m->output;
  const double lane = 0.1 * hs_program_flops(p) + (double)(hs_program_work_size(p, 1024) / 1024);
  return 3e-9 * lane * (m->rhs ? 6.0 : 1.0) * d->s.n_samples;
}

const double HS_WORTH_THREADS = 3e-4;

int hs_thread_count(const hs_model *m, const hs_data *d, double wanted, int most) {
  const int n = wanted > 0.0 ? (int)wanted : hs_rough_seconds(m, d) > HS_WORTH_THREADS ? hs_processors() : 1;
  return !m->traced ? 1 : n < most ? n : most; /* Octave is called from its own thread alone */
}

typedef struct {
  int block; /* -1: none */
  hs_error e;
} failure;

typedef struct {
  const hs_model *m;
  const hs_data *d;
  const double *v;
  int n_at, threads, blocks;
  const int *at;
  hs_solver **solver; /* (threads) */
  double **wide;      /* (threads) sensitivities of one block, (n_at, samples, n_x, L) */
  int *all, *order, *start;
  double *x, *y, *sx;
  failure *failed; /* (threads) the first of each */
  atomic_int first_failed;
  void *memory;
} simulation;

static void carve(simulation *s, hs_arena *a) {
  const size_t n = (size_t)s->d->s.n, lanes = (size_t)hs_most_lanes(s->m, s->d->s.n);
  HS_TAKE(a, s->solver, (size_t)s->threads);
  HS_TAKE(a, s->wide, (size_t)s->threads);
  HS_TAKE(a, s->all, n);
  HS_TAKE(a, s->order, n);
  HS_TAKE(a, s->start, n + 1);
  HS_TAKE(a, s->failed, (size_t)s->threads);
  for (int i = 0; i < s->threads; i++) {
    double *wide;
    HS_TAKE(a, wide, (size_t)s->n_at * (size_t)s->m->n_x * (size_t)s->d->max_count * lanes);
    if (a->base) {
      s->wide[i] = wide;
      s->failed[i].block = -1;
    }
  }
}

/* Samples of one block into (n, N): element i of sample k of trajectory b in column first[b] + k. */
static void scatter(const simulation *s, const hs_block *block, const double *from, int n, double *to) {
  for (int b = 0; b < block->n; b++) {
    const int trajectory = block->trajectory[b];
    for (int k = 0; k < s->d->count[trajectory]; k++) {
      for (int i = 0; i < n; i++) {
        to[(size_t)(s->d->first[trajectory] + k) * (size_t)n + (size_t)i] =
            from[((size_t)k * (size_t)n + (size_t)i) * (size_t)block->L + (size_t)b];
      }
    }
  }
}

static hs_status one_block(const simulation *s, hs_solver *solver, double *wide, int j, hs_error *e) {
  const hs_status status =
      hs_solver_forward(solver, s->start[j + 1] - s->start[j], s->order + s->start[j], s->v, s->n_at > 0, false, e);
  if (status != HS_OK) {
    return status;
  }
  const hs_block *block = hs_solver_block(solver);
  const size_t N = (size_t)s->d->s.n_samples, n_x = (size_t)s->m->n_x;
  scatter(s, block, block->x, s->m->n_x, s->x);
  scatter(s, block, block->y, s->m->n_y, s->y);
  if (!s->n_at) {
    return HS_OK;
  }
  const hs_status second = hs_solver_sensitivity(solver, s->v, s->n_at, s->at, wide, e);
  for (int i = 0; second == HS_OK && i < s->n_at; i++) {
    scatter(s, block, wide + (size_t)i * (size_t)block->samples * n_x * (size_t)block->L, s->m->n_x, s->sx + (size_t)i * n_x * N);
  }
  return second;
}

/* A worker's blocks come in order, so it has nothing to do after a failure of its own. */
static void task(void *context, int worker, int j) {
  simulation *s = context;
  failure *f = &s->failed[worker];
  if (j > atomic_load(&s->first_failed)) {
    return;
  }
  f->e.status = one_block(s, s->solver[worker], s->wide[worker], j, &f->e);
  if (f->e.status != HS_OK) {
    f->block = j;
    atomic_store(&s->first_failed, j); /* or a later one, when two fail at once: then more is solved than need be */
  }
}

static hs_status run(simulation *s, const hs_solve_options *o, hs_solve_counts *counts, hs_error *e) {
  hs_pool *pool = NULL;
  hs_status status = hs_pool_new(&pool, s->threads, e);
  for (int i = 0; status == HS_OK && i < s->threads; i++) {
    status = hs_solver_new(&s->solver[i], s->m, s->d, o, e);
  }
  if (status == HS_OK) {
    s->blocks = hs_solver_arrange(s->solver[0], s->d->s.n, s->all, s->order, s->start);
    hs_pool_run(pool, s->blocks, task, s);
  }
  const failure *first = NULL;
  for (int i = 0; status == HS_OK && i < s->threads; i++) {
    const failure *f = &s->failed[i];
    first = f->block >= 0 && (!first || f->block < first->block) ? f : first;
  }
  if (first) {
    *e = first->e;
    status = e->status;
  }
  hs_pool_free(pool);
  for (int i = 0; i < s->threads; i++) {
    if (s->solver[i]) {
      const hs_solve_counts one = hs_solver_counts(s->solver[i]);
      hs_solve_counts_add(counts, &one);
    }
    hs_solver_free(s->solver[i]);
  }
  return status;
}

hs_status hs_simulate(const hs_model *m, const hs_data *d, const hs_solve_options *o, double threads, const double *v, int n_at,
                      const int *at, double *x, double *y, double *sx, hs_solve_counts *counts, hs_error *e) {
  const bool lock_step =
      m->rhs && (o->method == HS_CVODE || o->method == HS_AUTO_SOLVER); /* as many blocks as there are time grids */
  const int lanes = hs_most_lanes(m, d->s.n), blocks = lock_step ? d->s.n : (d->s.n + lanes - 1) / lanes + 1;
  simulation s = {.m = m, .d = d, .v = v, .n_at = n_at, .at = at, .x = x, .y = y, .sx = sx};
  s.threads = hs_thread_count(m, d, threads, d->s.n <= lanes && !lock_step ? 1 : blocks);
  atomic_init(&s.first_failed, d->s.n);
  hs_arena arena = {0};
  carve(&s, &arena);
  s.memory = hs_alloc(arena.used);
  if (!s.memory) {
    return hs_fail_memory(e, n_at ? "the sensitivities" : "a simulation", (double)arena.used);
  }
  arena = (hs_arena){.base = s.memory};
  carve(&s, &arena);
  for (int b = 0; b < d->s.n; b++) {
    s.all[b] = b;
  }
  const hs_status status = run(&s, o, counts, e);
  hs_free(s.memory);
  return status;
}
