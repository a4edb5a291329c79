/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * base: what every room stands on: status and error text, one arena per plan, counter-based random numbers, threads.
 *
 * A function that can fail returns hs_status and, when it fails, writes an identifier ("room:what") and a sentence into the
 * hs_error it was given. Nothing prints, exits or aborts. Everything here is thread-safe as long as no two threads share an
 * argument.
 */
#ifndef HS_BASE_H
#define HS_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* value > 0: recoverable, or a reason for stopping; value < 0: failure. Append only. */
#define HS_STATUS_TABLE(X)                                            \
  X(OK, 0, "fine")                                                    \
  X(RETRY, 1, "a value was not finite where a smaller step may help") \
  X(UNSOLVED, 2, "a trajectory could not be solved")                  \
  X(INTERRUPTED, 3, "interrupted by the user")                        \
  X(CONVERGED, 4, "all iterations done")                              \
  X(RUNNING, 5, "more iterations to do")                              \
  X(NONFINITE, 6, "the loss became non-finite")                       \
  X(PATIENCE, 7, "the validation error stopped improving")            \
  X(TIME_LIMIT, 8, "the time limit was reached")                      \
  X(INVALID, -1, "invalid argument")                                  \
  X(MEMORY, -2, "out of memory")                                      \
  X(SOLVER, -3, "the solver library failed")                          \
  X(CALLBACK, -4, "the user's function failed")

typedef enum {
#define HS_X(name, value, text) HS_##name = value,
  HS_STATUS_TABLE(HS_X)
#undef HS_X
} hs_status;

typedef struct {
  hs_status status;
  char id[64];     /* "room:what" */
  char text[1024]; /* one sentence, no newline at the end */
} hs_error;

const char *hs_status_name(hs_status s);
const char *hs_status_text(hs_status s);

/* Fill e (may be NULL) and return s: `return hs_fail(e, HS_INVALID, "graph:index", "...", ...);` */
hs_status hs_fail(hs_error *e, hs_status s, const char *id, const char *format, ...) __attribute__((format(printf, 4, 5)));
hs_status hs_fail_memory(hs_error *e, const char *what, double bytes);
/* MEMORY, naming what is needed and what there is, when so many bytes are more than the machine has. */
hs_status hs_check_memory(hs_error *e, const char *what, double bytes);

/* Arena: the layout function of a plan runs twice, first with base == NULL to measure, then to carve. */
typedef struct {
  char *base;
  size_t used;
} hs_arena;

enum { HS_ALIGN = 64 };

void *hs_arena_take(hs_arena *a, size_t count, size_t size); /* NULL while measuring */
#define HS_TAKE(arena, pointer, count) ((pointer) = hs_arena_take((arena), (count), sizeof *(pointer)))

void *hs_alloc(size_t bytes);       /* HS_ALIGN-aligned and zeroed, or NULL; release with hs_free */
void *hs_alloc_unset(size_t bytes); /* the same without the zeros */
void hs_free(void *p);

/* Counter-based random numbers: a pure function of (seed, stream, counter), so nothing has to be stored or advanced. */
uint64_t hs_random_bits(uint64_t seed, uint64_t stream, uint64_t counter);
double hs_random_uniform(uint64_t seed, uint64_t stream, uint64_t counter); /* in (0, 1) */
void hs_random_permutation(uint64_t seed, uint64_t stream, int n, int *p);  /* p: (n), 0-based */

double hs_seconds(void); /* monotonic clock */

/* Threads that wait for tasks. hs_pool_run calls task (context, worker, i) once for every i = 0 .. n-1, taken in this order, and returns
 * when all are done; worker = 0 .. threads-1 tells which thread it is (0: the caller's), so that each may have its own scratch. Which worker takes
 * which task depends on the moment: results must not depend on it. A task must not run its own pool. Workers hear no signals. */
typedef struct hs_pool hs_pool;

int hs_processors(void); /* processors that this process may use */

/* With threads <= 1, and where the system gives no thread, the caller does all the work. */
hs_status hs_pool_new(hs_pool **out, int threads, hs_error *e);
void hs_pool_free(hs_pool *p);
void hs_pool_run(hs_pool *p, int n, void (*task)(void *context, int worker, int i), void *context);

#endif
