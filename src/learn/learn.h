/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * learn: the loss of a hybrid model and how it is minimised.
 *
 * objective  f(w) = sum w_k ((y_k - yhat_k)/scale)^2 / sum w_k over a batch of trajectories + penalty + priors, and its exact gradient
 * rule       ERM and the SAM family: which gradient the optimizer gets                           (sam.c)
 * optimizer  Adam, AdamW, SGD with momentum                                                      (optimizer.c)
 * trainer    minibatches, schedule, validation, best values; runs for a slice of time and returns, its whole state in plain arrays
 *
 * All vectors are (n_v) in the optimizer's coordinates w (see model.h). Statuses as everywhere; RUNNING and the reasons for
 * stopping are > 0. An objective uses threads inside (option threads) and gives the same bits for any number of them; it must not be shared by threads.
 */
#ifndef HS_LEARN_H
#define HS_LEARN_H

#include "solve/solve.h"

typedef enum {
  HS_RULE_ERM,
  HS_RULE_SAM,
  HS_RULE_ASAM,
  HS_RULE_GSAM,
  HS_RULE_FSAM,
  HS_RULE_AGNOSTIC,
  HS_RULE_LOOKSAM,
  HS_RULE_FUNCTIONAL
} hs_rule;
typedef enum { HS_PENALTY_NONE, HS_PENALTY_L2, HS_PENALTY_FN, HS_PENALTY_ORTH } hs_penalty;
typedef enum { HS_ADAM, HS_ADAMW, HS_SGD } hs_optimizer;
typedef enum { HS_CONSTANT, HS_COSINE } hs_schedule;

/* Every core option of options.def as a double, under its own name. */
typedef struct {
#define HS_CHOICE(name, def, choices, uses, meaning) double name;
#define HS_NUMBER(name, def, low, high, uses, meaning) double name;
#define HS_INTERNAL(name) double name;
#define HS_FRONT(name, def, accepts, uses, meaning)
#include "learn/options.def"
#undef HS_CHOICE
#undef HS_NUMBER
#undef HS_INTERNAL
#undef HS_FRONT
} hs_options;

typedef enum { HS_OPTION_CHOICE, HS_OPTION_NUMBER, HS_OPTION_INTERNAL, HS_OPTION_FRONT } hs_option_kind;

typedef struct {
  const char *name;
  hs_option_kind kind;
  double value, low, high;                     /* default and range of a number */
  const char *text, *choices, *uses, *meaning; /* text: default of a choice or front option */
  size_t offset;                               /* in hs_options; core options only */
} hs_option_row;

extern const hs_option_row hs_option_table[];
extern const int hs_option_count;
hs_options hs_options_default(void); /* numbers that depend on others (NAN in the table) at their least */
hs_status hs_options_check(const hs_options *o, hs_error *e); /* ranges and whole numbers */
hs_solve_options hs_solve_options_of(const hs_options *o, bool (*interrupted)(void));

/* ---- objective ----------------------------------------------------------------------------------------------------------------- */

typedef struct {
  double loss, data, penalty; /* loss = data + penalty; penalty: with the priors and the gaps between trajectories that go on */
} hs_loss;

typedef struct {           /* what an objective remembers of a trajectory that could not be solved */
  double count;            /* how often */
  double t;                /* the first time: the trajectory's time, */
  const double *x, *param; /* (n_x) its state there, (n_param) the parameters */
} hs_unsolved;

typedef struct hs_objective hs_objective;

hs_status hs_objective_new(hs_objective **out, const hs_model *m, const hs_data *d, const hs_options *o,
                           bool (*interrupted)(void), hs_error *e);
void hs_objective_free(hs_objective *f);

typedef struct {
  double bytes; /* of memory, estimated */
  int threads;  /* that a full batch uses */
} hs_plan;

hs_plan hs_objective_plan(const hs_model *m, const hs_data *d, const hs_options *o); /* before anything is allocated */
/* g (n_v) = df/dw or NULL. Fixed values have g = 0. UNSOLVED as soon as one trajectory is. */
hs_status hs_objective_eval(hs_objective *f, int n, const int *trajectory, const double *w, hs_loss *loss, double *g,
                            hs_error *e);
/* The same over those of the trajectories that can be solved: they come first in the list afterwards, the others, *failed, last. UNSOLVED
 * when none is left. */
hs_status hs_objective_eval_solvable(hs_objective *f, int n, int *trajectory, const double *w, hs_loss *loss, double *g,
                                     int *failed, hs_error *e);
/* The measured entries (weight > 0) of a trajectory, sample by sample and in a sample output by output: how many they are; */
int hs_objective_rows(const hs_objective *f, int trajectory);
/* their residuals r (rows) = sqrt(w_k) (yhat_k - y_k)/s_k; and jt (n_v, rows) = dr/dv, v the values themselves and not w, 0 for fixed ones; or NULL. */
hs_status hs_objective_jacobian(hs_objective *f, int trajectory, const double *w, double *r, double *jt, hs_error *e);
double hs_objective_weight(const hs_objective *f, int n,
                           const int *trajectory);      /* sum of the weights of all their measurements */
