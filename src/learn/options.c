/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "learn/learn.h"

#define AT(name) offsetof(hs_options, name)

const hs_option_row hs_option_table[] = {
#define HS_CHOICE(name, def, choices, uses, meaning) {#name, HS_OPTION_CHOICE, 0, 0, 0, def, choices, uses, meaning, AT(name)},
#define HS_NUMBER(name, def, low, high, uses, meaning) {#name, HS_OPTION_NUMBER, def, low, high, "", "", uses, meaning, AT(name)},
#define HS_INTERNAL(name) {#name, HS_OPTION_INTERNAL, 0, 0, INFINITY, "", "", "", "", AT(name)},
#define HS_FRONT(name, def, accepts, uses, meaning) {#name, HS_OPTION_FRONT, 0, 0, 0, def, accepts, uses, meaning, 0},
#include "learn/options.def"
};
#undef HS_CHOICE
#undef HS_NUMBER
#undef HS_INTERNAL
#undef HS_FRONT

const int hs_option_count = sizeof hs_option_table / sizeof *hs_option_table;

static int count_choices(const char *choices) {
  int n = 1;
  for (; *choices; choices++) {
    n += *choices == '|';
  }
  return n;
}

/* Of a word among choices "a|b|c", from 0. */
static int place_of(const char *word, const char *choices) {
  const size_t length = strlen(word);
  int n = 0;
  for (const char *at = choices; *at && (strncmp(at, word, length) || (at[length] && at[length] != '|')); n++) {
    at += strcspn(at, "|");
    at += *at == '|';
  }
  return n;
}

static double default_of(const hs_option_row *row) {
  const double number = isnan(row->value) ? row->low : row->value;
  return row->kind == HS_OPTION_CHOICE ? place_of(row->text, row->choices) : number;
}

hs_options hs_options_default(void) {
  hs_options o = {0};
  for (int i = 0; i < hs_option_count; i++) {
    const hs_option_row *row = &hs_option_table[i];
    if (row->kind != HS_OPTION_FRONT) {
      *(double *)((char *)&o + row->offset) = default_of(row);
    }
  }
  o.until = INFINITY;
  return o;
}

hs_status hs_options_check(const hs_options *o, hs_error *e) {
  for (int i = 0; i < hs_option_count; i++) {
    const hs_option_row *row = &hs_option_table[i];
    if (row->kind == HS_OPTION_FRONT) {
      continue;
    }
    const double value = *(const double *)((const char *)o + row->offset);
    const bool choice = row->kind == HS_OPTION_CHOICE;
    const double low = choice ? 0 : row->low, high = choice ? count_choices(row->choices) - 1 : row->high;
    const bool whole = choice || strstr(row->meaning, "whole");
    if (!(value >= low && value <= high) || (whole && isfinite(value) && value != floor(value))) {
      return hs_fail(e, HS_INVALID, "option:value", "option %s is %g, expected %s from %g to %g", row->name, value,
                     whole ? "a whole number" : "a number", low, high);
    }
  }
  return HS_OK;
}
