/*
 * tickets: requests that wait for their answer. Private to the room; see core.h for what all may
 * call.
 *
 * A ticket waits for a situation, not for an event: whenever something has changed and what is
 * visible says so (present_is_settled), each is looked at again. So an answer never comes before
 * what it speaks of can be read in the mount.
 */
#ifndef ENGINE_TICKETS_H
#define ENGINE_TICKETS_H

#include "src/engine/core.h"
#include "src/engine/request.h"

struct ctl_client;

/* Exit statuses of commands. */
enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_TROUBLE = 2 };

enum waits_for {
	WAITS_RESOLVE = 1, /* a builder looks up what REV means */
	WAITS_GOAL,	   /* goal SERIAL is reached */
	WAITS_TIP,	   /* the ref's tip is served */
	WAITS_COMMIT,	   /* COMMIT is served */
	WAITS_UMOUNT,	   /* the keeper unmounts */
	WAITS_UPGRADE,	   /* the keeper, and we with it, become another program */
	WAITS_PIN,	   /* COMMIT is found below at/ */
	WAITS_LIVE,	   /* live files are written */
	WAITS_CHANGE,	   /* the ref TARGET is found, and followed */
};

struct ticket {
	struct engine *engine;
	struct ticket *next;
	struct ctl_client *client;
	enum request_verb verb;
	enum waits_for waits_for;
	struct oid commit;
	uint64_t serial;
	uint64_t look; /* WAITS_TIP: not before this look at the source is done */
	struct build *resolve;
	struct loop_source *timer;
	bool is_lazy, is_accept;
	bool wants_readers;	  /* and nobody is left with what is not there any more */
	bool is_over, has_failed; /* WAITS_LIVE: they were written; one of them was not */
	struct goal goal;	  /* what `switch` will ask for, once REV is known */
	char target[REF_NAME_MAX];
};

/* NULL: no memory, and CLIENT was told. Begins without a timeout. */
struct ticket *tickets_add(struct engine *engine, struct ctl_client *client,
		const struct request *request, enum waits_for waits_for);

/* UINT64_MAX: none. */
void tickets_set_timeout(struct ticket *ticket, uint64_t timeout_ms);

/* Answer it: nothing more, or one line of error, then the status. TICKET is gone. */
void tickets_end(struct ticket *ticket, int status);
void tickets_end_with(struct ticket *ticket, int status, const char *sentence);

#endif
