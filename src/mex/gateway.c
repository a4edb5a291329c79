/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The door to Octave:  [err, ...] = __hybridsam__ (COMMAND, ...)      (doc/developer.md lists the commands)
 *
 * Nothing raises from here: an error thrown through live solvers would leak them. Copy in, run, copy out, free; err carries identifier
 * and sentence to octave/private/core.m, which raises. No pointer survives a call: all state crosses as plain arrays.
 */
#define _POSIX_C_SOURCE 200809L /* fsync */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "mex/read.h"

/* Set by Octave's own signal handler while a MEX function runs; exported by liboctave. */
extern volatile sig_atomic_t octave_interrupt_state;

static bool interrupted(void) {
  return octave_interrupt_state > 0;
}

/* ---- the user's untraced functions -------------------------------------------------------------------------------------------- */

typedef struct {
  const mxArray *spec; /* what the trampoline needs, opaque here */
  hs_sizes sizes;
  char id[128], text[1024]; /* the user's error */
} callback;

static mxArray *matrix_from(const double *a, int rows, int cols, bool lanes_first) {
  mxArray *m = mxCreateDoubleMatrix((mwSize)rows, (mwSize)cols, mxREAL);
  double *out = mxGetPr(m);
  for (int i = 0; a && i < rows; i++) {
    for (int b = 0; b < cols; b++) {
      out[i + rows * b] = lanes_first ? a[i * cols + b] : a[i + rows * b];
    }
  }
  return m;
}

static void keep_user_error(callback *c, const mxArray *err) {
  const mxArray *id = mxIsStruct(err) ? mxGetField(err, 0, "id") : NULL;
  const mxArray *text = mxIsStruct(err) ? mxGetField(err, 0, "message") : NULL;
  if (id && mxIsChar(id)) {
    mxGetString(id, c->id, sizeof c->id);
  }
  if (text && mxIsChar(text)) {
    mxGetString(text, c->text, sizeof c->text);
  }
}

static hs_status take_values(const mxArray *from, int n, int B, double *result) {
  if (!mxIsDouble(from) || mxIsComplex(from) || mxGetNumberOfElements(from) != (size_t)n * (size_t)B) {
    return HS_CALLBACK;
  }
  const double *values = mxGetPr(from);
  for (int i = 0; i < n; i++) {
    for (int b = 0; b < B; b++) {
      result[i * B + b] = values[i + n * b];
    }
  }
  return HS_OK;
}

/* [values, err] = __hybrid_call__ (spec, function, t, X, U, Z, v): the m-file catches everything, so nothing unwinds through here. */
static hs_status call_octave(hs_external *self, int function, int B, const hs_point *at, int n, double *result) {
  callback *c = self->context;
  mxArray *out[2] = {NULL, NULL};
  mxArray *in[] = {mxDuplicateArray(c->spec),
                   mxCreateDoubleScalar(function),
                   matrix_from(at->t, 1, B, true),
                   matrix_from(at->x, c->sizes.x, B, true),
                   matrix_from(at->u, c->sizes.u, B, true),
                   matrix_from(at->z, c->sizes.z, B, true),
                   matrix_from(at->v, c->sizes.v, 1, true)};
  hs_status status = mexCallMATLAB(2, out, 7, in, "__hybrid_call__") == 0 ? HS_OK : HS_CALLBACK;
  if (status == HS_OK && out[1] && mxGetNumberOfElements(out[1])) {
    keep_user_error(c, out[1]);
    status = HS_CALLBACK;
  }
  if (status == HS_OK) {
    status = take_values(out[0], n, B, result);
  }
  for (int i = 0; i < 7; i++) {
    mxDestroyArray(in[i]);
  }
  for (int i = 0; i < 2; i++) {
    if (out[i]) {
      mxDestroyArray(out[i]);
    }
  }
  return status;
}

/* ---- one call ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
  hs_error e;
  hs_reader r;
  callback user;
  hs_external external;
  int n_in, n_out;
  const mxArray **in; /* arguments after the command */
  mxArray **out;      /* results after err */
  hs_model *m;
  hs_data *d, *validation;
  hs_options o;
  hs_objective *f;
  int n_direction; /* simulate */
  int *direction;
} session;

