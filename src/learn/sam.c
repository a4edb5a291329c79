/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which gradient the optimizer gets. P is the mask of the scope, g = g(w) the gradient of the batch, all gradients of a step on the same batch;
 * tiny = 1e-12 stands in every denominator and is left out here.
 *
 *   erm         d = g
 *   sam         e = rho P g / |P g|,                        d = g(w + e)    Foret et al. 2021, eq. 2; scope nets for hybrid models: Takeishi 2026
 *   asam        T = |w| + eta, e = rho P T^2 g / |P T g|,   d = g(w + e)    Kwon et al. 2021, alg. 1
 *   gsam        e of sam, p = g(w + e), d = p - alpha (g - (g.p) p / |p|^2)     Zhuang et al. 2022, alg. 1: the part of g that p does not have
 *   fsam        c = g - sigma m (the first time c = g), m = lambda m + (1 - lambda) g, e = rho P c / |P c|, d = g(w + e)       Li et al. 2024
 *   looksam     every k-th step: d = s = g(w + e), e of sam, and v = s - (s.u) u, u = g / |g|; else d = g + alpha |g| v / |v|  Liu et al. 2022, alg. 1
 *   agnostic    with held-out data h: q = g_h(w + rho2 P g_h / |P g_h|), d = g(w + rho P g / |P g| - rho2 P q / |P q|)  after Nguyen et al. 2024
 *   functional  e of sam, d = J(w + e)^T dL/dF(w): Jacobian of the prediction there, residuals from here                   arXiv 2502.02407
 *
 * With groups (m-SAM, Foret et al., sec. 4.1) the batch is cut and each part has its own e; d is the mean of theirs with the weights of their
 * measurements, which is the gradient of the pooled loss where e = 0.
 *
 * The norms of e run over the scope alone: a value that is not perturbed must not shrink the step of the others. All other norms and products (gsam,
 * looksam) run over all values. w is never changed and restored: the perturbed point has its own array. Where |.| is 0 or not finite (an exact fit)
 * there is no perturbation.
 *
 * A trajectory that can be solved at w but not at w + e gives its plain gradient: the two gradients are averaged with the weights of their
 * measurements, which is the gradient of the pooled loss. So does one whose residuals there are absurd: close to a blow-up a solution is still a
 * number, and one finite gradient of 1e100 would stay in Adam's second moment for thousands of steps. Where the gradient at w + e overflows the plain
 * one is taken.
 */
#include <math.h>
#include <string.h>

#include "learn/learn.h"

static const double TINY = 1e-12;
const double HS_ABSURD = 1e8;

typedef struct { /* one call */
  hs_objective *f;
  const hs_options *o;
  const bool *mask;
  const double *w;
  hs_rule_work *work;
  hs_error *e;
} call;

