/*
 * probation: after a switch, and after its hooks, a command of the node says again and again for a
 * while whether things go well. The first time that they do not, the mount goes back to the revision
 * that was served before, and the commit is as a rejected one. Private to the room.
 *
 * Who goes back is on no probation: neither by `rollback`, nor by this. A switch in the middle of a
 * probation begins another one, but what it would go back to stays: only what has passed counts.
 *
 * What is on probation is in state.yaml, so it goes on when the engine, or the machine, has started
 * again.
 */
#ifndef ENGINE_PROBATION_H
#define ENGINE_PROBATION_H

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct err;
struct generation;
struct probation;

int probation_new(struct engine *engine, struct probation **out, struct err *err);
void probation_free(struct probation *probation); /* kills what runs; NULL is fine */

/*
 * TO is becoming what is served, after engine->saved.served: note in engine->saved, which the caller
 * writes, whether that is on probation. IS_RETURN: somebody rolls back.
 */
void probation_mark(struct probation *probation, const struct generation *to, bool is_return);

/* The hooks have run, or it goes on after a start: begin, if it is due and has not begun. */
void probation_go(struct probation *probation);

/* When it ends, seconds UTC; 0: nothing is on probation. */
int64_t probation_until(const struct probation *probation);

#endif