static bool open_model(session *s) {
  const mxArray *from = s->in[0];
  const mxArray *spec = hs_read_field(&s->r, from, "external");
  s->external = (hs_external){.call = call_octave, .context = &s->user};
  s->user.spec = spec;
  s->m = hs_read_model(&s->r, from, &s->external);
  if (s->m) {
    s->user.sizes = (hs_sizes){.x = s->m->n_x, .u = s->m->n_u, .z = s->m->n_z, .v = s->m->n_v};
  }
  return s->m != NULL;
}

static void close_session(session *s) {
  hs_objective_free(s->f);
  hs_data_free(s->d);
  hs_data_free(s->validation);
  hs_model_free(s->m);
}

static void set_number(mxArray *to, const char *name, double value) {
  mxAddField(to, name);
  mxSetField(to, 0, name, mxCreateDoubleScalar(value));
}

static void set_text(mxArray *to, const char *name, const char *value) {
  mxAddField(to, name);
  mxSetField(to, 0, name, mxCreateString(value));
}

static mxArray *column(const double *a, int n) {
  mxArray *m = mxCreateDoubleMatrix((mwSize)n, 1, mxREAL);
  memcpy(mxGetPr(m), a, (size_t)n * sizeof *a);
  return m;
}

static void set_column(mxArray *to, const char *name, const double *a, int n) {
  mxAddField(to, name);
  mxSetField(to, 0, name, column(a, n));
}

static void add_counts(mxArray *info, hs_solve_counts c) {
  set_number(info, "steps", (double)c.steps);
  set_number(info, "rhs", (double)c.rhs);
  set_number(info, "backward_steps", (double)c.backward_steps);
  set_number(info, "backward_rhs", (double)c.backward_rhs);
  set_number(info, "nodes", (double)c.nodes);
  set_number(info, "trajectories", (double)c.trajectories);
  set_number(info, "stiff", (double)c.stiff);
}

/* ---- ops, options, values ------------------------------------------------------------------------------------------------------ */

static void command_ops(session *s) {
  s->out[0] = mxCreateCellMatrix(HS_OP_COUNT, 1);
  for (int i = 0; i < HS_OP_COUNT; i++) {
    mxSetCell(s->out[0], (mwIndex)i, mxCreateString(hs_op_name(i)));
  }
}

static void command_options(session *s) {
  static const char *fields[] = {"name", "kind", "value", "low", "high", "text", "choices", "uses", "meaning"};
  static const char *kinds[] = {"choice", "number", "internal", "front"};
  mxArray *table = mxCreateStructMatrix((mwSize)hs_option_count, 1, 9, fields);
  for (int i = 0; i < hs_option_count; i++) {
    const hs_option_row *row = &hs_option_table[i];
    mxArray *values[] = {mxCreateString(row->name),      mxCreateString(kinds[row->kind]), mxCreateDoubleScalar(row->value),
                         mxCreateDoubleScalar(row->low), mxCreateDoubleScalar(row->high),  mxCreateString(row->text),
                         mxCreateString(row->choices),   mxCreateString(row->uses),        mxCreateString(row->meaning)};
    for (int k = 0; k < 9; k++) {
      mxSetField(table, (mwIndex)i, fields[k], values[k]);
    }
  }
  s->out[0] = table;
}

static void command_random(session *s) { /* seed, stream, n -> (n, 1) in (0, 1) */
  const double *seed = hs_read_array(&s->r, s->in[0], "seed", 1, NULL);
  const double *stream = hs_read_array(&s->r, s->in[1], "stream", 1, NULL), *n = hs_read_array(&s->r, s->in[2], "n", 1, NULL);
  if (s->r.status == HS_OK && !(*seed >= 0 && *stream >= 0 && *n >= 0 && *seed < 0x1p53 && *stream < 0x1p53 && *n < 1e9)) {
    hs_refuse(&s->r, "core:argument", "seed, stream and n must be whole numbers >= 0");
  }
  if (s->r.status != HS_OK) {
    return;
  }
  s->out[0] = mxCreateDoubleMatrix((mwSize)*n, 1, mxREAL);
  for (mwSize i = 0; i < (mwSize)*n; i++) {
    mxGetPr(s->out[0])[i] = hs_random_uniform((uint64_t)*seed, (uint64_t)*stream, i);
  }
}

