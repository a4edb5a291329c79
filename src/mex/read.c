/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mex/read.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void hs_refuse(hs_reader *r, const char *id, const char *format, ...) {
  if (r->status == HS_OK) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    r->status = hs_fail(r->e, HS_INVALID, id, "%s", text);
  }
}

const mxArray *hs_read_field(hs_reader *r, const mxArray *from, const char *name) {
  if (r->status != HS_OK) {
    return NULL;
  }
  if (!from || !mxIsStruct(from) || mxGetNumberOfElements(from) != 1) {
    hs_refuse(r, "core:argument", "a struct with a field %s was expected", name);
    return NULL;
  }
  const mxArray *a = mxGetField(from, 0, name);
  return a && mxGetNumberOfElements(a) ? a : NULL;
}

const double *hs_read_array(hs_reader *r, const mxArray *a, const char *name, long expected, size_t *n) {
  if (r->status != HS_OK) {
    return NULL;
  }
  if (!a || !mxIsDouble(a) || mxIsComplex(a) || mxIsSparse(a)) {
    hs_refuse(r, "core:argument", "%s must be a full real double array", name);
    return NULL;
  }
  const size_t count = mxGetNumberOfElements(a);
  if (expected != HS_ANY && count != (size_t)expected) {
    hs_refuse(r, "core:argument", "%s has %zu elements, expected %ld", name, count, expected);
    return NULL;
  }
  if (n) {
    *n = count;
  }
  return mxGetPr(a);
}

const double *hs_read_numbers(hs_reader *r, const mxArray *from, const char *name, long expected, bool required, size_t *n) {
  const mxArray *a = hs_read_field(r, from, name);
  if (n) {
    *n = 0;
  }
  if (!a) {
    if (required && expected != 0) {
      hs_refuse(r, "core:argument", "the field %s is missing or empty", name);
    }
    return NULL;
  }
  return hs_read_array(r, a, name, expected, n);
}

double hs_read_number(hs_reader *r, const mxArray *from, const char *name) {
  const double *a = hs_read_numbers(r, from, name, 1, true, NULL);
  return a ? *a : 0.0;
}

static int as_int(hs_reader *r, double a, const char *name) {
  if (!(a >= INT_MIN && a <= INT_MAX) || a != floor(a)) {
    hs_refuse(r, "core:argument", "%s has %g where a whole number was expected", name, a);
    return 0;
  }
  return (int)a;
}

int hs_read_int(hs_reader *r, const mxArray *from, const char *name) {
  return as_int(r, hs_read_number(r, from, name), name);
}

static int *read_ints(hs_reader *r, const mxArray *from, const char *name, long expected, int shift, size_t *n) {
  size_t count;
  const double *a = hs_read_numbers(r, from, name, expected, expected != HS_ANY, &count);
  int *out = mxMalloc((count + 1) * sizeof *out);
  for (size_t i = 0; a && i < count; i++) {
    out[i] = as_int(r, a[i], name);
    out[i] = out[i] == INT_MIN ? INT_MIN : out[i] - shift;
  }
  if (n) {
    *n = a ? count : 0;
  }
  return out;
}

/* ---- graphs -------------------------------------------------------------------------------------------------------------------- */

static int *read_operations(hs_reader *r, const mxArray *cell, size_t *n) {
  if (r->status == HS_OK && (!cell || !mxIsCell(cell))) {
    hs_refuse(r, "graph:operation", "a graph needs a cell array op of operation names");
  }
  if (r->status != HS_OK) {
    return NULL;
  }
  *n = mxGetNumberOfElements(cell);
  int *op = mxMalloc((*n + 1) * sizeof *op);
  for (size_t i = 0; i < *n; i++) {
    char name[64] = "";
    const mxArray *word = mxGetCell(cell, i);
    if (!word || !mxIsChar(word) || mxGetString(word, name, sizeof name) != 0 || (op[i] = hs_op_find(name)) < 0) {
      hs_refuse(r, "graph:operation", "node %zu: unknown operation '%s'", i + 1, name);
      return op;
    }
  }
  return op;
}

