/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "base/base.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
  hs_status status;
  const char *name, *text;
} STATUS[] = {
#define HS_X(name, value, text) {HS_##name, #name, text},
    HS_STATUS_TABLE(HS_X)
#undef HS_X
};

const char *hs_status_name(hs_status s) {
  for (size_t i = 0; i < sizeof STATUS / sizeof *STATUS; i++) {
    if (STATUS[i].status == s) {
      return STATUS[i].name;
    }
  }
  return "UNKNOWN";
}

const char *hs_status_text(hs_status s) {
  for (size_t i = 0; i < sizeof STATUS / sizeof *STATUS; i++) {
    if (STATUS[i].status == s) {
      return STATUS[i].text;
    }
  }
  return "unknown status";
}

hs_status hs_fail(hs_error *e, hs_status s, const char *id, const char *format, ...) {
  if (e) {
    e->status = s;
    snprintf(e->id, sizeof e->id, "%s", id);
    va_list args;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
  }
  return s;
}

hs_status hs_fail_memory(hs_error *e, const char *what, double bytes) {
  return hs_fail(e, HS_MEMORY, "core:memory", "out of memory: %s needs %.3g GB", what, bytes / 1e9);
}

hs_status hs_check_memory(hs_error *e, const char *what, double bytes) {
  const double there = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
  if (bytes <= there || there <= 0.0) {
    return HS_OK;
  }
  return hs_fail(e, HS_MEMORY, "core:memory", "%s would need about %.3g GB, and this machine has %.3g GB", what, bytes / 1e9,
                 there / 1e9);
}

void *hs_arena_take(hs_arena *a, size_t count, size_t size) {
  if (size && count > (SIZE_MAX / 2 - a->used) / size) {
    a->used = SIZE_MAX / 2; /* unsatisfiable: hs_alloc of it fails */
    return NULL;
  }
  size_t start = a->used;
  size_t bytes = (count * size + HS_ALIGN - 1) / HS_ALIGN * HS_ALIGN;
  a->used += bytes;
  return a->base ? a->base + start : NULL;
}

static size_t aligned(size_t bytes) {
  return bytes < HS_ALIGN ? HS_ALIGN : (bytes + HS_ALIGN - 1) / HS_ALIGN * HS_ALIGN;
}

void *hs_alloc_unset(size_t bytes) {
  return bytes < SIZE_MAX / 2 ? aligned_alloc(HS_ALIGN, aligned(bytes)) : NULL;
}

void *hs_alloc(size_t bytes) {
  void *p = hs_alloc_unset(bytes);
  if (p) {
    memset(p, 0, aligned(bytes));
  }
  return p;
}

void hs_free(void *p) {
  free(p);
}

/* splitmix64's finaliser (Steele, Lea, Flood 2014) over a Weyl-spread of the three words. */
static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t hs_random_bits(uint64_t seed, uint64_t stream, uint64_t counter) {
  uint64_t z = mix(seed + 0x9e3779b97f4a7c15u);
  z = mix(z ^ (stream + 1) * 0xd1342543de82ef95u);
  return mix(z + (counter + 1) * 0x9e3779b97f4a7c15u);
}

double hs_random_uniform(uint64_t seed, uint64_t stream, uint64_t counter) {
  double u = ((double)(hs_random_bits(seed, stream, counter) >> 11) + 0.5) * 0x1p-53;
  return u < 1.0 ? u : 0x1.fffffffffffffp-1; /* the largest sum rounds to 1 */
}

void hs_random_permutation(uint64_t seed, uint64_t stream, int n, int *p) {
  for (int i = 0; i < n; i++) {
    p[i] = i;
  }
  for (int i = n - 1; i > 0; i--) { /* Fisher-Yates */
    int j = (int)(hs_random_uniform(seed, stream, (uint64_t)i) * (i + 1));
    int keep = p[i];
    p[i] = p[j];
    p[j] = keep;
  }
}

double hs_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
