/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>

#include "tape/kernels.h"

const hs_kernels *hs_kernels_select(void) {
#ifdef HS_HAVE_V3
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return &hs_kernels_v3;
  }
#endif
  return &hs_kernels_base;
}
