/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void carve(hs_model *m, hs_arena *a) {
  HS_TAKE(a, m->lower, (size_t)m->n_v);
  HS_TAKE(a, m->upper, (size_t)m->n_v);
  HS_TAKE(a, m->prior_mean, (size_t)m->n_v);
  HS_TAKE(a, m->prior_spread, (size_t)m->n_v);
  HS_TAKE(a, m->prior_log, (size_t)m->n_v);
  HS_TAKE(a, m->kind, (size_t)m->n_v);
  HS_TAKE(a, m->fixed, (size_t)m->n_v);
}

static hs_status check_sizes(const hs_model_spec *s, hs_error *e) {
  const int all[] = {s->sizes.x, s->sizes.u, s->sizes.z, s->sizes.v, s->n_y};
  for (int i = 0; i < 5; i++) {
    if (all[i] < 0 || all[i] > 100000000) {
      return hs_fail(e, HS_INVALID, "model:sizes", "the model's size number %d is %d", i + 1, all[i]);
    }
  }
  if (s->rhs && s->sizes.x < 1) {
    return hs_fail(e, HS_INVALID, "model:states", "a model with a right-hand side needs at least one state");
  }
  if (!s->rhs && !s->output) {
    return hs_fail(e, HS_INVALID, "model:functions", "a model needs a right-hand side or an output function");
  }
  if (!s->output && s->n_y != s->sizes.x) {
    return hs_fail(e, HS_INVALID, "model:outputs", "without an output function the %d states are the outputs, not %d", s->sizes.x,
                   s->n_y);
  }
  return HS_OK;
}

static hs_status check_bounds(const hs_model_spec *s, hs_error *e) {
  for (int i = 0; i < s->sizes.v; i++) {
    if (!(s->lower[i] < s->upper[i])) {
      return hs_fail(e, HS_INVALID, "model:bounds", "value %d has the bounds [%g, %g], expected lower < upper", i + 1,
                     s->lower[i], s->upper[i]);
    }
    if (!(s->kind[i] >= HS_PARAM && s->kind[i] <= HS_LOCAL) || (i && s->kind[i] < s->kind[i - 1])) {
      return hs_fail(e, HS_INVALID, "model:kind", "value %d is of kind %g, expected parameters, then weights, then local values",
                     i + 1, s->kind[i]);
    }
    if (s->prior_spread && !(s->prior_spread[i] > 0.0 && !isnan(s->prior_mean[i]))) {
      return hs_fail(e, HS_INVALID, "model:prior", "value %d has a prior with mean %g and spread %g, expected a spread > 0",
                     i + 1, s->prior_mean[i], s->prior_spread[i]);
    }
  }
  return HS_OK;
}

static hs_status make_programs(hs_model *m, const hs_model_spec *s, hs_error *e) {
  hs_status status = HS_OK;
  if (s->rhs) {
    status = hs_program_new(&m->rhs, s->rhs, s->sizes, m->n_x, s->external, e);
  }
  if (status == HS_OK && s->output) {
    status = hs_program_new(&m->output, s->output, s->sizes, m->n_y, s->external, e);
  }
  if (status == HS_OK && s->initial) {
    status = hs_program_new(&m->initial, s->initial, s->sizes, m->n_x, s->external, e);
  }
  const hs_program *law = m->rhs ? m->rhs : m->output;
  if (status == HS_OK && m->traced && hs_program_n_tap(law)) {
    status = hs_program_new_muted(&m->physics, s->rhs ? s->rhs : s->output, s->sizes, hs_program_n_result(law), e);
  }
  return status;
}

