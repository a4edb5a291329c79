/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * learn: the loss of a hybrid model and how it is minimised.
 *
 * objective  f(w) = sum w_k (y_k - yhat_k)^2 / sum w_k over a batch of trajectories + penalty, and its exact gradient
 * rule       ERM, SAM, ASAM: which gradient the optimizer gets                                   (sam.c)
 * optimizer  Adam, AdamW, SGD with momentum                                                      (optimizer.c)
 * trainer    minibatches, schedule, validation, best values; runs for a slice of time and returns, its whole state in plain arrays
 *
 * All vectors are (n_v) in the optimizer's coordinates w (see model.h). Statuses as everywhere; RUNNING and the reasons for
 * stopping are > 0. Nothing here is thread-safe.
 */
#ifndef HS_LEARN_H
#define HS_LEARN_H

#include "solve/solve.h"

typedef enum { HS_RULE_ERM, HS_RULE_SAM, HS_RULE_ASAM } hs_rule;
typedef enum { HS_PENALTY_NONE, HS_PENALTY_L2, HS_PENALTY_FN } hs_penalty;
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
hs_status hs_options_check(const hs_options *o, hs_error *e); /* ranges and whole numbers */

/* ---- objective ----------------------------------------------------------------------------------------------------------------- */

typedef struct {
  double loss, data, penalty; /* loss = data + penalty */
} hs_loss;

typedef struct hs_objective hs_objective;

hs_status hs_objective_new(hs_objective **out, const hs_model *m, const hs_data *d, const hs_options *o,
                           bool (*interrupted)(void), hs_error *e);
void hs_objective_free(hs_objective *f);
/* g (n_v) = df/dw or NULL. Fixed values have g = 0. */
hs_status hs_objective_eval(hs_objective *f, int n, const int *trajectory, const double *w, hs_loss *loss, double *g,
                            hs_error *e);
hs_solve_counts hs_objective_counts(const hs_objective *f);
hs_failure hs_objective_failure(const hs_objective *f); /* after UNSOLVED */

/* ---- rules --------------------------------------------------------------------------------------------------------------------- */

typedef struct { /* scratch of a rule, (n_v) each */
  int n;
  double *perturbed, *gradient;
} hs_rule_work;

typedef struct {
  hs_loss at, perturbed; /* at w, and at w + e (equal for ERM) */
  double radius;         /* |e| */
} hs_rule_result;

/* d = the gradient the optimizer gets. mask (n_v): values that may be perturbed. */
hs_status hs_rule_gradient(hs_objective *f, const hs_options *o, const bool *mask, int n, const int *trajectory, const double *w,
                           hs_rule_work *work, double *d, hs_rule_result *r, hs_error *e);

/* ---- optimizers ---------------------------------------------------------------------------------------------------------------- */

/* One step of the base optimizer: w, first and second (n_v) change; t = 1, 2, ... */
void hs_optimizer_step(const hs_options *o, const hs_model *m, long t, const double *d, double *w, double *first, double *second);

/* ---- trainer ------------------------------------------------------------------------------------------------------------------- */

typedef struct { /* all of a training run; the arrays (n_v) belong to the caller */
  double *w, *first, *second, *best;
  double iteration, best_value, best_iteration;
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
  void *context;
} hs_train_problem;

/* Runs for about `seconds`, at least one step. RUNNING: call again; else why it stopped, with the sentence in e. */
hs_status hs_train(const hs_train_problem *p, hs_train_state *s, double seconds, hs_failure *failure, hs_error *e);

#endif
