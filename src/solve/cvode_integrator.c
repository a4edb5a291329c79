/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solve/cvode_integrator.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solve/cvode_port.h"

struct hs_integrator {
  hs_ode ode;
  bool bdf;
  int n_sensitivity;
  SUNContext context;
  void *memory;
  N_Vector y, dense, *s;
  SUNMatrix J;
  SUNLinearSolver linear;
  SUNNonlinearSolver fixed_point, fixed_point_s;
  hs_message_target target;
  char message[256]; /* the library's last words */
};

static void keep_message(void *context, const char *message) {
  hs_integrator *g = context;
  snprintf(g->message, sizeof g->message, "%s", message);
}

static int call_rhs(sunrealtype t, N_Vector y, N_Vector dy, void *user) {
  hs_integrator *g = user;
  return g->ode.rhs(g->ode.context, t, N_VGetArrayPointer(y), N_VGetArrayPointer(dy));
}

static int call_jacobian(sunrealtype t, N_Vector y, N_Vector fy, SUNMatrix J, void *user, N_Vector a, N_Vector b, N_Vector c) {
  (void)fy, (void)a, (void)b, (void)c;
  hs_integrator *g = user;
  return g->ode.jacobian(g->ode.context, t, N_VGetArrayPointer(y), SUNDenseMatrix_Data(J));
}

static int call_linearise(sunrealtype t, N_Vector y, N_Vector fy, void *user) {
  (void)fy;
  hs_integrator *g = user;
  return g->ode.linearise(g->ode.context, t, N_VGetArrayPointer(y));
}

static int call_product(N_Vector x, N_Vector Jx, sunrealtype t, N_Vector y, N_Vector fy, void *user, N_Vector a) {
  (void)t, (void)y, (void)fy, (void)a;
  hs_integrator *g = user;
  return g->ode.product(g->ode.context, N_VGetArrayPointer(x), N_VGetArrayPointer(Jx));
}

static int call_tangent(int n, sunrealtype t, N_Vector y, N_Vector dy, int which, N_Vector s, N_Vector ds, void *user, N_Vector a,
                        N_Vector b) {
  (void)n, (void)dy, (void)a, (void)b;
  hs_integrator *g = user;
  return g->ode.tangent(g->ode.context, which, t, N_VGetArrayPointer(y), N_VGetArrayPointer(s), N_VGetArrayPointer(ds));
}

static int call_weights(N_Vector y, N_Vector weight, void *user) {
  hs_integrator *g = user;
  g->ode.weights(g->ode.context, N_VGetArrayPointer(y), N_VGetArrayPointer(weight));
  return 0;
}

static hs_status library_failed(hs_integrator *g, const char *what, int code, hs_error *e) {
  return hs_fail(e, HS_SOLVER, "solve:library", "CVODES %s returned %d: %s", what, code, g->message);
}

enum { KRYLOV = 20 }; /* directions of GMRES */

static bool attach_solvers(hs_integrator *g) {
  if (g->bdf && g->ode.n > HS_MOST_DENSE) {
    g->linear = SUNLinSol_SPGMR(g->y, SUN_PREC_NONE, KRYLOV, g->context);
    return g->linear && CVodeSetLinearSolver(g->memory, g->linear, NULL) == 0 &&
           CVodeSetJacTimes(g->memory, call_linearise, call_product) == 0;
  }
  if (g->bdf) {
    g->J = SUNDenseMatrix(g->ode.n, g->ode.n, g->context);
    g->linear = g->J ? SUNLinSol_Dense(g->y, g->J, g->context) : NULL;
    return g->linear && CVodeSetLinearSolver(g->memory, g->linear, g->J) == 0 && CVodeSetJacFn(g->memory, call_jacobian) == 0;
  }
  g->fixed_point = SUNNonlinSol_FixedPoint(g->y, 0, g->context);
  return g->fixed_point && CVodeSetNonlinearSolver(g->memory, g->fixed_point) == 0;
}

static bool attach_sensitivities(hs_integrator *g) {
  if (!g->n_sensitivity) {
    return true;
  }
  g->s = N_VCloneVectorArray(g->n_sensitivity, g->y);
  if (!g->s) {
    return false;
  }
  for (int j = 0; j < g->n_sensitivity; j++) {
    N_VConst(0.0, g->s[j]);
  }
  if (CVodeSensInit1(g->memory, g->n_sensitivity, CV_STAGGERED1, call_tangent, g->s) != 0) {
    return false;
  }
  if (!g->bdf) {
    g->fixed_point_s = SUNNonlinSol_FixedPoint(g->y, 0, g->context);
    return g->fixed_point_s && CVodeSetNonlinearSolverSensStg1(g->memory, g->fixed_point_s) == 0;
  }
  return true;
}

static bool set_up(hs_integrator *g) {
  if (hs_context_new(&g->context) != 0) {
    return false;
  }
  g->y = N_VNew_Serial(g->ode.n, g->context);
  g->dense = N_VNewEmpty_Serial(g->ode.n, g->context);
  g->memory = CVodeCreate(g->bdf ? CV_BDF : CV_ADAMS, g->context);
  if (!g->y || !g->dense || !g->memory) {
    return false;
  }
  N_VConst(0.0, g->y);
  return hs_messages_to(g->context, g->memory, &g->target) == 0 && CVodeInit(g->memory, call_rhs, 0.0, g->y) == 0 &&
         CVodeSetUserData(g->memory, g) == 0 && CVodeWFtolerances(g->memory, call_weights) == 0 && attach_solvers(g) &&
         attach_sensitivities(g) && CVodeSetMaxHnilWarns(g->memory, -1) == 0;
}