/* (file): its bytes reach the disk before this returns; a file or a folder. */
static void command_sync(session *s) {
  char *name = mxIsChar(s->in[0]) ? mxArrayToString(s->in[0]) : NULL;
  if (!name) {
    hs_refuse(&s->r, "core:argument", "the name of a file was expected");
    return;
  }
  const int f = open(name, O_RDONLY);
  if (f < 0 || fsync(f) != 0) {
    hs_refuse(&s->r, "checkpoint:write", "%s could not be written to the disk: %s", name, strerror(errno));
  }
  if (f >= 0) {
    close(f);
  }
}

static void command_not_finite(session *s) { /* struct -> path of the first number in it that is not finite, or "" */
  char path[512] = "";
  if (!mxIsStruct(s->in[0])) {
    hs_refuse(&s->r, "core:argument", "a struct was expected");
    return;
  }
  hs_first_not_finite(s->in[0], path, sizeof path);
  s->out[0] = mxCreateString(path);
}

static void command_check(session *s) {
  open_model(s);
}

static void command_trainables(session *s) { /* v -> w */
  if (!open_model(s)) {
    return;
  }
  const double *v = hs_read_array(&s->r, s->in[1], "v", s->m->n_v, NULL);
  mxArray *w = mxCreateDoubleMatrix((mwSize)s->m->n_v, 1, mxREAL);
  if (v) {
    s->r.status = hs_model_trainables(s->m, v, mxGetPr(w), &s->e);
  }
  s->out[0] = w;
}

static void command_values(session *s) { /* w -> v, column by column */
  if (!open_model(s)) {
    return;
  }
  const int n_v = s->m->n_v;
  size_t n = 0;
  const double *w = hs_read_array(&s->r, s->in[1], "w", HS_ANY, &n);
  if (w && (n_v == 0 || n % (size_t)n_v != 0)) {
    hs_refuse(&s->r, "core:argument", "w has %zu elements, expected a multiple of %d", n, n_v);
    return;
  }
  const size_t cols = w ? n / (size_t)n_v : 0;
  s->out[0] = mxCreateDoubleMatrix((mwSize)n_v, (mwSize)cols, mxREAL);
  for (size_t j = 0; j < cols; j++) {
    hs_model_values(s->m, w + j * (size_t)n_v, mxGetPr(s->out[0]) + j * (size_t)n_v);
  }
}

/* ---- eval, vjp, jvp: one program at given points ------------------------------------------------------------------------------ */

typedef struct {
  const hs_program *p;
  int B, n;
  hs_point at;
  double *work, *adjoint;
} evaluation;

/* Octave's (n x B) is column-major, the core's lane is contiguous. */
static double *lanes_of(session *s, const mxArray *a, const char *name, int n, int B) {
  const double *in = n ? hs_read_array(&s->r, a, name, (long)n * B, NULL) : NULL;
  double *out = mxCalloc(in ? (size_t)n * (size_t)B : 1, sizeof *out);
  for (int b = 0; in && b < B; b++) {
    for (int i = 0; i < n; i++) {
      out[i * B + b] = in[i + n * b];
    }
  }
  return out;
}

static mxArray *matrix_of(const double *lanes, int n, int B) {
  return matrix_from(lanes, n, B, true);
}

static const hs_program *find_program(session *s, const mxArray *word) {
  char name[16] = "";
  if (mxIsChar(word)) {
    mxGetString(word, name, sizeof name);
  }
  const hs_program *p = !strcmp(name, "rhs")       ? s->m->rhs
                        : !strcmp(name, "output")  ? s->m->output
                        : !strcmp(name, "initial") ? s->m->initial
                        : !strcmp(name, "physics") ? s->m->physics
                                                   : NULL;
  if (!p) {
    hs_refuse(&s->r, "core:argument", "the model has no function '%s'", name);
  }
  return p;
}

