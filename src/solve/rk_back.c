/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The discrete adjoint and the tangent of the recorded steps (equations: rk.c). Both go through the same steps with the same values inside f, so one is the
 * transpose of the other to rounding.
 */
#include "solve/rk.h"

#include <stdlib.h>
#include <string.h>

/* ---- backward ----------------------------------------------------------------------------------------------------------------- */

/* First sample that a step reaches. */
static int first_reached(const hs_solver *s, const hs_rk *r, int step, int b) {
  return step ? hs_rk_entries(s, r, step - 1)[b].reached : 1;
}

/* dL/dx of the samples of a step: of its end into lambda; of those inside into r->dx and, through the stages, r->dense. True when there are any inside. */
static bool collect(hs_solver *s, hs_rk *r, int step) {
  const int L = s->block.L, n_x = s->m->n_x;
  const size_t size = hs_rk_width(s);
  const hs_rk_entry *now = hs_rk_entries(s, r, step);
  bool inside = false;
  double w[HS_MAX_STAGES];
  for (int b = 0; b < L; b++) {
    for (int k = first_reached(s, r, step, b); k < now[b].reached; k++) {
      const double *dx = s->dx + (size_t)k * size + (size_t)b;
      if (now[b].lands && k == now[b].reached - 1) {
        for (int i = 0; i < n_x; i++) {
          r->lambda[i * L + b] += dx[i * L];
        }
        continue;
      }
      if (!inside) {
        memset(r->dx, 0, size * sizeof *r->dx);
        memset(r->dense, 0, (size_t)r->rule->stages * size * sizeof *r->dense);
        inside = true;
      }
      hs_rk_dense(r->rule, (hs_solver_times(s, b)[k] - now[b].t) / now[b].h, w);
      for (int i = 0; i < n_x; i++) {
        r->dx[i * L + b] += dx[i * L];
        for (int j = 0; j < r->rule->stages; j++) {
          r->dense[(size_t)j * size + (size_t)(i * L + b)] += w[j] * dx[i * L];
        }
      }
    }
  }
  return inside;
}

/* Seeds of the functional norm at the start of the step: 2 seed tap in the lanes that move. */
static const double *tap_seeds(hs_solver *s, hs_rk *r, int step, const hs_rk_slot *q, double seed) {
  const int L = s->block.L, n = hs_program_n_tap(s->m->rhs);
  if (seed == 0.0 || !n || r->adaptive) {
    return NULL;
  }
  const hs_point at = hs_rk_point(q, NULL);
  hs_program_tap(s->m->rhs, L, &at, q->work, s->tap);
  for (int b = 0; b < L; b++) {
    const bool counts = b < s->block.n && hs_rk_entries(s, r, step)[b].h > 0.0;
    for (int i = 0; i < n; i++) {
      s->tap[i * L + b] = counts ? 2.0 * seed * s->tap[i * L + b] : 0.0;
    }
  }
  return s->tap;
}

/* r->dk = h (b_i lambda + sum_{j>i} a_ji g_j + dense_i). */
static void stage_adjoint(const hs_solver *s, hs_rk *r, const hs_rk_entry *now, int i, bool inside) {
  const size_t size = hs_rk_width(s);
  const double b_i = r->rule->b[i];
  for (size_t q = 0; q < size; q++) {
    r->dk[q] = b_i * r->lambda[q];
  }
  for (int j = i + 1; j < r->rule->stages; j++) {
    const double a = r->rule->a[j][i], *restrict g = r->g + (size_t)j * size;
    for (size_t q = 0; a != 0.0 && q < size; q++) {
      r->dk[q] += a * g[q];
    }
  }
  for (size_t q = 0; inside && q < size; q++) {
    r->dk[q] += r->dense[(size_t)i * size + q];
  }
  for (int e = 0; e < s->m->n_x; e++) {
    for (int b = 0; b < s->block.L; b++) {
      r->dk[e * s->block.L + b] *= now[b].h;
    }
  }
}

/* The last stage serves the next step as its first: it takes over the adjoint df that was carried here. */
static void take_carried(const hs_solver *s, hs_rk *r, const hs_rk_entry *now) {
  for (int i = 0; i < s->m->n_x; i++) {
    for (int b = 0; b < s->block.L; b++) {
      const int q = i * s->block.L + b;
      const bool taken = now[b].h != 0.0;
      r->dk[q] += taken ? r->df[q] : 0.0;
      r->df[q] = taken ? 0.0 : r->df[q];
    }
  }
}

