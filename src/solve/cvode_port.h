/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one place that knows which SUNDIALS this is. Compiled and tested with 6.4; the 7.x branches follow its release notes (context without
 * a void pointer, error handlers on the context) and have not been compiled here.
 */
#ifndef HS_SOLVE_CVODE_PORT_H
#define HS_SOLVE_CVODE_PORT_H

#include <cvodes/cvodes.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_config.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#if SUNDIALS_VERSION_MAJOR < 6
#error "hybridsam needs SUNDIALS 6 or newer"
#endif

typedef void hs_message_sink(void *context, const char *message);

typedef struct {
  hs_message_sink *sink;
  void *context;
} hs_message_target;

#if SUNDIALS_VERSION_MAJOR >= 7

static inline int hs_context_new(SUNContext *out) {
  return SUNContext_Create(SUN_COMM_NULL, out);
}

static inline void hs_message_relay(int line, const char *function, const char *file, const char *message, SUNErrCode code,
                                    void *target, SUNContext context) {
  (void)line, (void)function, (void)file, (void)code, (void)context;
  hs_message_target *to = target;
  to->sink(to->context, message);
}

static inline int hs_messages_to(SUNContext context, void *memory, hs_message_target *target) {
  (void)memory;
  SUNContext_ClearErrHandlers(context);
  return SUNContext_PushErrHandler(context, hs_message_relay, target);
}

#else

static inline int hs_context_new(SUNContext *out) {
  return SUNContext_Create(NULL, out);
}

static inline void hs_message_relay(int code, const char *module, const char *function, char *message, void *target) {
  (void)code, (void)module, (void)function;
  hs_message_target *to = target;
  to->sink(to->context, message);
}

static inline int hs_messages_to(SUNContext context, void *memory, hs_message_target *target) {
  (void)context;
  return CVodeSetErrHandlerFn(memory, hs_message_relay, target);
}

#endif

#endif
