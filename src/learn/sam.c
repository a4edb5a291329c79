/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which gradient the optimizer gets. P is the mask of the scope, g = g(w), both gradients on the same batch.
 *
 *   erm    d = g(w)
 *   sam    e = rho P g / |P g|,                 d = g(w + e)      Foret et al. 2021, eq. 2; scope nets for hybrid models: Takeishi 2026
 *   asam   T = |w| + eta, e = rho P T^2 g / |P T g|, d = g(w + e) Kwon et al. 2021, alg. 1
 *
 * The norm runs over the scope alone: a value that is not perturbed must not shrink the step of the others. w is never changed and restored:
 * the perturbed point has its own array. Where |.| is 0 or not finite (an exact fit) there is no perturbation.
 *
 * A trajectory that can be solved at w but not at w + e gives its plain gradient: the two gradients are averaged with the weights of their
 * measurements, which is the gradient of the pooled loss. Where the gradient at w + e overflows the plain one is taken.
 */
#include <math.h>
#include <string.h>

#include "learn/learn.h"

static const double TINY = 1e-12;

static double scale_of(const hs_options *o, double w) {
  return (hs_rule)o->method == HS_RULE_ASAM ? fabs(w) + o->eta : 1.0;
}

/* work->perturbed = w + e; returns |e|, 0 when there is no direction. */
static double perturb(const hs_options *o, const bool *mask, int n, const double *w, const double *g, double *out) {
  double square = 0.0, length = 0.0;
  for (int i = 0; i < n; i++) {
    const double tg = mask[i] ? scale_of(o, w[i]) * g[i] : 0.0;
    square += tg * tg;
  }
  const double norm = sqrt(square);
  if (!(norm > 0.0 && isfinite(norm))) {
    return 0.0;
  }
  const double step = o->rho / (norm + TINY);
  for (int i = 0; i < n; i++) {
    const double t = scale_of(o, w[i]), e = mask[i] ? step * t * t * g[i] : 0.0;
    out[i] = w[i] + e;
    length += e * e;
  }
  return sqrt(length);
}

static hs_status eval(hs_objective *f, hs_rule_work *work, int n, const double *w, hs_loss *loss, double *g, int *failed,
                      hs_error *e) {
  *failed = 0;
  return work->strict ? hs_objective_eval(f, n, work->trajectory, w, loss, g, e)
                      : hs_objective_eval_solvable(f, n, work->trajectory, w, loss, g, failed, e);
}

static bool has_finite_norm(const double *d, int n) {
  double square = 0.0;
  for (int i = 0; i < n; i++) {
    square += d[i] * d[i];
  }
  return isfinite(square);
}

/* d = the gradient at w + e of those that can be solved there, with the plain gradient of the others. Solutions close to a blow-up are still
 * numbers where their gradient is none any more; it does not say whose, so all are plain then. */
static hs_status perturbed_gradient(hs_objective *f, int n, const double *w, hs_rule_work *work, double *d, hs_loss *loss,
                                    hs_error *e) {
  int failed;
  hs_loss rest;
  hs_status status = eval(f, work, n, work->perturbed, loss, d, &failed, e);
  const bool none = status == HS_UNSOLVED || (status == HS_OK && !has_finite_norm(d, work->n));
  if (none && !work->strict) { /* work->gradient is the plain gradient of all */
    memcpy(d, work->gradient, (size_t)work->n * sizeof *d);
    return HS_OK;
  }
  if (status != HS_OK || !failed) {
    return status;
  }
  status = hs_objective_eval(f, failed, work->trajectory + n - failed, w, &rest, work->gradient, e);
  const double share =
      hs_objective_weight(f, failed, work->trajectory + n - failed) / hs_objective_weight(f, n, work->trajectory);
  for (int i = 0; status == HS_OK && i < work->n; i++) {
    d[i] = (1.0 - share) * d[i] + share * work->gradient[i];
  }
  return status;
}

hs_status hs_rule_gradient(hs_objective *f, const hs_options *o, const bool *mask, int n, const int *trajectory, const double *w,
                           hs_rule_work *work, double *d, hs_rule_result *r, hs_error *e) {
  const bool two_passes = (hs_rule)o->method != HS_RULE_ERM;
  double *g = two_passes ? work->gradient : d;
  int failed;
  *r = (hs_rule_result){0};
  memcpy(work->trajectory, trajectory, (size_t)n * sizeof *trajectory);
  hs_status status = eval(f, work, n, w, &r->at, g, &failed, e);
  r->perturbed = r->at;
  if (status != HS_OK || !two_passes) {
    return status;
  }
  r->radius = perturb(o, mask, work->n, w, g, work->perturbed);
  if (r->radius == 0.0) {
    memcpy(d, g, (size_t)work->n * sizeof *d);
    return HS_OK;
  }
  return perturbed_gradient(f, n - failed, w, work, d, &r->perturbed, e);
}
