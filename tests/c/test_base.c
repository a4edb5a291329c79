/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

static void arena_measures_what_it_carves(void **state) {
  (void)state;
  hs_arena measure = {0};
  double *a;
  int *b;
  HS_TAKE(&measure, a, 3);
  assert_null(a);
  HS_TAKE(&measure, b, 5);
  void *memory = hs_alloc(measure.used);
  hs_arena carve = {.base = memory};
  HS_TAKE(&carve, a, 3);
  HS_TAKE(&carve, b, 5);
  assert_int_equal(measure.used, carve.used);
  assert_int_equal((uintptr_t)a % HS_ALIGN, 0);
  assert_int_equal((uintptr_t)b % HS_ALIGN, 0);
  assert_true((char *)b >= (char *)(a + 3));
  hs_free(memory);
}

static void arena_overflow_cannot_be_allocated(void **state) {
  (void)state;
  hs_arena a = {0};
  hs_arena_take(&a, SIZE_MAX / 4, 8);
  assert_null(hs_alloc(a.used));
  hs_arena_take(&a, 1, 1);
  assert_null(hs_alloc(a.used));
}

static void permutation_is_one(void **state) {
  (void)state;
  int p[101], seen[101] = {0}, same = 0;
  hs_random_permutation(1, 2, 101, p);
  for (int i = 0; i < 101; i++) {
    assert_in_range(p[i], 0, 100);
    seen[p[i]]++;
    same += p[i] == i;
  }
  for (int i = 0; i < 101; i++) {
    assert_int_equal(seen[i], 1);
  }
  assert_true(same < 10);
}

static void numbers_are_uniform_and_streams_differ(void **state) {
  (void)state;
  double sum = 0, square = 0, product = 0;
  const int n = 100000;
  for (int i = 0; i < n; i++) {
    double a = hs_random_uniform(3, 4, (uint64_t)i), b = hs_random_uniform(3, 5, (uint64_t)i);
    assert_true(a > 0 && a < 1);
    sum += a;
    square += a * a;
    product += (a - 0.5) * (b - 0.5);
  }
  assert_true(fabs(sum / n - 0.5) < 5e-3);
  assert_true(fabs(square / n - 1.0 / 3) < 5e-3);
  assert_true(fabs(product / n) < 2e-3);
  assert_true(hs_random_bits(1, 2, 3) == hs_random_bits(1, 2, 3));
  assert_true(hs_random_bits(1, 2, 3) != hs_random_bits(2, 2, 3));
}

static void failures_are_cut_to_fit(void **state) {
  (void)state;
  char longer[3000];
  hs_error e;
  memset(longer, 'x', sizeof longer - 1);
  longer[sizeof longer - 1] = '\0';
  assert_int_equal(hs_fail(&e, HS_INVALID, "room:what", "%s", longer), HS_INVALID);
  assert_int_equal(strlen(e.text), sizeof e.text - 1);
  assert_string_equal(e.id, "room:what");
  assert_int_equal(hs_fail(NULL, HS_MEMORY, "a:b", "x"), HS_MEMORY);
  assert_string_equal(hs_status_name(HS_UNSOLVED), "UNSOLVED");
  assert_string_equal(hs_status_name((hs_status)99), "UNKNOWN");
}

typedef struct {
  int done[1000], by[8];
} tally;

static void count_one(void *context, int worker, int i) {
  tally *t = context;
  t->done[i]++;
  __atomic_add_fetch(&t->by[worker], 1, __ATOMIC_RELAXED);
}

static void every_task_runs_once(void **state) {
  (void)state;
  for (int threads = 0; threads <= 8; threads += 4) {
    hs_pool *p;
    tally t = {{0}, {0}};
    assert_int_equal(hs_pool_new(&p, threads, NULL), HS_OK);
    for (int n = 0; n <= 1000; n += 1 + n / 3) {
      hs_pool_run(p, n, count_one, &t);
    }
    int total = 0, by = 0;
    for (int i = 0; i < 1000; i++) {
      assert_true(i == 0 || t.done[i] <= t.done[i - 1]);
      total += t.done[i];
    }
    for (int i = 0; i < 8; i++) {
      by += t.by[i];
    }
    assert_int_equal(by, total);
    hs_pool_free(p);
  }
  hs_pool_free(NULL);
  assert_true(hs_processors() >= 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arena_measures_what_it_carves),
      cmocka_unit_test(arena_overflow_cannot_be_allocated),
      cmocka_unit_test(permutation_is_one),
      cmocka_unit_test(numbers_are_uniform_and_streams_differ),
      cmocka_unit_test(failures_are_cut_to_fit),
      cmocka_unit_test(every_task_runs_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