/* NULL when the model has no such function. */
static const hs_graph *read_graph(hs_reader *r, const mxArray *model, const char *name, hs_graph *g) {
  const mxArray *from = hs_read_field(r, model, name);
  if (!from) {
    return NULL;
  }
  size_t n = 0;
  memset(g, 0, sizeof *g);
  g->op = read_operations(r, hs_read_field(r, from, "op"), &n);
  if (n > INT_MAX / 2) {
    hs_refuse(r, "graph:count", "the graph has %zu nodes", n);
  }
  g->n_nodes = (int)n;
  g->rows = read_ints(r, from, "rows", (long)n, 0, NULL);
  g->cols = read_ints(r, from, "cols", (long)n, 0, NULL);
  g->n_args = read_ints(r, from, "nargs", (long)n, 0, NULL);
  g->n_attrs = read_ints(r, from, "nattr", (long)n, 0, NULL);
  g->args = read_ints(r, from, "args", HS_ANY, 1, &g->n_args_total);
  g->attrs = hs_read_numbers(r, from, "attr", HS_ANY, false, &g->n_attrs_total);
  g->result = hs_read_int(r, from, "result");
  g->result -= g->result > INT_MIN ? 1 : 0;
  return g;
}

/* ---- model, data, options ----------------------------------------------------------------------------------------------------- */

hs_model *hs_read_model(hs_reader *r, const mxArray *from, hs_external *external) {
  hs_graph rhs, output, initial;
  hs_model_spec spec = {0};
  hs_model *m = NULL;
  const double *sizes = hs_read_numbers(r, from, "sizes", 5, true, NULL);
  if (!sizes) {
    return NULL;
  }
  spec.sizes = (hs_sizes){.x = as_int(r, sizes[0], "sizes"),
                          .u = as_int(r, sizes[1], "sizes"),
                          .z = as_int(r, sizes[3], "sizes"),
                          .v = as_int(r, sizes[4], "sizes")};
  spec.n_y = as_int(r, sizes[2], "sizes");
  spec.rhs = read_graph(r, from, "rhs", &rhs);
  spec.output = read_graph(r, from, "output", &output);
  spec.initial = read_graph(r, from, "initial", &initial);
  spec.lower = hs_read_numbers(r, from, "lower", spec.sizes.v, true, NULL);
  spec.upper = hs_read_numbers(r, from, "upper", spec.sizes.v, true, NULL);
  spec.kind = hs_read_numbers(r, from, "kind", spec.sizes.v, true, NULL);
  spec.fixed = hs_read_numbers(r, from, "fixed", spec.sizes.v, true, NULL);
  spec.prior_mean = hs_read_numbers(r, from, "prior_mean", spec.sizes.v, false, NULL);
  spec.prior_spread = hs_read_numbers(r, from, "prior_spread", spec.sizes.v, spec.prior_mean != NULL, NULL);
  spec.prior_log = hs_read_numbers(r, from, "prior_log", spec.sizes.v, false, NULL);
  if (spec.prior_spread && !spec.prior_mean) {
    hs_refuse(r, "core:argument", "prior_spread needs prior_mean");
  }
  spec.external = hs_read_field(r, from, "external") ? external : NULL;
  if (r->status == HS_OK) {
    r->status = hs_model_new(&m, &spec, r->e);
  }
  return m;
}

