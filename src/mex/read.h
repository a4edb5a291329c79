/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside mex: Octave arrays into the structs of the core. Every reader checks type, class and size and leaves the first failure in r->e;
 * after a failure the others return NULL or 0 at once. Number arrays are borrowed from Octave, whole-number arrays are copied into
 * memory that Octave frees when the call ends. Nothing here raises an error.
 */
#ifndef HS_MEX_READ_H
#define HS_MEX_READ_H

#include <mex.h>

#include "learn/learn.h"

enum { HS_ANY = -1 };

typedef struct {
  hs_error *e;
  hs_status status;
} hs_reader;

void hs_refuse(hs_reader *r, const char *id, const char *format, ...) __attribute__((format(printf, 3, 4)));
const mxArray *hs_read_field(hs_reader *r, const mxArray *from, const char *name); /* NULL when absent or empty */
const double *hs_read_array(hs_reader *r, const mxArray *a, const char *name, long expected, size_t *n);
const double *hs_read_numbers(hs_reader *r, const mxArray *from, const char *name, long expected, bool required, size_t *n);
double hs_read_number(hs_reader *r, const mxArray *from, const char *name);
int hs_read_int(hs_reader *r, const mxArray *from, const char *name);

hs_model *hs_read_model(hs_reader *r, const mxArray *from, hs_external *external);
hs_data *hs_read_data(hs_reader *r, const mxArray *from, const hs_model *m);
void hs_read_options(hs_reader *r, const mxArray *from, hs_options *o); /* what is not there keeps its default */
/* The path of the first field of a model struct that is no finite number, into path (else ""); bounds and spreads may be the infinity that stands
 * for none, the user's constants may be anything, and graphs are checked by the core. */
bool hs_first_not_finite(const mxArray *a, char *path, size_t room);
bool *hs_read_mask(hs_reader *r, const mxArray *options, const hs_model *m); /* scope, without fixed values */

#endif