double hs_objective_mean_square(const hs_objective *f); /* of the scaled measurements, with their weights */

/* How the gradient of the squared errors gets its residuals, until said otherwise. KEEP: they are kept, by trajectory. KEPT: those kept stand for those
 * of the values evaluated, so that g = J(w)^T dL/dyhat(where they were kept); the loss is that of w. Only for the rule "functional". */
typedef enum { HS_RESIDUALS_OWN, HS_RESIDUALS_KEEP, HS_RESIDUALS_KEPT } hs_residuals;
void hs_objective_residuals(hs_objective *f, hs_residuals how);
/* From now on a trajectory whose mean squared residual is larger counts as one that cannot be solved; INFINITY: none does. */
void hs_objective_limit(hs_objective *f, double most);
hs_solve_counts hs_objective_counts(const hs_objective *f);
hs_unsolved hs_objective_unsolved(const hs_objective *f, int trajectory); /* count 0: it could always be solved */

/* loss (n) and g (n_v, n), dL/dv, of all trajectories at n points v (n_v, n); infinite and 0 where one cannot be solved. */
hs_status hs_losses(const hs_model *m, const hs_data *d, const hs_options *o, bool (*interrupted)(void), int n, const double *v,
                    double *loss, double *g, hs_error *e);
/* g (n_v): dL/dw in, dL/dv out, w the optimizer's coordinates; slope (n_v): scratch. */
void hs_gradient_of_values(const hs_model *m, const double *w, double *g, double *slope);

/* ---- rules --------------------------------------------------------------------------------------------------------------------- */

typedef struct { /* what a rule works with; the arrays are the caller's */
  int n;
  double *perturbed, *plain, *gradient, *sum; /* (n_v) scratch */
  int *trajectory;                            /* (trajectories) scratch */
  double *memory;                             /* (n_v) fsam: m, looksam: g_v; 0 at the start, carried from step to step */
  double *steps;                              /* how many steps the rule has made, likewise */
  hs_objective *held_out;                     /* agnostic: the second batch, all of this objective's n_held trajectories */
  int n_held, *held;                          /* (n_held) scratch */
  bool strict;                                /* a trajectory that cannot be solved is an error, not left out */
} hs_rule_work;

typedef struct {
  hs_loss at, perturbed; /* at w, and at w + e (equal for ERM) */
  double radius;         /* |e| */
} hs_rule_result;

/* d = the gradient the optimizer gets. mask (n_v): values that may be perturbed. Trajectories that cannot be solved at w are left out; those that
 * cannot be solved at w + e alone, or whose residuals are absurd there (HS_ABSURD), give their plain gradient. */
extern const double HS_ABSURD; /* a mean squared residual so many times larger than that of the measurements and the loss at w */
hs_status hs_rule_gradient(hs_objective *f, const hs_options *o, const bool *mask, int n, const int *trajectory, const double *w,
                           hs_rule_work *work, double *d, hs_rule_result *r, hs_error *e);

/* ---- optimizers ---------------------------------------------------------------------------------------------------------------- */

/* One step of the base optimizer: w, first and second (n_v) change; t = 1, 2, ... */
void hs_optimizer_step(const hs_options *o, const hs_model *m, long t, const double *d, double *w, double *first, double *second);

/* ---- trainer ------------------------------------------------------------------------------------------------------------------- */

typedef struct {                                /* all of a training run; the arrays (n_v) belong to the caller */
  double *w, *first, *second, *best, *previous; /* previous: w before the last step */
  double *memory;                               /* of the rule */
  double iteration, best_value, best_iteration;
  double rule_steps;
  double rejected, halvings; /* batches in a row of which nothing could be solved; how often the last step was halved since */
} hs_train_state;

typedef struct {                                                              /* one row of the history */
  double iteration, loss, loss_perturbed, penalty, gradient_norm, validation; /* validation NaN where not evaluated */
  const double *w;                                                            /* after the step */
} hs_train_row;

typedef struct {
  const hs_model *model;
  const hs_data *data, *validation; /* validation may be NULL */
  const hs_options *options;
  const bool *mask;
  bool (*interrupted)(void);
  void (*log)(void *context, const hs_train_row *row); /* called after each step */
  void (*unsolved)(void *context, int trajectory,
                   const hs_unsolved *u); /* called at the end, once for each trajectory that failed */
  void *context;
  hs_solve_counts *counts; /* of the training data, added to; or NULL */
} hs_train_problem;

/* Runs for about `seconds`, at least one step, and not beyond iteration options->until. RUNNING: call again; else why it stopped, with the
 * sentence in e. A batch of which nothing can be solved is passed over; when that is so for all batches of an epoch, the last step is halved, at
 * most HS_HALVINGS times before the run stops with UNSOLVED (or NONFINITE) and the values before that step. */
enum { HS_HALVINGS = 6 };
hs_status hs_train(const hs_train_problem *p, hs_train_state *s, double seconds, hs_error *e);

#endif