hs_status hs_model_new(hs_model **out, const hs_model_spec *s, hs_error *e) {
  *out = NULL;
  hs_status status = check_sizes(s, e);
  if (status == HS_OK) {
    status = check_bounds(s, e);
  }
  if (status != HS_OK) {
    return status;
  }
  hs_model *m = calloc(1, sizeof *m);
  if (!m) {
    return hs_fail_memory(e, "a model", sizeof *m);
  }
  m->n_x = s->sizes.x;
  m->n_u = s->sizes.u;
  m->n_z = s->sizes.z;
  m->n_v = s->sizes.v;
  m->n_y = s->n_y;
  m->traced = !s->external;
  hs_arena arena = {0};
  carve(m, &arena);
  m->memory = hs_alloc(arena.used);
  if (!m->memory) {
    status = hs_fail_memory(e, "a model", (double)arena.used);
    goto done;
  }
  arena = (hs_arena){.base = m->memory};
  carve(m, &arena);
  for (int i = 0; i < m->n_v; i++) {
    m->lower[i] = s->lower[i];
    m->upper[i] = s->upper[i];
    m->kind[i] = (unsigned char)s->kind[i];
    m->n_param += m->kind[i] == HS_PARAM;
    m->prior_mean[i] = s->prior_spread ? s->prior_mean[i] : 0.0;
    m->prior_spread[i] = s->prior_spread ? s->prior_spread[i] : INFINITY;
    m->prior_log[i] = s->prior_log && s->prior_log[i] != 0.0;
    m->fixed[i] = s->fixed[i] != 0.0;
  }
  status = make_programs(m, s, e);
done:
  if (status != HS_OK) {
    hs_model_free(m);
    return status;
  }
  *out = m;
  return HS_OK;
}

void hs_model_free(hs_model *m) {
  if (m) {
    hs_program_free(m->rhs);
    hs_program_free(m->output);
    hs_program_free(m->initial);
    hs_program_free(m->physics);
    hs_free(m->memory);
    free(m);
  }
}

/* ---- transforms --------------------------------------------------------------------------------------------------------------- */

typedef enum { FREE, ABOVE, BELOW, BETWEEN } transform;

static transform transform_of(const hs_model *m, int i) {
  bool low = isfinite(m->lower[i]) && !m->fixed[i], high = isfinite(m->upper[i]) && !m->fixed[i]; /* fixed: as it is */
  return low && high ? BETWEEN : low ? ABOVE : high ? BELOW : FREE;
}

void hs_model_values(const hs_model *m, const double *w, double *v) {
  for (int i = 0; i < m->n_v; i++) {
    double low = m->lower[i], high = m->upper[i];
    switch (transform_of(m, i)) {
    case ABOVE:
      v[i] = low + exp(w[i]);
      break;
    case BELOW:
      v[i] = high - exp(w[i]);
      break;
    case BETWEEN: /* from the nearer end, so that rounding never leaves the interval */
      v[i] = w[i] < 0.0 ? low + (high - low) / (1.0 + exp(-w[i])) : high - (high - low) / (1.0 + exp(w[i]));
      break;
    default:
      v[i] = w[i];
      break;
    }
  }
}

hs_status hs_model_trainables(const hs_model *m, const double *v, double *w, hs_error *e) {
  for (int i = 0; i < m->n_v; i++) {
    double low = m->lower[i], high = m->upper[i];
    if (!isfinite(v[i])) {
      return hs_fail(e, HS_INVALID, "values:finite", "value %d is %g, expected a finite number", i + 1, v[i]);
    }
    if (!(v[i] > low && v[i] < high) && !m->fixed[i]) {
      return hs_fail(e, HS_INVALID, "values:bounds", "value %d is %g, expected it strictly between %g and %g", i + 1, v[i], low,
                     high);
    }
    switch (transform_of(m, i)) {
    case ABOVE:
      w[i] = log(v[i] - low);
      break;
    case BELOW:
      w[i] = log(high - v[i]);
      break;
    case BETWEEN:
      w[i] = log((v[i] - low) / (high - v[i]));
      break;
    default:
      w[i] = v[i];
      break;
    }
  }
  return HS_OK;
}

void hs_model_chain(const hs_model *m, const double *w, double *g) {
  for (int i = 0; i < m->n_v; i++) {
    switch (transform_of(m, i)) {
    case ABOVE:
      g[i] *= exp(w[i]);
      break;
    case BELOW:
      g[i] *= -exp(w[i]);
      break;
    case BETWEEN: {
      double e = exp(-fabs(w[i]));
      g[i] *= (m->upper[i] - m->lower[i]) * e / ((1.0 + e) * (1.0 + e));
      break;
    }
    default:
      break;
    }
  }
}

double hs_model_prior(const hs_model *m, const double *v, double scale, double *dv) {
  double sum = 0.0;
  for (int i = 0; i < m->n_v; i++) {
    if (isfinite(m->prior_spread[i])) {
      const double r = ((m->prior_log[i] ? log(v[i]) : v[i]) - m->prior_mean[i]) / m->prior_spread[i];
      sum += r * r;
      if (dv) {
        dv[i] += scale * 2.0 * r / (m->prior_spread[i] * (m->prior_log[i] ? v[i] : 1.0));
      }
    }
  }
  return sum;
}
