/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Data sets: checks at the door, equal time grids, input interpolation. pchip slopes: Fritsch & Butland 1984 as in SLATEC's PCHIM, the
 * method of Octave's pchip.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

static void carve(hs_data *d, hs_arena *a) {
  size_t n = (size_t)d->s.n;
  HS_TAKE(a, d->count, n);
  HS_TAKE(a, d->first, n);
  HS_TAKE(a, d->grid, n);
  if (d->s.interpolation == HS_PCHIP && d->model->n_u) {
    HS_TAKE(a, d->slope, (size_t)d->model->n_u * (size_t)d->s.n_samples);
  }
}

static hs_status check_counts(const hs_data_spec *s, hs_error *e) {
  double total = 0;
  for (int b = 0; b < s->n; b++) {
    double c = s->count[b];
    if (!(c >= 1) || c != floor(c) || c > s->n_samples) {
      return hs_fail(e, HS_INVALID, "data:count", "trajectory %d has %g samples, expected 1 to %d", b + 1, c, s->n_samples);
    }
    total += c;
  }
  if (s->n < 1 || total != s->n_samples) {
    return hs_fail(e, HS_INVALID, "data:count", "%d trajectories have %g samples together, expected %d", s->n, total,
                   s->n_samples);
  }
  return HS_OK;
}

static hs_status check_finite(const double *a, size_t n, const char *what, hs_error *e) {
  for (size_t i = 0; a && i < n; i++) {
    if (!isfinite(a[i])) {
      return hs_fail(e, HS_INVALID, "data:finite", "%s has %g at element %zu, expected finite numbers", what, a[i], i + 1);
    }
  }
  return HS_OK;
}

static hs_status check_arrays(const hs_data_spec *s, const hs_model *m, hs_error *e) {
  size_t N = (size_t)s->n_samples, n = (size_t)s->n;
  hs_status status = check_finite(s->t, N, "the times", e);
  if (status == HS_OK && m->n_u && !s->u) {
    return hs_fail(e, HS_INVALID, "data:inputs", "the model has %d inputs, the data have none", m->n_u);
  }
  if (status == HS_OK && m->initial && !s->x0 && m->n_z && !s->z) {
    return hs_fail(e, HS_INVALID, "data:features", "the model's initial function needs %d features, the data have none", m->n_z);
  }
  if (status == HS_OK && m->rhs && !m->initial && !s->x0) {
    return hs_fail(e, HS_INVALID, "data:initial", "the data have no initial states and the model no initial function");
  }
  if (status == HS_OK) {
    status = check_finite(s->u, (size_t)m->n_u * N, "the inputs", e);
  }
  if (status == HS_OK) {
    status = check_finite(s->x0, (size_t)m->n_x * n, "the initial states", e);
  }
  if (status == HS_OK && !s->x0) {
    status = check_finite(s->z, (size_t)m->n_z * n, "the features", e);
  }
  if (status == HS_OK) {
    status = check_finite(s->weight, (size_t)m->n_y * N, "the weights", e);
  }
  for (size_t i = 0; status == HS_OK && s->y && i < (size_t)m->n_y * N; i++) {
    if (isinf(s->y[i])) {
      return hs_fail(e, HS_INVALID, "data:finite", "the measurements have %g at element %zu", s->y[i], i + 1);
    }
    if (s->weight && s->weight[i] < 0.0) {
      return hs_fail(e, HS_INVALID, "data:weights", "weight %zu is %g, expected >= 0", i + 1, s->weight[i]);
    }
  }
  return status;
}