/* (model, function, v, t, x, u, z) */
static bool open_evaluation(session *s, evaluation *q) {
  size_t B = 0;
  if (!open_model(s) || !(q->p = find_program(s, s->in[1]))) {
    return false;
  }
  q->at.v = hs_read_array(&s->r, s->in[2], "v", s->m->n_v, NULL);
  q->at.t = hs_read_array(&s->r, s->in[3], "t", HS_ANY, &B);
  if (s->r.status != HS_OK || B < 1 || B > 100000) {
    hs_refuse(&s->r, "core:argument", "t has %zu elements, expected 1 to 100000", B);
    return false;
  }
  q->B = (int)B;
  q->n = hs_program_n_result(q->p);
  q->at.x = lanes_of(s, s->in[4], "x", s->m->n_x, q->B);
  q->at.u = lanes_of(s, s->in[5], "u", s->m->n_u, q->B);
  q->at.z = lanes_of(s, s->in[6], "z", s->m->n_z, q->B);
  q->work = mxCalloc(hs_program_work_size(q->p, q->B) + 1, sizeof(double));
  q->adjoint = mxCalloc(hs_program_adjoint_size(q->p, q->B) + 1, sizeof(double));
  if (s->r.status == HS_OK) {
    s->r.status = hs_program_forward(q->p, q->B, &q->at, q->work);
  }
  return s->r.status == HS_OK;
}

static void command_eval(session *s) {
  evaluation q = {0};
  if (open_evaluation(s, &q)) {
    double *result = mxCalloc((size_t)q.n * (size_t)q.B, sizeof *result);
    hs_program_result(q.p, q.B, &q.at, q.work, result);
    s->out[0] = matrix_of(result, q.n, q.B);
  }
}

static void command_vjp(session *s) { /* ..., dr -> dx, dv */
  evaluation q = {0};
  if (!open_evaluation(s, &q)) {
    return;
  }
  const double *dr = lanes_of(s, s->in[7], "dr", q.n, q.B);
  double *dx = mxCalloc((size_t)s->m->n_x * (size_t)q.B + 1, sizeof *dx), *dv = mxCalloc((size_t)s->m->n_v + 1, sizeof *dv);
  const hs_direction d = {.x = dx, .v = dv};
  if (s->r.status == HS_OK) {
    s->r.status = hs_program_vjp(q.p, q.B, &q.at, q.work, dr, NULL, q.adjoint, &d);
  }
  s->out[0] = matrix_of(dx, s->m->n_x, q.B);
  s->out[1] = column(dv, s->m->n_v);
}

static void command_jvp(session *s) { /* ..., dx, dv -> dr */
  evaluation q = {0};
  if (!open_evaluation(s, &q)) {
    return;
  }
  double *dr = mxCalloc((size_t)q.n * (size_t)q.B, sizeof *dr);
  const hs_direction d = {.x = lanes_of(s, s->in[7], "dx", s->m->n_x, q.B),
                          .v = (double *)hs_read_array(&s->r, s->in[8], "dv", s->m->n_v, NULL)};
  if (s->r.status == HS_OK) {
    s->r.status = hs_program_jvp(q.p, q.B, &q.at, q.work, &d, q.adjoint, dr);
  }
  s->out[0] = matrix_of(dr, q.n, q.B);
}

/* ---- simulate, gradient -------------------------------------------------------------------------------------------------------- */

static bool open_problem(session *s, int data_at, int options_at) {
  if (open_model(s)) {
    s->d = hs_read_data(&s->r, s->in[data_at], s->m);
    hs_read_options(&s->r, s->in[options_at], &s->o);
  }
  return s->r.status == HS_OK;
}

static void read_directions(session *s, const mxArray *a) {
  size_t n = 0;
  const double *at = mxGetNumberOfElements(a) ? hs_read_array(&s->r, a, "sensitivities", HS_ANY, &n) : NULL;
  s->direction = mxMalloc((n + 1) * sizeof *s->direction);
  for (size_t j = 0; at && j < n; j++) {
    if (!(at[j] >= -s->m->n_x && at[j] <= s->m->n_v) || at[j] == 0 || at[j] != floor(at[j])) {
      hs_refuse(&s->r, "core:argument", "sensitivity %zu asks for value %g of %d (or state of %d, negative)", j + 1, at[j],
                s->m->n_v, s->m->n_x);
      return;
    }
    s->direction[j] = at[j] < 0 ? (int)at[j] : (int)at[j] - 1;
  }
  s->n_direction = (int)n;
  if (n && !s->m->rhs) {
    hs_refuse(&s->r, "simulate:sensitivities", "an algebraic model has no states and so no sensitivities of states");
  }
}

