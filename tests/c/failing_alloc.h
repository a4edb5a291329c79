/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Allocations that fail on demand: link with -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc.
 */
#ifndef FAILING_ALLOC_H
#define FAILING_ALLOC_H

void fail_allocation(long k); /* the k-th allocation from now on fails, once; k <= 0: none does */
long allocations_since(void); /* since the last call of fail_allocation */

#endif