hs_status hs_integrator_new(hs_integrator **out, const hs_ode *ode, bool bdf, int n_sensitivity, hs_error *e) {
  *out = NULL;
  hs_integrator *g = calloc(1, sizeof *g);
  if (!g) {
    return hs_fail_memory(e, "an integrator", sizeof *g);
  }
  g->ode = *ode;
  g->bdf = bdf;
  g->n_sensitivity = n_sensitivity;
  g->target = (hs_message_target){.sink = keep_message, .context = g};
  if (!set_up(g)) {
    hs_status status = hs_fail(e, HS_MEMORY, "solve:library", "CVODES could not be set up for %d unknowns: %s", ode->n,
                               g->message[0] ? g->message : "out of memory");
    hs_integrator_free(g);
    return status;
  }
  *out = g;
  return HS_OK;
}

void hs_integrator_free(hs_integrator *g) {
  if (!g) {
    return;
  }
  if (g->memory) {
    CVodeFree(&g->memory);
  }
  if (g->fixed_point) {
    SUNNonlinSolFree(g->fixed_point);
  }
  if (g->fixed_point_s) {
    SUNNonlinSolFree(g->fixed_point_s);
  }
  if (g->linear) {
    SUNLinSolFree(g->linear);
  }
  if (g->J) {
    SUNMatDestroy(g->J);
  }
  if (g->s) {
    N_VDestroyVectorArray(g->s, g->n_sensitivity);
  }
  if (g->dense) {
    N_VDestroy(g->dense);
  }
  if (g->y) {
    N_VDestroy(g->y);
  }
  if (g->context) {
    SUNContext_Free(&g->context);
  }
  free(g);
}

hs_status hs_integrator_start(hs_integrator *g, double t0, double t_end, const double *y0, const double *s0, double rtol,
                              double *s_atol, hs_error *e) {
  const size_t bytes = (size_t)g->ode.n * sizeof(double);
  memcpy(N_VGetArrayPointer(g->y), y0, bytes);
  int code = CVodeReInit(g->memory, t0, g->y);
  if (code == 0) {
    code = CVodeSetStopTime(g->memory, t_end);
  }
  for (int j = 0; code == 0 && j < g->n_sensitivity; j++) {
    memcpy(N_VGetArrayPointer(g->s[j]), s0 + (size_t)j * (size_t)g->ode.n, bytes);
  }
  if (code == 0 && g->n_sensitivity) {
    code = CVodeSensReInit(g->memory, CV_STAGGERED1, g->s);
  }
  if (code == 0 && g->n_sensitivity) {
    code = CVodeSensSStolerances(g->memory, rtol, s_atol);
  }
  if (code == 0 && g->n_sensitivity) {
    code = CVodeSetSensErrCon(g->memory, 1);
  }
  return code == 0 ? HS_OK : library_failed(g, "start", code, e);
}

static const char *reason(int code) {
  switch (code) {
  case CV_TOO_MUCH_ACC:
    return "the tolerance is too tight for double precision";
  case CV_ERR_FAILURE:
    return "the step size underflowed (error test)";
  case CV_CONV_FAILURE:
    return "the step size underflowed (no convergence)";
  case CV_RHSFUNC_FAIL:
  case CV_FIRST_RHSFUNC_ERR:
  case CV_REPTD_RHSFUNC_ERR:
  case CV_UNREC_RHSFUNC_ERR:
    return "the right-hand side is not finite";
  case CV_TOO_CLOSE:
    return "its times are too close to each other for double precision";
  case CV_LSETUP_FAIL:
  case CV_LSOLVE_FAIL:
    return "the Jacobian is singular or not finite";
  default:
    return NULL;
  }
}

hs_status hs_integrator_step(hs_integrator *g, hs_progress *p, hs_error *e) {
  g->message[0] = '\0';
  int code = CVode(g->memory, INFINITY, g->y, &p->t, CV_ONE_STEP);
  if (code < 0) {
    const char *why = reason(code);
    return why ? hs_fail(e, HS_UNSOLVED, "solve:unsolved", "%s", why) : library_failed(g, "step", code, e);
  }
  p->ended = code == CV_TSTOP_RETURN;
  CVodeGetLastStep(g->memory, &p->h);
  CVodeGetLastOrder(g->memory, &p->order);
  CVodeGetNumNonlinSolvConvFails(g->memory, &p->convergence_failures);
  return HS_OK;
}

hs_status hs_integrator_dense(hs_integrator *g, double t, int k, double *out, hs_error *e) {
  N_VSetArrayPointer(out, g->dense);
  int code = CVodeGetDky(g->memory, t, k, g->dense);
  return code == 0 ? HS_OK : library_failed(g, "interpolation", code, e);
}

hs_status hs_integrator_dense_sensitivity(hs_integrator *g, double t, int which, double *out, hs_error *e) {
  N_VSetArrayPointer(out, g->dense);
  int code = CVodeGetSensDky1(g->memory, t, 0, which, g->dense);
  return code == 0 ? HS_OK : library_failed(g, "interpolation of sensitivities", code, e);
}
