/*
 * hooks: commands of the node that run after a switch, when something that is of interest to them has
 * changed. Private to the room.
 *
 * A hook is due from the switch that concerns it until it has succeeded for what is visible. Whatever
 * happens in between (more switches, a failure, the end of the engine) it stays due, and then runs
 * once for all of it. What is due is in state.yaml, written before the hook can run, so a service may
 * be told twice, and never not at all.
 *
 * They run one at a time, in their order. One that fails is tried again after a while, and nobody
 * waits for that: neither the hooks behind it, nor the next switch, nor who asked for this one.
 */
#ifndef ENGINE_HOOKS_H
#define ENGINE_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;
struct err;
struct generation;
struct hooks;

#define HOOKS_PAUSE_MAX_MS 30000 /* between two attempts; the first pause is 1 s */

/* Takes up what is due according to engine->saved. */
int hooks_new(struct engine *engine, struct hooks **out, struct err *err);
void hooks_free(struct hooks *hooks); /* kills what runs; NULL is fine */

/*
 * TO is becoming what is served, after FROM (NULL: it is not loaded): mark in engine->saved, which the
 * caller writes, what is due for it.
 */
void hooks_mark(struct hooks *hooks, const struct generation *from, const struct generation *to);

/* Run what is due, if it may run now. */
void hooks_go(struct hooks *hooks);

/* Those that were given up are tried again. */
void hooks_retry(struct hooks *hooks);

/* Does one still have to run for the first time for what is visible? */
bool hooks_are_pending(const struct hooks *hooks);

/* One line about the first that failed and is still due; "" if there is none. */
void hooks_complain(const struct hooks *hooks, char *out, size_t size);

/* What .status says about one. */
struct hook_report {
	const char *name;
	const char *state;   /* static: "ok", "due", "running", "failed", "idle" */
	int64_t at;	     /* seconds UTC, when it last began or ended; 0: it did not run */
	const char *message; /* why it failed, or NULL */
};

size_t hooks_count(const struct hooks *hooks);
struct hook_report hooks_report(const struct hooks *hooks, size_t i);

#endif
