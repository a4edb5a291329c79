/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tape/kernels.h"

extern const hs_kernels hs_kernels_base;
#ifdef HS_HAVE_X86_64_LEVELS
extern const hs_kernels hs_kernels_v3, hs_kernels_v4;
#endif

const hs_kernels *hs_kernels_level(int i) {
#ifdef HS_HAVE_X86_64_LEVELS
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd") && i-- == 0) {
    return &hs_kernels_v4;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && i-- == 0) {
    return &hs_kernels_v3;
  }
#endif
  return i == 0 ? &hs_kernels_base : NULL;
}

const hs_kernels *hs_kernels_select(void) {
  const char *wanted = getenv("HYBRIDSAM_KERNELS");
  for (int i = 0; wanted && hs_kernels_level(i); i++) {
    if (!strcmp(wanted, hs_kernels_level(i)->name)) {
      return hs_kernels_level(i);
    }
  }
  return hs_kernels_level(0);
}