/* The first stage: lanes that were evaluated here keep dk, the others hand it on to the step before. */
static void hand_on(const hs_solver *s, hs_rk *r, const hs_rk_entry *now) {
  for (int i = 0; i < s->m->n_x; i++) {
    for (int b = 0; b < s->block.L; b++) {
      const int q = i * s->block.L + b;
      const double all = r->dk[q] + r->df[q];
      r->dk[q] = now[b].fresh ? all : 0.0;
      r->df[q] = now[b].fresh ? 0.0 : all;
    }
  }
}

static hs_status step_back(hs_solver *s, hs_rk *r, int step, const double *v, double tap_seed, double *dv) {
  const size_t size = hs_rk_width(s);
  const hs_rk_entry *now = hs_rk_entries(s, r, step);
  const bool inside = collect(s, r, step), fresh = hs_rk_any_fresh(s, now);
  hs_status status = HS_OK;
  memset(r->g, 0, (size_t)r->rule->stages * size * sizeof *r->g);
  for (int i = r->rule->stages - 1; status == HS_OK && i >= 0; i--) {
    stage_adjoint(s, r, now, i, inside);
    if (r->rule->fsal && i == r->rule->stages - 1) {
      take_carried(s, r, now);
    }
    if (i == 0) {
      hand_on(s, r, now);
      if (!fresh) {
        break;
      }
    }
    const hs_rk_slot q = hs_rk_slot_at(s, r, step, i);
    const hs_point at = hs_rk_point(&q, v);
    const double *tap = i == 0 ? tap_seeds(s, r, step, &q, tap_seed) : NULL;
    const hs_direction d = {.x = r->g + (size_t)i * size, .v = dv};
    status = hs_program_vjp(s->m->rhs, s->block.L, &at, q.work, r->dk, tap, s->adjoint, &d);
  }
  for (int i = 0; i < r->rule->stages; i++) {
    for (size_t q = 0; q < size; q++) {
      r->lambda[q] += r->g[(size_t)i * size + q];
    }
  }
  for (size_t q = 0; inside && q < size; q++) {
    r->lambda[q] += r->dx[q];
  }
  return status;
}

hs_status hs_rk_backward(hs_solver *s, const double *v, double tap_seed, double *dv, hs_error *e) {
  hs_rk *r = s->state;
  const size_t size = hs_rk_width(s);
  hs_status status = HS_OK;
  memset(r->lambda, 0, size * sizeof *r->lambda);
  memset(r->df, 0, size * sizeof *r->df);
  for (int step = r->steps - 1; status == HS_OK && step >= 0; step--) {
    status = hs_rk_recall(s, r, step / r->segment, v);
    status = status == HS_OK ? step_back(s, r, step, v, tap_seed, dv) : status;
    if (status == HS_OK && step % 32 == 31) {
      status = hs_solver_interrupted(s, e);
    }
  }
  for (size_t q = 0; q < size; q++) {
    s->dx0[q] = r->lambda[q] + s->dx[q];
  }
  s->counts.backward_steps += r->steps;
  s->counts.backward_rhs += (long)r->steps * (r->rule->stages - r->rule->fsal);
  return status;
}

/* ---- forward sensitivities: the tangent of every stage ----------------------------------------------------------------------- */

typedef struct {
  double *x, *k; /* (n_x, L) tangents of r->x and of k_0 */
  int value;     /* the value that moves, < 0: none */
  double *out;   /* (samples, n_x, L) */
} tangent;

static hs_status jvp(hs_solver *s, hs_rk *r, const hs_rk_slot *q, const double *v, const double *x, double *result) {
  const hs_point at = hs_rk_point(q, v);
  const hs_direction d = {.x = (double *)x, .v = r->unit};
  return hs_program_jvp(s->m->rhs, s->block.L, &at, q->work, &d, s->adjoint, result);
}