static void command_simulate(session *s) { /* model, data, v, options, at -> x, y, s, info */
  if (!open_problem(s, 1, 3)) {
    return;
  }
  const double *v = hs_read_array(&s->r, s->in[2], "v", s->m->n_v, NULL);
  read_directions(s, s->in[4]);
  if (s->r.status != HS_OK) {
    return;
  }
  hs_solve_options o = hs_solve_options_of(&s->o, interrupted);
  o.record_bytes = s->n_direction ? o.record_bytes : 1.0; /* values inside f are for derivatives */
  hs_solve_counts counts = {0};
  const mwSize N = (mwSize)s->d->s.n_samples, n_x = (mwSize)s->m->n_x;
  const double results = ((1.0 + s->n_direction) * s->m->n_x + s->m->n_y) * s->d->s.n_samples * sizeof(double);
  s->r.status = hs_check_memory(&s->e, "solving these trajectories", hs_solver_bytes(s->m, s->d, &o) + results);
  if (s->r.status != HS_OK) {
    return;
  }
  s->out[0] = mxCreateDoubleMatrix(n_x, N, mxREAL);
  s->out[1] = mxCreateDoubleMatrix((mwSize)s->m->n_y, N, mxREAL);
  s->out[2] = mxCreateDoubleMatrix(n_x * N, (mwSize)s->n_direction, mxREAL);
  s->r.status = hs_simulate(s->m, s->d, &o, s->o.threads, v, s->n_direction, s->direction, mxGetPr(s->out[0]), mxGetPr(s->out[1]),
                            mxGetPr(s->out[2]), &counts, &s->e);
  s->out[3] = mxCreateStructMatrix(1, 1, 0, NULL);
  add_counts(s->out[3], counts);
}

static void command_gradient(session *s) { /* model, data, v, options -> loss, g, info */
  if (!open_problem(s, 1, 3)) {
    return;
  }
  const int n_v = s->m->n_v, n = s->d->s.n;
  const double *v = hs_read_array(&s->r, s->in[2], "v", n_v, NULL);
  const bool *mask = hs_read_mask(&s->r, s->in[3], s->m);
  double *w = mxCalloc((size_t)n_v + 1, sizeof *w), *g = mxCalloc((size_t)n_v + 1, sizeof *g);
  double steps = 0.0, **scratch[5];
  hs_rule_work work = {.n = n_v, .steps = &steps, .strict = true};
  scratch[0] = &work.perturbed;
  scratch[1] = &work.plain;
  scratch[2] = &work.gradient;
  scratch[3] = &work.sum;
  scratch[4] = &work.memory;
  for (int i = 0; i < 5; i++) {
    *scratch[i] = mxCalloc((size_t)n_v + 1, sizeof(double));
  }
  int *all = mxMalloc((size_t)n * sizeof *all);
  work.trajectory = mxMalloc((size_t)n * sizeof *work.trajectory);
  for (int b = 0; b < n; b++) {
    all[b] = b;
  }
  if (s->r.status == HS_OK) {
    s->r.status = hs_model_trainables(s->m, v, w, &s->e);
  }
  if (s->r.status == HS_OK) {
    s->r.status = hs_objective_new(&s->f, s->m, s->d, &s->o, interrupted, &s->e);
  }
  hs_rule_result r = {0};
  const double begin = hs_seconds();
  if (s->r.status == HS_OK) {
    s->r.status = hs_rule_gradient(s->f, &s->o, mask, n, all, w, &work, g, &r, &s->e);
  }
  if (s->r.status != HS_OK) {
    return;
  }
  const double seconds = hs_seconds() - begin;
  hs_gradient_of_values(s->m, w, g, work.plain);
  s->out[0] = mxCreateDoubleScalar(r.at.loss);
  s->out[1] = column(g, n_v);
  s->out[2] = mxCreateStructMatrix(1, 1, 0, NULL);
  set_number(s->out[2], "loss_perturbed", r.perturbed.loss);
  set_number(s->out[2], "data_loss", r.at.data);
  set_number(s->out[2], "penalty", r.at.penalty);
  set_number(s->out[2], "radius", r.radius);
  set_number(s->out[2], "seconds", seconds);
  add_counts(s->out[2], hs_objective_counts(s->f));
}