static double dot(const double *a, const double *b, int n) {
  double sum = 0.0;
  for (int i = 0; i < n; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

static double norm(const double *a, int n) {
  return sqrt(dot(a, a, n));
}

static double scale_of(const hs_options *o, double w) {
  return (hs_rule)o->method == HS_RULE_ASAM ? fabs(w) + o->eta : 1.0;
}

/* point += radius P T^2 g / |P T g|; returns the length of that, 0 when there is no direction. point starts from w. */
static double perturb(const call *c, double radius, const double *g, double *point) {
  const int n = c->work->n;
  double square = 0.0, length = 0.0;
  for (int i = 0; i < n; i++) {
    const double tg = c->mask[i] ? scale_of(c->o, c->w[i]) * g[i] : 0.0;
    square += tg * tg;
  }
  const double size = sqrt(square);
  if (!(size > 0.0 && isfinite(size))) {
    return 0.0;
  }
  const double step = radius / (size + TINY);
  for (int i = 0; i < n; i++) {
    const double t = scale_of(c->o, c->w[i]), e = c->mask[i] ? step * t * t * g[i] : 0.0;
    point[i] += e;
    length += e * e;
  }
  return sqrt(length);
}

static double distance(const double *a, const double *b, int n) {
  double sum = 0.0;
  for (int i = 0; i < n; i++) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return sqrt(sum);
}

static hs_status eval(const call *c, int n, const double *w, hs_loss *loss, double *g, int *failed) {
  *failed = 0;
  return c->work->strict ? hs_objective_eval(c->f, n, c->work->trajectory, w, loss, g, c->e)
                         : hs_objective_eval_solvable(c->f, n, c->work->trajectory, w, loss, g, failed, c->e);
}

/* d = the gradient at work->perturbed of those that can be solved there, with the plain gradient of the others. An overflow of the gradient does not say
 * whose it is, so all are plain then. at: the loss at w. */
static hs_status perturbed_gradient(const call *c, int n, const hs_loss *at, double *d, hs_loss *loss) {
  hs_rule_work *work = c->work;
  int failed;
  hs_loss rest;
  hs_objective_limit(c->f, work->strict ? INFINITY : HS_ABSURD * fmax(at->data, hs_objective_mean_square(c->f)));
  hs_status status = eval(c, n, work->perturbed, loss, d, &failed);
  hs_objective_limit(c->f, INFINITY);
  const bool none = status == HS_UNSOLVED || (status == HS_OK && !isfinite(dot(d, d, work->n)));
  if (none && !work->strict) {
    memcpy(d, work->plain, (size_t)work->n * sizeof *d);
    return HS_OK;
  }
  if (status != HS_OK || !failed) {
    return status;
  }
  status = hs_objective_eval(c->f, failed, work->trajectory + n - failed, c->w, &rest, work->gradient, c->e);
  const double share =
      hs_objective_weight(c->f, failed, work->trajectory + n - failed) / hs_objective_weight(c->f, n, work->trajectory);
  for (int i = 0; status == HS_OK && i < work->n; i++) {
    d[i] = (1.0 - share) * d[i] + share * work->gradient[i];
  }
  return status;
}

/* ---- the directions of e, and what is made of the two gradients ---------------------------------------------------------------- */

/* work->perturbed += rho P c / |P c|, c = g - sigma m; m takes g in. */
static void friendly(const call *c, const double *g) {
  hs_rule_work *work = c->work;
  const bool first = *work->steps == 0.0;
  double *direction = work->gradient, *m = work->memory;
  for (int i = 0; i < work->n; i++) {
    direction[i] = first ? g[i] : g[i] - c->o->fsam_sigma * m[i];
    m[i] = first ? g[i] : c->o->fsam_memory * m[i] + (1.0 - c->o->fsam_memory) * g[i];
  }
  perturb(c, c->o->rho, direction, work->perturbed);
}

/* work->perturbed -= rho2 P q / |P q|, q the gradient of the held-out data at their own perturbed point. */
static hs_status agnostic(const call *c) {
  hs_rule_work *work = c->work;
  hs_loss loss;
  int failed;
  double *q = work->gradient, *point = work->sum;
  if (!work->held_out) {
    return hs_fail(c->e, HS_INVALID, "train:validation", "the method agnostic needs held-out data: give \"validation\"");
  }
  for (int i = 0; i < work->n_held; i++) {
    work->held[i] = i;
  }
  hs_status status = hs_objective_eval_solvable(work->held_out, work->n_held, work->held, c->w, &loss, q, &failed, c->e);
  if (status == HS_OK) {
    memcpy(point, c->w, (size_t)work->n * sizeof *point);
    perturb(c, c->o->agnostic_rho2, q, point);
    status = hs_objective_eval_solvable(work->held_out, work->n_held - failed, work->held, point, &loss, q, &failed, c->e);
  }
  if (status == HS_OK) {
    perturb(c, -c->o->agnostic_rho2, q, work->perturbed);
  }
  if (status == HS_UNSOLVED) { /* they have nothing to say */
    *c->e = (hs_error){0};
    return HS_OK;
  }
  return status;
}

static void surrogate_gap(const call *c, const double *g, double *d) { /* gsam */
  const int n = c->work->n;
  const double along = dot(g, d, n) / (dot(d, d, n) + TINY);
  for (int i = 0; i < n; i++) {
    d[i] -= c->o->gsam_alpha * (g[i] - along * d[i]);
  }
}

static void remember_sideways(const call *c, const double *g, const double *d) { /* looksam */
  const int n = c->work->n;
  const double size = norm(g, n) + TINY, along = dot(d, g, n) / size;
  for (int i = 0; i < n; i++) {
    c->work->memory[i] = d[i] - along * g[i] / size;
  }
}

static void add_remembered(const call *c, const double *g, double *d) { /* looksam */
  const int n = c->work->n;
  const double factor = c->o->looksam_alpha * norm(g, n) / (norm(c->work->memory, n) + TINY);
  for (int i = 0; i < n; i++) {
    d[i] = g[i] + factor * c->work->memory[i];
  }
}

/* ---- one step ------------------------------------------------------------------------------------------------------------------ */

static bool one_pass(const call *c) {
  const hs_rule rule = (hs_rule)c->o->method;
  return rule == HS_RULE_ERM || (rule == HS_RULE_LOOKSAM && fmod(*c->work->steps, c->o->looksam_every) != 0.0);
}

static hs_status second_pass(const call *c, int n, double *d, hs_rule_result *r) {
  const hs_rule rule = (hs_rule)c->o->method;
  hs_rule_work *work = c->work;
  hs_status status = HS_OK;
  memcpy(work->perturbed, c->w, (size_t)work->n * sizeof *d);
  if (rule == HS_RULE_FSAM) {
    friendly(c, work->plain);
  } else {
    perturb(c, c->o->rho, work->plain, work->perturbed);
  }
  if (rule == HS_RULE_AGNOSTIC) {
    status = agnostic(c);
  }
  r->radius = distance(work->perturbed, c->w, work->n);
  if (status != HS_OK || r->radius == 0.0) {
    memcpy(d, work->plain, (size_t)work->n * sizeof *d);
    return status;
  }
  if (rule == HS_RULE_FUNCTIONAL) {
    hs_objective_residuals(c->f, HS_RESIDUALS_KEPT);
  }
  status = perturbed_gradient(c, n, &r->at, d, &r->perturbed);
  hs_objective_residuals(c->f, HS_RESIDUALS_OWN);
  return status;
}

/* The trajectories stand in work->trajectory; *solved: how many of them could be solved at w, which stand first afterwards. */
static hs_status step(const call *c, int n, double *d, hs_rule_result *r, int *solved) {
  const hs_rule rule = (hs_rule)c->o->method;
  hs_rule_work *work = c->work;
  const bool one = one_pass(c);
  double *g = one && rule == HS_RULE_ERM ? d : work->plain;
  int failed;
  *r = (hs_rule_result){0};
  hs_objective_residuals(c->f, rule == HS_RULE_FUNCTIONAL ? HS_RESIDUALS_KEEP : HS_RESIDUALS_OWN);
  hs_status status = eval(c, n, c->w, &r->at, g, &failed);
  hs_objective_residuals(c->f, HS_RESIDUALS_OWN);
  *solved = n - failed;
  r->perturbed = r->at;
  if (status != HS_OK) {
    return status;
  }
  if (!one) {
    status = second_pass(c, n - failed, d, r);
  } else if (rule == HS_RULE_LOOKSAM) {
    add_remembered(c, g, d);
  }
  if (status == HS_OK && rule == HS_RULE_GSAM && r->radius > 0.0) {
    surrogate_gap(c, g, d);
  }
  if (status == HS_OK && rule == HS_RULE_LOOKSAM && !one) {
    remember_sideways(c, g, d);
  }
  return status;
}

static void add_loss(hs_loss *to, const hs_loss *more, double share) {
  to->loss += share * more->loss;
  to->data += share * more->data;
  to->penalty += share * more->penalty;
}

/* Groups of trajectories one after the other; those of which nothing can be solved are left out. */
static hs_status step_in_groups(const call *c, int groups, int n, const int *trajectory, double *d, hs_rule_result *r) {
  hs_rule_work *work = c->work;
  double total = 0.0;
  hs_status last = HS_OK;
  *r = (hs_rule_result){0};
  memset(work->sum, 0, (size_t)work->n * sizeof *work->sum);
  for (int j = 0; j < groups; j++) {
    const int first = (int)((long)n * j / groups), size = (int)((long)n * (j + 1) / groups) - first;
    hs_rule_result one;
    int solved;
    memcpy(work->trajectory, trajectory + first, (size_t)size * sizeof *trajectory);
    const hs_status status = step(c, size, d, &one, &solved);
    if (status == HS_UNSOLVED && !work->strict) {
      last = status;
      continue;
    }
    if (status != HS_OK) {
      return status;
    }
    const double weight = hs_objective_weight(c->f, solved, work->trajectory);
    for (int i = 0; i < work->n; i++) {
      work->sum[i] += weight * d[i];
    }
    add_loss(&r->at, &one.at, weight);
    add_loss(&r->perturbed, &one.perturbed, weight);
    r->radius += weight * one.radius;
    total += weight;
  }
  if (!(total > 0.0)) {
    return last == HS_OK ? hs_fail(c->e, HS_UNSOLVED, "solve:unsolved", "no group of the batch has measurements") : last;
  }
  *c->e = (hs_error){0};
  const hs_loss at = r->at, perturbed = r->perturbed;
  r->at = r->perturbed = (hs_loss){0};
  add_loss(&r->at, &at, 1.0 / total);
  add_loss(&r->perturbed, &perturbed, 1.0 / total);
  r->radius /= total;
  for (int i = 0; i < work->n; i++) {
    d[i] = work->sum[i] / total;
  }
  return HS_OK;
}

hs_status hs_rule_gradient(hs_objective *f, const hs_options *o, const bool *mask, int n, const int *trajectory, const double *w,
                           hs_rule_work *work, double *d, hs_rule_result *r, hs_error *e) {
  const call c = {.f = f, .o = o, .mask = mask, .w = w, .work = work, .e = e};
  const int groups = o->groups < n ? (int)o->groups : n;
  hs_status status;
  if (groups > 1) {
    status = step_in_groups(&c, groups, n, trajectory, d, r);
  } else {
    int solved;
    memcpy(work->trajectory, trajectory, (size_t)n * sizeof *trajectory);
    status = step(&c, n, d, r, &solved);
  }
  *work->steps += status == HS_OK;
  return status;
}
