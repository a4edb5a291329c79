/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* sched_getaffinity, sysconf */
#include "base/base.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
  hs_pool *pool;
  int worker;
  pthread_t thread;
} member;

struct hs_pool {
  pthread_mutex_t lock;
  pthread_cond_t work, done; /* there is something to do; all is done */
  int n_members;
  member *members; /* without the caller */
  void (*task)(void *context, int worker, int i);
  void *context;
  int n, next, left; /* tasks; the next to be taken; not yet finished */
  bool closing;
};

int hs_processors(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
    return CPU_COUNT(&set);
  }
#endif
  const long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : n > 1024 ? 1024 : (int)n;
}

/* Take and run tasks until none is left. The lock is held on entry and exit. */
static void help(hs_pool *p, int worker) {
  while (p->next < p->n) {
    const int i = p->next++;
    pthread_mutex_unlock(&p->lock);
    p->task(p->context, worker, i);
    pthread_mutex_lock(&p->lock);
    if (--p->left == 0) {
      pthread_cond_signal(&p->done);
    }
  }
}

static void *member_main(void *argument) {
  const member *m = argument;
  hs_pool *p = m->pool;
  pthread_mutex_lock(&p->lock);
  while (!p->closing) {
    help(p, m->worker);
    if (!p->closing) {
      pthread_cond_wait(&p->work, &p->lock);
    }
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

static void start_members(hs_pool *p, int wanted) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (int i = 0; i < wanted; i++) {
    p->members[i] = (member){.pool = p, .worker = i + 1};
    if (pthread_create(&p->members[i].thread, NULL, member_main, &p->members[i]) != 0) {
      break;
    }
    p->n_members++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

hs_status hs_pool_new(hs_pool **out, int threads, hs_error *e) {
  const int others = threads > 1 ? threads - 1 : 0;
  *out = NULL;
  hs_pool *p = calloc(1, sizeof *p);
  member *members = calloc((size_t)others + 1, sizeof *members);
  if (!p || !members) {
    free(p);
    free(members);
    return hs_fail_memory(e, "threads", (double)others * sizeof *members);
  }
  p->members = members;
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->work, NULL);
  pthread_cond_init(&p->done, NULL);
  start_members(p, others);
  *out = p;
  return HS_OK;
}

void hs_pool_free(hs_pool *p) {
  if (!p) {
    return;
  }
  pthread_mutex_lock(&p->lock);
  p->closing = true;
  pthread_cond_broadcast(&p->work);
  pthread_mutex_unlock(&p->lock);
  for (int i = 0; i < p->n_members; i++) {
    pthread_join(p->members[i].thread, NULL);
  }
  pthread_cond_destroy(&p->done);
  pthread_cond_destroy(&p->work);
  pthread_mutex_destroy(&p->lock);
  free(p->members);
  free(p);
}

void hs_pool_run(hs_pool *p, int n, void (*task)(void *context, int worker, int i), void *context) {
  if (n == 1 || p->n_members == 0) {
    for (int i = 0; i < n; i++) {
      task(context, 0, i);
    }
    return;
  }
  pthread_mutex_lock(&p->lock);
  p->task = task;
  p->context = context;
  p->next = 0;
  p->n = p->left = n;
  pthread_cond_broadcast(&p->work);
  help(p, 0);
  while (p->left > 0) {
    pthread_cond_wait(&p->done, &p->lock);
  }
  p->n = 0;
  pthread_mutex_unlock(&p->lock);
}