static void command_losses(session *s) { /* model, data, v (n_v, n), options -> loss (1, n), g (n_v, n) */
  if (!open_problem(s, 1, 3)) {
    return;
  }
  size_t count = 0;
  const size_t n_v = (size_t)s->m->n_v;
  const double *v = hs_read_array(&s->r, s->in[2], "v", HS_ANY, &count);
  if (v && (count == 0 || n_v == 0 || count % n_v != 0 || count / n_v > INT_MAX)) {
    hs_refuse(&s->r, "core:argument", "v has %zu elements, expected a multiple of %zu", count, n_v);
  }
  if (s->r.status != HS_OK) {
    return;
  }
  const mwSize n = (mwSize)(count / n_v);
  s->out[0] = mxCreateDoubleMatrix(1, n, mxREAL);
  s->out[1] = mxCreateDoubleMatrix((mwSize)n_v, n, mxREAL);
  s->r.status = hs_losses(s->m, s->d, &s->o, interrupted, (int)n, v, mxGetPr(s->out[0]), mxGetPr(s->out[1]), &s->e);
}

static void command_jacobian(session *s) { /* model, data, v, options -> r, jt: residuals (rows), their derivatives (n_v, rows) */
  if (!open_problem(s, 1, 3)) {
    return;
  }
  const int n_v = s->m->n_v;
  const double *v = hs_read_array(&s->r, s->in[2], "v", n_v, NULL);
  double *w = mxCalloc((size_t)n_v + 1, sizeof *w);
  if (s->r.status == HS_OK) {
    s->r.status = hs_model_trainables(s->m, v, w, &s->e);
  }
  if (s->r.status == HS_OK) {
    s->r.status = hs_objective_new(&s->f, s->m, s->d, &s->o, interrupted, &s->e);
  }
  mwSize rows = 0;
  for (int b = 0; s->r.status == HS_OK && b < s->d->s.n; b++) {
    rows += (mwSize)hs_objective_rows(s->f, b);
  }
  s->out[0] = mxCreateDoubleMatrix(rows, 1, mxREAL);
  s->out[1] = mxCreateDoubleMatrix((mwSize)n_v, s->n_out > 1 ? rows : 0, mxREAL);
  size_t done = 0;
  for (int b = 0; s->r.status == HS_OK && b < s->d->s.n; b++) {
    double *jt = s->n_out > 1 ? mxGetPr(s->out[1]) + done * (size_t)n_v : NULL;
    s->r.status = hs_objective_jacobian(s->f, b, w, mxGetPr(s->out[0]) + done, jt, &s->e);
    done += (size_t)hs_objective_rows(s->f, b);
  }
}

static void command_plan(session *s) { /* model, data, options -> plan */
  if (open_problem(s, 1, 2)) {
    const hs_plan plan = hs_objective_plan(s->m, s->d, &s->o);
    s->out[0] = mxCreateStructMatrix(1, 1, 0, NULL);
    set_number(s->out[0], "bytes", plan.bytes);
    set_number(s->out[0], "threads", plan.threads);
  }
}

/* ---- train --------------------------------------------------------------------------------------------------------------------- */

enum { LOG_FIXED = 7 };

typedef struct {
  const hs_model *m;
  double start;
  double *rows, *v;
  size_t used, room;
  int width;
  double *failed; /* one column a failure: trajectory, count, t, state, parameters */
  size_t n_failed, failed_room;
} journal;

static void add_row(void *context, const hs_train_row *row) {
  journal *j = context;
  if (j->used + (size_t)j->width > j->room) {
    j->room = 2 * j->room + 64 * (size_t)j->width;
    j->rows = mxRealloc(j->rows, j->room * sizeof *j->rows);
  }
  double *out = j->rows + j->used;
  const double fixed[LOG_FIXED] = {row->iteration,     row->loss,       row->loss_perturbed,    row->penalty,
                                   row->gradient_norm, row->validation, hs_seconds() - j->start};
  memcpy(out, fixed, sizeof fixed);
  hs_model_values(j->m, row->w, j->v);
  memcpy(out + LOG_FIXED, j->v, (size_t)j->m->n_param * sizeof *out);
  j->used += (size_t)j->width;
}