hs_data *hs_read_data(hs_reader *r, const mxArray *from, const hs_model *m) {
  hs_data_spec s = {0};
  hs_data *d = NULL;
  size_t n = 0, samples = 0;
  if (r->status != HS_OK) {
    return NULL;
  }
  s.count = hs_read_numbers(r, from, "count", HS_ANY, true, &n);
  s.t = hs_read_numbers(r, from, "t", HS_ANY, true, &samples);
  if (n > INT_MAX / 4 || samples > INT_MAX / 4) {
    hs_refuse(r, "data:count", "%zu trajectories with %zu samples are too many", n, samples);
  }
  s.n = (int)n;
  s.n_samples = (int)samples;
  s.y = hs_read_numbers(r, from, "y", (long)samples * m->n_y, false, NULL);
  s.weight = hs_read_numbers(r, from, "weight", (long)samples * m->n_y, false, NULL);
  s.x0 = hs_read_numbers(r, from, "x0", (long)n * m->n_x, false, NULL);
  s.x0_at = hs_read_numbers(r, from, "x0_at", (long)n * m->n_x, false, NULL);
  s.scale = hs_read_numbers(r, from, "scale", m->n_y, false, NULL);
  s.next = hs_read_numbers(r, from, "next", (long)n, false, NULL);
  s.gap_weight = hs_read_numbers(r, from, "gap_weight", m->n_x, false, NULL);
  s.skip_first = hs_read_numbers(r, from, "skip_first", (long)n, false, NULL);
  s.u = m->n_u ? hs_read_numbers(r, from, "u", (long)samples * m->n_u, false, NULL) : NULL;
  s.z = m->n_z ? hs_read_numbers(r, from, "z", (long)n * m->n_z, false, NULL) : NULL;
  const int interpolation = hs_read_int(r, from, "interpolation");
  if (interpolation < HS_ZOH || interpolation > HS_PCHIP) {
    hs_refuse(r, "data:interpolation", "interpolation is %d, expected 0, 1 or 2", interpolation);
  }
  s.interpolation = (hs_interpolation)interpolation;
  if (r->status == HS_OK) {
    r->status = hs_data_new(&d, &s, m, r->e);
  }
  return d;
}

void hs_read_options(hs_reader *r, const mxArray *from, hs_options *o) {
  *o = hs_options_default();
  for (int i = 0; i < hs_option_count && r->status == HS_OK; i++) {
    const hs_option_row *row = &hs_option_table[i];
    if (row->kind != HS_OPTION_FRONT && hs_read_field(r, from, row->name)) {
      *(double *)((char *)o + row->offset) = hs_read_number(r, from, row->name);
    }
  }
  if (r->status == HS_OK) {
    r->status = hs_options_check(o, r->e);
  }
}

bool *hs_read_mask(hs_reader *r, const mxArray *options, const hs_model *m) {
  const double *scope = hs_read_numbers(r, options, "scope_mask", m->n_v, true, NULL);
  bool *mask = mxMalloc(((size_t)m->n_v + 1) * sizeof *mask);
  for (int i = 0; scope && i < m->n_v; i++) {
    mask[i] = scope[i] != 0.0 && !m->fixed[i];
  }
  return mask;
}

static bool named(const char *name, const char *const *list) {
  while (*list && strcmp(*list, name)) {
    list++;
  }
  return *list != NULL;
}

/* Is a field of the model neither finite nor, of a bound or a spread, the infinity that stands for none? */
static bool bad_numbers(const mxArray *a, const char *name) {
  static const char *const no_bound[] = {"lower", "upper", "prior_spread", NULL};
  const bool may_be_infinite = named(name, no_bound);
  const double none = strcmp(name, "lower") ? INFINITY : -INFINITY, *x = mxGetPr(a);
  for (size_t i = 0, n = mxGetNumberOfElements(a); i < n; i++) {
    if (!isfinite(x[i]) && !(may_be_infinite && x[i] == none)) {
      return true;
    }
  }
  return false;
}

/* The path of the first such field of a struct array, in front of `path`; what the user's numbers and the core's own checks own is passed over. */
bool hs_first_not_finite(const mxArray *a, char *path, size_t room) {
  static const char *const others[] = {"graphs", "functions", "constants", NULL};
  for (int k = 0; k < mxGetNumberOfFields(a); k++) {
    const char *name = mxGetFieldNameByNumber(a, k);
    for (size_t i = 0, n = mxGetNumberOfElements(a); i < n && !named(name, others); i++) {
      const mxArray *field = mxGetFieldByNumber(a, i, k);
      if (field &&
          ((mxIsDouble(field) && bad_numbers(field, name)) || (mxIsStruct(field) && hs_first_not_finite(field, path, room)))) {
        char rest[512];
        snprintf(rest, sizeof rest, "%s", path);
        snprintf(path, room, ".%s%s", name, rest);
        return true;
      }
    }
  }
  return false;
}
