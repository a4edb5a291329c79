/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every level of the kernels that this machine runs: products against a naive twin, functions against libm in long double, and the same
 * bits from v3 and v4.
 */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "failing_alloc.h"
#include "testing.h"

#include <float.h>

#include "tape/kernels.h"

enum { AREA = 20000 };

static bool quick(void) {
  return getenv("HS_QUICK") != NULL;
}

/* ---- products ------------------------------------------------------------------------------------------------------------------ */

/* Which sums of products clang fuses depends on the code around them. */
#ifdef __clang__
enum { SAME_BITS = 0 };
#else
enum { SAME_BITS = 1 };
#endif

typedef struct {
  int m, L, k, ar, ac, ldb, ldc, bias_step; /* -1: no bias */
} shape;

static void gemm_ref(const shape *s, const double *a, const double *b, const double *bias, double *c) {
  for (int i = 0; i < s->m; i++) {
    for (int l = 0; l < s->L; l++) {
      double sum = s->bias_step >= 0 ? bias[i * s->bias_step] : c[i * s->ldc + l];
      for (int p = 0; p < s->k; p++) {
        sum += a[i * s->ar + p * s->ac] * b[p * s->ldb + l];
      }
      c[i * s->ldc + l] = sum;
    }
  }
}

static double a[AREA], b[AREA], bias[256], before[AREA], expected[AREA];

/* All of C and what lies around it. */
static void check_product(const shape *s) {
  static double c[AREA], first[AREA];
  memcpy(expected, before, sizeof expected);
  gemm_ref(s, a, b, bias, expected);
  for (int q = 0; hs_kernels_level(q); q++) {
    const hs_kernels *kernels = hs_kernels_level(q);
    memcpy(c, before, sizeof c);
    kernels->gemm(s->m, s->L, s->k, a, s->ar, s->ac, b, s->ldb, s->bias_step >= 0 ? bias : NULL, s->bias_step, c, s->ldc);
    if (!(largest_difference(c, expected, AREA) < 1e-14 * s->k + 1e-15)) {
      fail_msg("%s, m %d, L %d, k %d, strides %d %d %d %d, bias step %d", kernels->name, s->m, s->L, s->k, s->ar, s->ac, s->ldb,
               s->ldc, s->bias_step);
    }
    if (q == 0) {
      memcpy(first, c, sizeof c);
    } else if (SAME_BITS && strcmp(kernels->name, "base") != 0) {
      assert_memory_equal(first, c, sizeof c);
    }
  }
}

static void fill_areas(void) {
  fill_random(a, AREA, 1, -1, 1);
  fill_random(b, AREA, 2, -1, 1);
  fill_random(before, AREA, 3, -1, 1);
  fill_random(bias, 256, 4, -1, 1);
}

static void products_of_odd_sizes(void **state) {
  (void)state;
  fill_areas();
  const int step = quick() ? 3 : 1;
  for (int m = 1; m < 20; m += step) {
    for (int L = 1; L < 20; L += step) {
      for (int k = 1; k < 20; k += step) {
        for (int v = 0; v < 4; v++) { /* both orders of A, with and without bias, close and wide rows */
          const int wide = (m + L + k + v) % 2;
          check_product(&(shape){m, L, k, v % 2 ? k : 1, v % 2 ? 1 : m, L + 3 * wide, L + 2 * wide, v / 2 ? (m + L) % 2 : -1});
        }
      }
    }
  }
}

static void products_of_larger_sizes(void **state) {
  (void)state;
  fill_areas();
  const int sizes[][3] = {{64, 28, 64}, {64, 48, 64}, {64, 2, 28},  {2, 64, 28}, {1, 28, 64},   {64, 1, 64},
                          {1, 1, 199},  {64, 25, 64}, {64, 33, 20}, {7, 9, 70},  {130, 17, 9},  {25, 31, 37},
                          {13, 57, 3},  {3, 100, 9},  {131, 1, 77}, {67, 33, 1}, {1, 131, 100}, {50, 29, 130}};
  for (size_t q = 0; q < sizeof sizes / sizeof *sizes; q++) {
    const int m = sizes[q][0], L = sizes[q][1], k = sizes[q][2];
    for (int v = 0; v < 4; v++) {
      check_product(&(shape){m, L, k, v % 2 ? k : 1, v % 2 ? 1 : m, L, L + v % 3, v / 2 ? v % 2 : -1});
    }
  }
}