static void add_failure(void *context, int trajectory, const hs_unsolved *u) {
  journal *j = context;
  const size_t n_x = (size_t)j->m->n_x, n_p = (size_t)j->m->n_param, height = 3 + n_x + n_p;
  if (j->n_failed == j->failed_room) {
    j->failed_room = 2 * j->failed_room + 16;
    j->failed = mxRealloc(j->failed, j->failed_room * height * sizeof *j->failed);
  }
  double *out = j->failed + height * j->n_failed++;
  const double fixed[] = {trajectory + 1, u->count, u->t};
  memcpy(out, fixed, sizeof fixed);
  memcpy(out + 3, u->x, n_x * sizeof *out);
  memcpy(out + 3 + n_x, u->param, n_p * sizeof *out);
}

static double *copy_of(hs_reader *r, const mxArray *from, const char *name, int n) {
  const double *a = hs_read_numbers(r, from, name, n, true, NULL);
  double *out = mxCalloc((size_t)n + 1, sizeof *out);
  if (a) {
    memcpy(out, a, (size_t)n * sizeof *out);
  }
  return out;
}

static hs_train_state read_state(session *s, const mxArray *from) {
  const int n = s->m->n_v;
  return (hs_train_state){.w = copy_of(&s->r, from, "w", n),
                          .first = copy_of(&s->r, from, "first", n),
                          .second = copy_of(&s->r, from, "second", n),
                          .best = copy_of(&s->r, from, "best", n),
                          .previous = copy_of(&s->r, from, "previous", n),
                          .memory = copy_of(&s->r, from, "memory", n),
                          .rule_steps = hs_read_number(&s->r, from, "rule_steps"),
                          .rejected = hs_read_number(&s->r, from, "rejected"),
                          .halvings = hs_read_number(&s->r, from, "halvings"),
                          .iteration = hs_read_number(&s->r, from, "iteration"),
                          .best_value = hs_read_number(&s->r, from, "best_value"),
                          .best_iteration = hs_read_number(&s->r, from, "best_iteration")};
}

static mxArray *write_state(const session *s, const hs_train_state *t) {
  mxArray *out = mxCreateStructMatrix(1, 1, 0, NULL);
  set_column(out, "w", t->w, s->m->n_v);
  set_column(out, "first", t->first, s->m->n_v);
  set_column(out, "second", t->second, s->m->n_v);
  set_column(out, "best", t->best, s->m->n_v);
  set_column(out, "previous", t->previous, s->m->n_v);
  set_column(out, "memory", t->memory, s->m->n_v);
  set_number(out, "rule_steps", t->rule_steps);
  set_number(out, "rejected", t->rejected);
  set_number(out, "halvings", t->halvings);
  set_number(out, "iteration", t->iteration);
  set_number(out, "best_value", t->best_value);
  set_number(out, "best_iteration", t->best_iteration);
  return out;
}

static mxArray *write_journal(const journal *j) {
  const size_t rows = j->width ? j->used / (size_t)j->width : 0;
  return matrix_from(j->rows, (int)rows, j->width, true);
}

/* A reason for stopping is a result, not an error: status, message and the values so far go back together. */
static void write_outcome(session *s, hs_status status, const journal *j, hs_solve_counts counts) {
  const size_t height = 3 + (size_t)s->m->n_x + (size_t)s->m->n_param;
  mxArray *failed = mxCreateDoubleMatrix((mwSize)height, (mwSize)j->n_failed, mxREAL);
  if (j->n_failed) {
    memcpy(mxGetPr(failed), j->failed, height * j->n_failed * sizeof(double));
  }
  mxArray *out = mxCreateStructMatrix(1, 1, 0, NULL);
  set_text(out, "status", hs_status_name(status));
  set_text(out, "id", s->e.id);
  set_text(out, "message", status == HS_RUNNING ? "" : s->e.text);
  mxAddField(out, "unsolved");
  mxSetField(out, 0, "unsolved", failed);
  mxArray *all = mxCreateStructMatrix(1, 1, 0, NULL);
  add_counts(all, counts);
  mxAddField(out, "counts");
  mxSetField(out, 0, "counts", all);
  s->out[2] = out;
}

