/*
 * gate: the node's own checks of a revision, between its build and the moment it becomes the target.
 * What was built is not yet admitted; it is when every check that its changes are of interest to has
 * succeeded. Private to the room; decide.c asks.
 *
 *     built -> named .refmount/candidate -> checks, some at a time -> admitted, or refused
 *
 * The checks need the tree where a file system is, so an overlay is published first that has that
 * name: the mount's own tree does not change with it, and neither does at/. Before anything is
 * served, what is mounted for them is a bare tree.
 *
 * A generation that was served before is not checked again, nor one that was admitted by this process.
 */
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct err;
struct gate;
struct generation;

#define GATE_PARALLEL 4 /* checks that run at a time */

int gate_new(struct engine *engine, struct gate **out, struct err *err);
void gate_free(struct gate *gate); /* kills what runs; NULL is fine */

/* May GENERATION become the target as it is? */
bool gate_is_open(const struct gate *gate, const struct generation *generation);

/*
 * Begin to check GENERATION, or go on with it; it takes the place of another one. True: it is admitted
 * already, because nothing had to run. Else decide_next() follows once it is, or decide_refused().
 */
bool gate_check(struct gate *gate, const struct generation *generation);

/*
 * A choice begins and ends: what it did not ask for with gate_check() is not checked any longer.
 */
void gate_begin_choice(struct gate *gate);
void gate_end_choice(struct gate *gate);

bool gate_is_busy(const struct gate *gate);
uint32_t gate_number(const struct gate *gate); /* of the generation; 0: none is checked */

#endif