/* Numbers of values and of trajectories; scales. */
static hs_status check_links(const hs_data_spec *s, const hs_model *m, hs_error *e) {
  for (size_t i = 0; s->x0_at && i < (size_t)m->n_x * (size_t)s->n; i++) {
    const double at = s->x0_at[i];
    if (!(at >= 0 && at <= m->n_v) || at != floor(at) || (at > 0 && m->kind[(int)at - 1] != HS_LOCAL)) {
      return hs_fail(e, HS_INVALID, "data:initial", "initial state %zu is value %g, expected 0 or one of the local of %d values",
                     i + 1, at, m->n_v);
    }
  }
  for (int i = 0; s->scale && i < m->n_y; i++) {
    if (!(s->scale[i] > 0.0 && isfinite(s->scale[i]))) {
      return hs_fail(e, HS_INVALID, "data:scale", "the scale of output %d is %g, expected a number > 0", i + 1, s->scale[i]);
    }
  }
  if (s->next && (!s->gap_weight || !s->x0_at)) {
    return hs_fail(e, HS_INVALID, "data:next", "trajectories that go on need weights of their gaps and estimated starts");
  }
  for (int b = 0; s->next && b < s->n; b++) {
    if (!(s->next[b] >= 0 && s->next[b] <= s->n) || s->next[b] != floor(s->next[b])) {
      return hs_fail(e, HS_INVALID, "data:next", "trajectory %d goes on in trajectory %g of %d", b + 1, s->next[b], s->n);
    }
    for (int i = 0; s->next[b] > 0 && i < m->n_x; i++) {
      if (!(s->gap_weight[i] >= 0.0 && isfinite(s->gap_weight[i])) ||
          (s->gap_weight[i] > 0.0 && !(s->x0_at[(size_t)(s->next[b] - 1.0) * (size_t)m->n_x + (size_t)i] > 0))) {
        return hs_fail(e, HS_INVALID, "data:next", "trajectory %d goes on in %g, whose state %d is not estimated", b + 1,
                       s->next[b], i + 1);
      }
    }
  }
  return HS_OK;
}

static hs_status check_times(const hs_data *d, hs_error *e) {
  for (int b = 0; b < d->s.n; b++) {
    const double *t = d->s.t + d->first[b];
    for (int k = 1; k < d->count[b]; k++) {
      if (!(t[k] > t[k - 1])) {
        return hs_fail(e, HS_INVALID, "data:times", "trajectory %d: time %d is %g after %g, expected increasing times", b + 1,
                       k + 1, t[k], t[k - 1]);
      }
    }
  }
  return HS_OK;
}

static bool same_grid(const hs_data *d, int a, int b) {
  return d->count[a] == d->count[b] && !memcmp(d->s.t + d->first[a], d->s.t + d->first[b], (size_t)d->count[a] * sizeof(double));
}

/* Compare with the representatives found so far, newest first; a set has few grids, or as many as trajectories (then at most 64 are
 * compared and the rest stand alone, which costs speed only). */
static void find_grids(hs_data *d) {
  int representative[64], n = 0;
  for (int b = 0; b < d->s.n; b++) {
    d->grid[b] = b;
    for (int r = n - 1; r >= 0; r--) {
      if (same_grid(d, b, representative[r])) {
        d->grid[b] = representative[r];
        break;
      }
    }
    if (d->grid[b] == b && n < 64) {
      representative[n++] = b;
    }
  }
}

/* One-sided slope at an end from the two nearest secants, shape preserving (PCHST cases of SLATEC). */
static double end_slope(double h0, double h1, double s0, double s1) {
  double d = ((2.0 * h0 + h1) * s0 - h0 * s1) / (h0 + h1);
  if (d * s0 <= 0.0) {
    return 0.0;
  }
  return s0 * s1 < 0.0 && fabs(d) > 3.0 * fabs(s0) ? 3.0 * s0 : d;
}

static double inner_slope(double h0, double h1, double s0, double s1) {
  if (s0 * s1 <= 0.0) {
    return 0.0;
  }
  double w0 = (h0 + 2.0 * h1) / (3.0 * (h0 + h1)), w1 = (2.0 * h0 + h1) / (3.0 * (h0 + h1));
  return 1.0 / (w0 / s0 + w1 / s1);
}

static void find_slopes(hs_data *d, int b) {
  const int n = d->count[b], m = d->model->n_u;
  const double *t = d->s.t + d->first[b];
  for (int i = 0; i < m; i++) {
    const double *u = d->s.u + (size_t)d->first[b] * (size_t)m + i;
    double *slope = d->slope + (size_t)d->first[b] * (size_t)m + i;
#define SECANT(k) ((u[(size_t)((k) + 1) * (size_t)m] - u[(size_t)(k) * (size_t)m]) / (t[(k) + 1] - t[k]))
    for (int k = 0; k < n && n > 1; k++) {
      double s;
      if (n == 2) {
        s = SECANT(0);
      } else if (k == 0) {
        s = end_slope(t[1] - t[0], t[2] - t[1], SECANT(0), SECANT(1));
      } else if (k == n - 1) {
        s = end_slope(t[k] - t[k - 1], t[k - 1] - t[k - 2], SECANT(k - 1), SECANT(k - 2));
      } else {
        s = inner_slope(t[k] - t[k - 1], t[k + 1] - t[k], SECANT(k - 1), SECANT(k));
      }
      slope[(size_t)k * (size_t)m] = s;
    }
#undef SECANT
  }
}