static void transposes(void **state) {
  (void)state;
  fill_areas();
  for (int q = 0; hs_kernels_level(q); q++) {
    for (int m = 1; m < 20; m++) {
      for (int L = 1; L < 20; L++) {
        double t[400], sum[20];
        static double first[20][20][20];
        memcpy(t, before, sizeof t);
        memcpy(sum, bias, sizeof sum);
        hs_kernels_level(q)->transpose(m, L, a, t, sum);
        if (q == 0) {
          memcpy(first[m][L], sum, sizeof sum);
        } else if (SAME_BITS && strcmp(hs_kernels_level(q)->name, "base") != 0) {
          assert_memory_equal(first[m][L], sum, sizeof sum);
        }
        for (int i = 0; i < m; i++) {
          double total = bias[i];
          for (int l = 0; l < L; l++) {
            assert_true(t[l * m + i] == a[i * L + l]);
            total += a[i * L + l];
          }
          assert_true(fabs(sum[i] - total) < 1e-14 * (L + 1));
        }
        assert_memory_equal(t + m * L, before + m * L, sizeof t - (size_t)(m * L) * sizeof *t);
        assert_true(sum[m] == bias[m]);
      }
    }
  }
}

static void finite_sees_every_place(void **state) {
  (void)state;
  const double bad[] = {NAN, INFINITY, -INFINITY};
  for (int q = 0; hs_kernels_level(q); q++) {
    for (size_t n = 1; n < 80; n++) {
      double x[80];
      fill_random(x, 80, 1, -1e300, 1e300);
      x[n] = NAN; /* outside */
      assert_true(hs_kernels_level(q)->finite(n, x));
      for (size_t i = 0; i < n; i++) {
        const double kept = x[i];
        x[i] = bad[i % 3];
        assert_false(hs_kernels_level(q)->finite(n, x));
        x[i] = kept;
      }
    }
  }
}

/* ---- functions ----------------------------------------------------------------------------------------------------------------- */

