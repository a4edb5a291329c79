/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fuzzer's bytes as numbers: mostly small ones that get past the checks, sometimes the extremes that should not. After the last byte all
 * is 0. Arrays lie on the heap with the exact length they have at the door, so that one element too far is seen; without elements they
 * are NULL.
 */
#ifndef BYTES_H
#define BYTES_H

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

typedef struct {
  const uint8_t *at;
  size_t left;
} bytes;

static inline int byte(bytes *in) {
  if (in->left == 0) {
    return 0;
  }
  in->left--;
  return *in->at++;
}

/* 0 .. 231, -8 .. -1, or an extreme. */
static inline int whole(bytes *in) {
  static const int extreme[] = {INT_MAX, INT_MIN, INT_MAX - 1, 100000000, 100000001, 65536, 46341, 1000};
  const int b = byte(in);
  return b < 232 ? b : b < 240 ? b - 240 : extreme[b % 8];
}

/* 0 .. 159, -32 .. -1, multiples of 1/32 in -4 .. 3.97 from a second byte, special values, or any eight bytes. */
static inline double number(bytes *in) {
  static const double special[] = {NAN,     INFINITY, -INFINITY, -0.0,   0.5,          1e-300, 5e-324, 1e300,
                                   DBL_MAX, -DBL_MAX, 1e18,      -1e-18, 2147483648.0, 1e8,    1e-9,   1.5};
  const int b = byte(in);
  uint64_t bits = 0;
  double a;
  if (b < 192) {
    return b < 160 ? b : b - 192;
  }
  if (b < 224) {
    return (byte(in) - 128) / 32.0;
  }
  if (b < 240) {
    return special[b % 16];
  }
  for (int i = 0; i < 8; i++) {
    bits = bits << 8 | (uint64_t)byte(in);
  }
  memcpy(&a, &bits, sizeof a);
  return a;
}

/* Zeroed. */
static inline void *heap(size_t n, size_t size) {
  void *p = n ? calloc(n, size) : NULL;
  if (n && !p) {
    abort();
  }
  return p;
}

static inline double *numbers(bytes *in, size_t n) {
  double *a = heap(n, sizeof *a);
  for (size_t i = 0; i < n; i++) {
    a[i] = number(in);
  }
  return a;
}

static inline void require(bool so) {
  if (!so) {
    abort(); /* the fuzzer reports it with the input */
  }
}

/* A refusal says what, in a room, and with which status. */
static inline void require_refusal(hs_status status, const hs_error *e) {
  require(status == HS_INVALID || status == HS_MEMORY);
  require(e->status == status && strchr(e->id, ':') && e->text[0]);
}

#endif