static hs_status derive(hs_data *d, hs_error *e) {
  for (int b = 0, at = 0; b < d->s.n; b++) {
    d->count[b] = (int)d->s.count[b];
    d->first[b] = at;
    at += d->count[b];
    d->max_count = d->count[b] > d->max_count ? d->count[b] : d->max_count;
  }
  hs_status status = check_times(d, e);
  if (status == HS_OK) {
    find_grids(d);
    for (int b = 0; d->slope && b < d->s.n; b++) {
      find_slopes(d, b);
    }
  }
  return status;
}

hs_status hs_data_new(hs_data **out, const hs_data_spec *spec, const hs_model *model, hs_error *e) {
  *out = NULL;
  hs_status status = check_counts(spec, e);
  if (status == HS_OK) {
    status = check_arrays(spec, model, e);
  }
  if (status == HS_OK) {
    status = check_links(spec, model, e);
  }
  if (status != HS_OK) {
    return status;
  }
  hs_data *d = calloc(1, sizeof *d);
  if (!d) {
    return hs_fail_memory(e, "a data set", sizeof *d);
  }
  d->s = *spec;
  d->model = model;
  hs_arena arena = {0};
  carve(d, &arena);
  d->memory = hs_alloc(arena.used);
  if (!d->memory) {
    status = hs_fail_memory(e, "a data set", (double)arena.used);
    goto done;
  }
  arena = (hs_arena){.base = d->memory};
  carve(d, &arena);
  status = derive(d, e);
done:
  if (status != HS_OK) {
    hs_data_free(d);
    return status;
  }
  *out = d;
  return HS_OK;
}

void hs_data_free(hs_data *d) {
  if (d) {
    hs_free(d->memory);
    free(d);
  }
}

void hs_data_input(const hs_data *d, int b, int k, double t, double *u, int stride) {
  const int m = d->model->n_u;
  const size_t row = (size_t)(d->first[b] + k);
  const double *left = d->s.u + row * (size_t)m;
  if (d->s.interpolation == HS_ZOH || k + 1 >= d->count[b]) {
    for (int i = 0; i < m; i++) {
      u[i * stride] = left[i];
    }
    return;
  }
  const double *right = left + m;
  const double h = d->s.t[row + 1] - d->s.t[row], r = (t - d->s.t[row]) / h;
  for (int i = 0; i < m; i++) {
    double difference = right[i] - left[i];
    u[i * stride] = left[i] + r * difference;
    if (d->slope) { /* cubic Hermite = line + r(1-r) [(1-r)(h s0 - D) - r(h s1 - D)] */
      double s0 = d->slope[row * (size_t)m + (size_t)i], s1 = d->slope[(row + 1) * (size_t)m + (size_t)i];
      u[i * stride] += r * (1.0 - r) * ((1.0 - r) * (h * s0 - difference) - r * (h * s1 - difference));
    }
  }
}

double hs_data_weight(const hs_data *d, int b, int k, int i) {
  const size_t at = (size_t)(d->first[b] + k) * (size_t)d->model->n_y + (size_t)i;
  if (!d->s.y || isnan(d->s.y[at]) || (k == 0 && d->s.skip_first && d->s.skip_first[b] != 0.0)) {
    return 0.0;
  }
  return d->s.weight ? d->s.weight[at] : 1.0;
}

bool hs_data_breaks(const hs_data *d, int b, int k) {
  const int m = d->model->n_u;
  if (!m || k <= 0 || k + 1 >= d->count[b]) {
    return false;
  }
  if (d->s.interpolation != HS_ZOH) {
    return true;
  }
  const double *u = d->s.u + (size_t)(d->first[b] + k) * (size_t)m;
  return memcmp(u, u - m, (size_t)m * sizeof *u) != 0;
}