static long double sigmoidl(long double x) {
  return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

static long double softplusl(long double x) {
  return (x > 0 ? x : 0) + log1pl(expl(-fabsl(x)));
}

typedef struct {
  const char *name;
  long double (*exact)(long double);
  size_t at;
  double high; /* the dense range of arguments is (low, high) */
  double low;
  double bound; /* ulp */
} function;

static const function functions[] = {
    {"sin", sinl, offsetof(hs_kernels, sin), 100, -100, 1},
    {"cos", cosl, offsetof(hs_kernels, cos), 100, -100, 1},
    {"log", logl, offsetof(hs_kernels, log), 4, 0, 1},
    {"exp", expl, offsetof(hs_kernels, exp), 710, -746, 1.5},
    {"tanh", tanhl, offsetof(hs_kernels, tanh), 22, -22, 2.5},
    {"sinh", sinhl, offsetof(hs_kernels, sinh), 711, -711, 2.5},
    {"cosh", coshl, offsetof(hs_kernels, cosh), 711, -711, 1.5},
    {"sigmoid", sigmoidl, offsetof(hs_kernels, sigmoid), 40, -746, 2.5},
    {"softplus", softplusl, offsetof(hs_kernels, softplus), 40, -746, 2.5},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static hs_map *kernel_of(const hs_kernels *k, const function *f) {
  hs_map *map;
  memcpy(&map, (const char *)k + f->at, sizeof map);
  return map;
}

/* Units in the last place of the exact value, subnormal values by the smallest number. */
static double ulps(double got, long double exact) {
  const double near = (double)exact;
  if (isnan(got) || isnan(near)) {
    return isnan(got) && isnan(near) ? 0 : 1e9;
  }
  if (near == got) {
    return signbit(near) == signbit(got) ? 0 : 1e9;
  }
  if (isinf(near)) {
    return got == copysign(DBL_MAX, near) ? 1 : 1e9;
  }
  if (isinf(got)) {
    return near == copysign(DBL_MAX, got) ? 1 : 1e9;
  }
  const double unit = nextafter(fabs(near), INFINITY) - fabs(near);
  return (double)(fabsl((long double)got - exact) / unit);
}

/* A third of the arguments dense in the range, a third of every exponent and sign, a third close to multiples of pi/2 and to 0 and 1. */
static double argument(const function *f, uint64_t i) {
  const double u = hs_random_uniform(5, 1, i), w = hs_random_uniform(5, 2, i);
  if (i % 3 == 0) {
    return f->low + (f->high - f->low) * u;
  }
  if (i % 3 == 1) {
    return copysign(ldexp(1 + w, (int)(2098 * u) - 1074), i % 2 ? 1 : -1);
  }
  if (i % 2) {
    const double n = floor(pow(2, 21 * w));
    return (double)(n * 1.57079632679489661923132169163975144L) * (1 + (u < 0.5 ? 0 : u * 1e-12));
  }
  return (u < 0.5 ? 1.0 : 0.0) + ldexp(w - 0.5, -(int)(60 * hs_random_uniform(5, 3, i)));
}

static const double special[] = {0.0,
                                 -0.0,
                                 NAN,
                                 INFINITY,
                                 -INFINITY,
                                 DBL_MAX,
                                 -DBL_MAX,
                                 DBL_MIN,
                                 -DBL_MIN,
                                 5e-324,
                                 -5e-324,
                                 1e-310,
                                 -1e-310,
                                 1.0,
                                 -1.0,
                                 709.78,
                                 709.79,
                                 710.4,
                                 710.48,
                                 711,
                                 712.5,
                                 -708.5,
                                 -745.1,
                                 -745.14,
                                 -746,
                                 -1e300,
                                 1e300,
                                 20,
                                 -20,
                                 40,
                                 -40,
                                 1e6,
                                 -1e6,
                                 1000001.0,
                                 1e22,
                                 6381956970095103.0 * 0x1p797,
                                 0.70710678,
                                 1.4142136,
                                 0.34657359,
                                 0.5,
                                 0.75,
                                 2.0,
                                 3.141592653589793,
                                 1.5707963267948966};
enum { SPECIALS = sizeof special / sizeof *special, MANY = 4096 };

enum { MAX_LEVELS = 3 };

typedef struct {
  double error, at;
} worst;

/* The worst of MANY arguments, first `first`, of every level. */
static void search(const function *f, long first, worst *w) {
  static double x[MANY], y[MANY];
  static long double exact[MANY];
  for (int i = 0; i < MANY; i++) {
    x[i] = first + i < SPECIALS ? special[first + i] : argument(f, (uint64_t)(first + i));
    exact[i] = f->exact(x[i]);
  }
  for (int q = 0; hs_kernels_level(q); q++) {
    kernel_of(hs_kernels_level(q), f)(MANY, x, y);
    for (int i = 0; i < MANY; i++) {
      const double error = ulps(y[i], exact[i]);
      if (!(error <= w[q].error)) {
        w[q] = (worst){error, x[i]};
      }
    }
  }
}

static void functions_are_accurate(void **state) {
  (void)state;
  const volatile long double one = 1.0L, little = 0x1p-60L;
  if (one + little == one) {
    skip(); /* under valgrind a long double is a double, and no measure of one */
  }
  print_message("# largest error in ulp\n#          ");
  for (int q = 0; hs_kernels_level(q); q++) {
    print_message("%8s", hs_kernels_level(q)->name);
  }
  print_message("   bound\n");
  for (int i = 0; i < FUNCTIONS; i++) {
    worst w[MAX_LEVELS] = {{0}};
    for (long done = 0; done < (quick() ? 2 : 60) * MANY; done += MANY) {
      search(&functions[i], done, w);
    }
    print_message("# %-9s", functions[i].name);
    for (int q = 0; hs_kernels_level(q); q++) {
      print_message("%8.2f", w[q].error);
      if (!(w[q].error <= functions[i].bound)) {
        fail_msg("%s of %s at %.17g: %g ulp", functions[i].name, hs_kernels_level(q)->name, w[q].at, w[q].error);
      }
    }
    print_message("%8g\n", functions[i].bound);
  }
}

/* Any length, in place, nothing beyond the end, the same value in every lane; the same bits from v3 and v4. */
static void tails_in_place_and_same_bits(void **state) {
  (void)state;
  for (int q = 0; hs_kernels_level(q); q++) {
    for (int i = 0; i < FUNCTIONS; i++) {
      hs_map *map = kernel_of(hs_kernels_level(q), &functions[i]);
      for (size_t n = 1; n < 40; n++) {
        double x[48], y[48], single;
        for (int j = 0; j < 48; j++) {
          x[j] = argument(&functions[i], 1000 * n + (uint64_t)j);
        }
        memcpy(y, x, sizeof y);
        map(n, y, y);
        for (size_t j = 0; j < 48; j++) {
          map(1, &x[j], &single);
          assert_memory_equal(&y[j], j < n ? &single : &x[j], sizeof single);
        }
        if (q > 0 && strcmp(hs_kernels_level(q)->name, "base") != 0) {
          double other[48];
          memcpy(other, x, sizeof other);
          kernel_of(hs_kernels_level(0), &functions[i])(n, other, other);
          assert_memory_equal(y, other, sizeof other);
        }
      }
    }
  }
}

/* ---- activations --------------------------------------------------------------------------------------------------------------- */

static long double slope_ref(hs_activation act, long double x) {
  const long double s = sigmoidl(x);
  switch (act) {
  case HS_TANH:
    return 1 / (coshl(x) * coshl(x));
  case HS_RELU:
    return x > 0;
  case HS_SOFTPLUS:
    return s;
  case HS_SIGMOID:
    return s * (1 - s);
  case HS_SILU:
    return s * (1 + x * (1 - s));
  default:
    return 1;
  }
}

static long double activation_ref(hs_activation act, long double x) {
  switch (act) {
  case HS_TANH:
    return tanhl(x);
  case HS_RELU:
    return x > 0 ? x : 0;
  case HS_SOFTPLUS:
    return softplusl(x);
  case HS_SIGMOID:
    return sigmoidl(x);
  case HS_SILU:
    return x * sigmoidl(x);
  default:
    return x;
  }
}

static void activations_and_their_slopes(void **state) {
  (void)state;
  for (int q = 0; hs_kernels_level(q); q++) {
    for (int act = 0; act < HS_ACTIVATION_COUNT; act++) {
      for (size_t n = 1; n < 40; n++) {
        double x[40], y[40], aux[40], d[40];
        fill_random(x, 40, n, -4, 4);
        fill_random(d, 40, 50, -1, 1);
        memcpy(y, x, sizeof y);
        hs_kernels_level(q)->activate((hs_activation)act, n, y, aux);
        hs_kernels_level(q)->activate_vjp((hs_activation)act, n, y, aux, d);
        for (size_t i = 0; i < 40; i++) {
          const double seed = -1 + 2 * hs_random_uniform(7, 50, i);
          const long double value = i < n ? activation_ref((hs_activation)act, x[i]) : x[i];
          const long double slope = i < n ? seed * slope_ref((hs_activation)act, x[i]) : seed;
          assert_true(fabsl(y[i] - value) <= 4e-16L * fmaxl(1, fabsl(value)));
          assert_true(fabsl(d[i] - slope) <= 2e-15L);
        }
      }
    }
  }
}

/* NaN comes through every activation; a zero adjoint stays zero even there. */
static void activations_of_nan(void **state) {
  (void)state;
  for (int q = 0; hs_kernels_level(q); q++) {
    for (int act = 0; act < HS_ACTIVATION_COUNT; act++) {
      double y[3] = {NAN, NAN, 1}, aux[3], d[3] = {0, 2, 0};
      hs_kernels_level(q)->activate((hs_activation)act, 3, y, aux);
      assert_true(isnan(y[0]) && isnan(y[1]) && !isnan(y[2]));
      hs_kernels_level(q)->activate_vjp((hs_activation)act, 3, y, aux, d);
      assert_true(d[0] == 0 && d[2] == 0);
      assert_true(act == HS_IDENTITY || act == HS_RELU || isnan(d[1]));
    }
  }
}

/* ---- the choice ---------------------------------------------------------------------------------------------------------------- */

static void levels_are_chosen_by_name(void **state) {
  (void)state;
  const char *kept = getenv("HYBRIDSAM_KERNELS");
  char before_test[16] = "";
  snprintf(before_test, sizeof before_test, "%s", kept ? kept : "");
  for (int q = 0; hs_kernels_level(q); q++) {
    setenv("HYBRIDSAM_KERNELS", hs_kernels_level(q)->name, 1);
    assert_ptr_equal(hs_kernels_select(), hs_kernels_level(q));
  }
  setenv("HYBRIDSAM_KERNELS", "v99", 1);
  assert_ptr_equal(hs_kernels_select(), hs_kernels_level(0));
  unsetenv("HYBRIDSAM_KERNELS");
  assert_ptr_equal(hs_kernels_select(), hs_kernels_level(0));
  if (kept) {
    setenv("HYBRIDSAM_KERNELS", before_test, 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_of_odd_sizes),
      cmocka_unit_test(products_of_larger_sizes),
      cmocka_unit_test(transposes),
      cmocka_unit_test(finite_sees_every_place),
      cmocka_unit_test(functions_are_accurate),
      cmocka_unit_test(tails_in_place_and_same_bits),
      cmocka_unit_test(activations_and_their_slopes),
      cmocka_unit_test(activations_of_nan),
      cmocka_unit_test(levels_are_chosen_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