static void command_train(session *s) { /* model, data, validation, options, state, seconds -> state, log, outcome */
  if (!open_problem(s, 1, 3)) {
    return;
  }
  if (mxIsStruct(s->in[2])) {
    s->validation = hs_read_data(&s->r, s->in[2], s->m);
  }
  const bool *mask = hs_read_mask(&s->r, s->in[3], s->m);
  hs_train_state state = read_state(s, s->in[4]);
  const double *seconds = hs_read_array(&s->r, s->in[5], "seconds", 1, NULL);
  if (s->r.status != HS_OK) {
    return;
  }
  journal j = {.m = s->m, .start = hs_seconds(), .v = mxCalloc((size_t)s->m->n_v + 1, sizeof(double))};
  j.width = LOG_FIXED + s->m->n_param;
  hs_solve_counts counts = {0};
  const hs_train_problem p = {.model = s->m,
                              .data = s->d,
                              .validation = s->validation,
                              .options = &s->o,
                              .mask = mask,
                              .interrupted = interrupted,
                              .log = add_row,
                              .unsolved = add_failure,
                              .context = &j,
                              .counts = &counts};
  hs_status status = hs_train(&p, &state, *seconds, &s->e);
  if (status < 0) {
    s->r.status = status;
    if (status != HS_CALLBACK) {
      return;
    }
  }
  s->out[0] = write_state(s, &state);
  s->out[1] = write_journal(&j);
  write_outcome(s, status, &j, counts);
}

/* ---- the table ----------------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  int n_in, n_out;
  void (*run)(session *s);
} COMMANDS[] = {
    {"ops", 0, 1, command_ops},           {"options", 0, 1, command_options},
    {"random", 3, 1, command_random},     {"sync", 1, 0, command_sync},
    {"check", 1, 0, command_check},       {"trainables", 2, 1, command_trainables},
    {"values", 2, 1, command_values},     {"eval", 7, 1, command_eval},
    {"vjp", 8, 2, command_vjp},           {"jvp", 9, 1, command_jvp},
    {"simulate", 5, 4, command_simulate}, {"gradient", 4, 3, command_gradient},
    {"jacobian", 4, 2, command_jacobian}, {"train", 6, 3, command_train},
    {"plan", 3, 1, command_plan},         {"not_finite", 1, 1, command_not_finite},
    {"losses", 4, 2, command_losses},
};

static mxArray *error_struct(session *s) {
  char id[256] = "hybridsam:";
  mxArray *err = mxCreateStructMatrix(1, 1, 0, NULL);
  if (s->r.status == HS_CALLBACK && s->user.text[0]) { /* the user's own error, as it was raised */
    set_number(err, "user", 1);
    set_text(err, "id", s->user.id);
    set_text(err, "message", s->user.text);
    return err;
  }
  strncat(id, s->e.id[0] ? s->e.id : "core:internal", sizeof id - 16);
  set_text(err, "id", id);
  set_text(err, "message", s->e.text[0] ? s->e.text : hs_status_text(s->r.status));
  return err;
}

static void run_command(session *s, const char *name) {
  for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
    if (!strcmp(name, COMMANDS[i].name)) {
      if (s->n_in != COMMANDS[i].n_in) {
        hs_refuse(&s->r, "core:argument", "%s takes %d arguments, got %d", name, COMMANDS[i].n_in, s->n_in);
        return;
      }
      COMMANDS[i].run(s);
      return;
    }
  }
  hs_refuse(&s->r, "core:command", "unknown command '%s'", name);
}

void mexFunction(int nlhs, mxArray *plhs[], int nrhs, const mxArray *prhs[]) {
  char name[32] = "";
  mxArray *results[4] = {NULL, NULL, NULL, NULL};
  session s = {.n_in = nrhs - 1, .n_out = nlhs - 1, .in = prhs + 1, .out = results};
  s.r.e = &s.e;
  if (nrhs < 1 || !mxIsChar(prhs[0]) || mxGetString(prhs[0], name, sizeof name) != 0) {
    hs_refuse(&s.r, "core:command", "the first argument must be the name of a command");
  } else {
    run_command(&s, name);
  }
  close_session(&s);
  plhs[0] = s.r.status == HS_OK ? mxCreateDoubleMatrix(0, 0, mxREAL) : error_struct(&s);
  for (int k = 0; k < 4; k++) {
    if (k + 1 < nlhs) {
      plhs[k + 1] = results[k] ? results[k] : mxCreateDoubleMatrix(0, 0, mxREAL);
    } else if (results[k]) {
      mxDestroyArray(results[k]);
    }
  }
}