/* As emit and move_on, of tangents: r->g holds those of the stages, `next` that of x+. */
static void emit_tangent(hs_solver *s, hs_rk *r, int step, const double *next, tangent *d) {
  const int L = s->block.L, n_x = s->m->n_x;
  const size_t size = hs_rk_width(s);
  const hs_rk_entry *now = hs_rk_entries(s, r, step);
  double w[HS_MAX_STAGES];
  for (int b = 0; b < L; b++) {
    for (int k = first_reached(s, r, step, b); k < now[b].reached; k++) {
      const bool end = now[b].lands && k == now[b].reached - 1;
      hs_rk_dense(r->rule, end ? 1.0 : (hs_solver_times(s, b)[k] - now[b].t) / now[b].h, w);
      for (int i = 0; i < n_x; i++) {
        double sum = 0;
        for (int j = 0; j < r->rule->stages; j++) {
          sum += w[j] * r->g[(size_t)j * size + (size_t)(i * L + b)];
        }
        d->out[(size_t)k * size + (size_t)(i * L + b)] = end ? next[i * L + b] : d->x[i * L + b] + now[b].h * sum;
      }
    }
    for (int i = 0; now[b].h != 0.0 && i < n_x; i++) {
      d->x[i * L + b] = next[i * L + b];
      d->k[i * L + b] = r->g[(size_t)(r->rule->stages - 1) * size + (size_t)(i * L + b)];
    }
  }
}

static hs_status tangent_step(hs_solver *s, hs_rk *r, int step, const double *v, tangent *d) {
  const size_t size = hs_rk_width(s);
  const hs_rk_entry *now = hs_rk_entries(s, r, step);
  hs_status status = HS_OK;
  memcpy(r->g, d->k, size * sizeof *r->g);
  if (hs_rk_any_fresh(s, now)) {
    const hs_rk_slot q = hs_rk_slot_at(s, r, step, 0);
    status = jvp(s, r, &q, v, d->x, r->dk);
    hs_rk_take_fresh(s, now, r->dk, r->g);
    memcpy(d->k, r->g, size * sizeof *d->k);
  }
  for (int i = 1; status == HS_OK && i < r->rule->stages; i++) {
    const hs_rk_slot q = hs_rk_slot_at(s, r, step, i);
    hs_rk_combine(s, now, d->x, r->rule->a[i], i, r->g, r->dk);
    status = jvp(s, r, &q, v, r->dk, r->g + (size_t)i * size);
  }
  hs_rk_combine(s, now, d->x, r->rule->b, r->rule->stages, r->g, r->dk);
  emit_tangent(s, r, step, r->dk, d);
  return status;
}

static hs_status all_tangents(hs_solver *s, hs_rk *r, const double *v, int n, tangent *d, hs_error *e) {
  hs_status status = hs_solver_interrupted(s, e);
  for (int step = 0; status == HS_OK && step < r->steps; step++) {
    status = hs_rk_recall(s, r, step / r->segment, v);
    for (int j = 0; status == HS_OK && j < n; j++) {
      if (d[j].value >= 0) {
        r->unit[d[j].value] = 1.0;
      }
      status = tangent_step(s, r, step, v, &d[j]);
      if (d[j].value >= 0) {
        r->unit[d[j].value] = 0.0;
      }
    }
    if (status == HS_OK && step % 32 == 31) {
      status = hs_solver_interrupted(s, e);
    }
  }
  return status;
}

hs_status hs_rk_sensitivity(hs_solver *s, const double *v, int n, const int *at, const double *s0, double *sx, hs_error *e) {
  const size_t size = hs_rk_width(s);
  double *memory = hs_alloc(2 * (size_t)n * size * sizeof *memory);
  tangent *d = calloc((size_t)n, sizeof *d);
  hs_status status = HS_OK;
  if (!memory || !d) {
    status = hs_fail_memory(e, "sensitivities", 2.0 * n * (double)size * sizeof *memory);
    goto done;
  }
  for (int j = 0; j < n; j++) {
    d[j] = (tangent){.x = memory + 2 * (size_t)j * size, .k = memory + (2 * (size_t)j + 1) * size, .value = at[j]};
    d[j].out = sx + (size_t)j * (size_t)s->block.samples * size;
    memcpy(d[j].x, s0 + (size_t)j * size, size * sizeof *d[j].x);
    memcpy(d[j].out, d[j].x, size * sizeof *d[j].out);
  }
  status = all_tangents(s, s->state, v, n, d, e);
done:
  hs_free(memory);
  free(d);
  return status;
}
