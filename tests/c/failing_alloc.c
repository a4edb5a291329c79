/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "failing_alloc.h"

#include <stddef.h>

static _Atomic long countdown, count; /* several threads may allocate */

void fail_allocation(long k) {
  countdown = k;
  count = 0;
}

long allocations_since(void) {
  return count;
}

static int fails(void) {
  count++;
  return countdown > 0 && --countdown == 0; /* failures are asked for where one thread works */
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t alignment, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);

void *__wrap_malloc(size_t n) {
  return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size) {
  return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n) {
  return fails() ? NULL : __real_realloc(p, n);
}

void *__wrap_aligned_alloc(size_t alignment, size_t n) {
  return fails() ? NULL : __real_aligned_alloc(alignment, n);
}
