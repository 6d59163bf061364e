/*
 * status: what is known about a mount, as the texts that people and programs read. Pure: facts in,
 * texts out; the same facts give the same bytes.
 */
#ifndef ENGINE_STATUS_H
#define ENGINE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"

struct arena;
struct buf;
struct diag;
struct err;
struct generation;
struct history;
struct hold;
struct hook_report;
struct last_switch;
struct last_sync;
struct live_list;
struct readers;
struct signer;
struct texts;
struct value;

/* Everything is borrowed. */
struct facts {
	const char *mount, *source;
	const char *mirror;  /* of a source elsewhere; NULL: the source itself is read */
	const char *ref;     /* full name; "" while it is not known */
	const char *of_node; /* facts of the node, as in pairs.h */
	const struct generation *generation; /* what is served */
	const struct signer *signer;	     /* of its commit, or NULL: nobody asked */
	int64_t served_since;		     /* seconds UTC; 0: not known */
	int64_t desired_since;		     /* seconds UTC; 0: not known */
	struct oid desired;		     /* zero: not known */
	int64_t behind;			     /* commits; -1: not known */
	const struct hold *hold;
	const struct last_sync *last_sync;
	const struct last_switch *last_switch;
	struct oid rejected;	     /* zero: none */
	const struct diag *findings; /* why REJECTED was */
	const struct buf *delta;     /* from what was served before to what is, as a patch */
	const struct buf *leases;    /* who has one: lines of .refmount/readers */
	const char *problem;	     /* why DESIRED could not be tried, or NULL */
	const char *trouble;	     /* something else that is wrong with us, or NULL */
	const char *notice;	     /* what happened to us lately, or NULL */
	const char *doubt; /* what is wrong with the signature of what is served, or NULL */
	bool is_aged;	   /* it could not be asked for longer than `max_age` */
	bool is_silent;	   /* the source could not be asked for longer than three polls */
	bool is_building;  /* a newer revision is on its way */
	bool is_checking;  /* likewise: it is built, and the node's checks run */
	/* What differs from the mount elsewhere; NULL: that is not watched. */
	const struct live_list *live;
	int32_t keeper, server, engine, http; /* pids; 0: not running */
	uint64_t restarts;
	const struct hook_report *hooks; /* of the node, in their order */
	size_t hook_count;
	const char *hook_trouble; /* "": none of them has failed */
	int64_t probation_until;  /* what is served has to prove itself; 0: it has */
	struct oid fallback;	  /* where the mount goes if it does not */
	const char *no_watchers;  /* why watchers of files are not woken; NULL: they are */
	const char *no_sandbox;	  /* why builders and fetchers are not confined; NULL: they are */
	const char *no_http;	  /* why nobody can push; NULL: they can */
	const char *no_leases;	  /* why nobody has a lease; NULL: threads have */
	const char *no_readers;	  /* why nobody knows who reads what; NULL: it is known */
	const struct readers *readers;
};

bool status_is_synced(const struct facts *facts);
const char *status_sync(const struct facts *facts);   /* Synced, OutOfSync, Unknown */
const char *status_health(const struct facts *facts); /* Healthy, Progressing, ... */

/* In a few words why the health is not Healthy (nothing is added when it is). */
void status_reason(const struct facts *facts, struct buf *out);

/* "SYNC, HEALTH", and the reason when there is one: a line without its end. */
void status_words(const struct facts *facts, struct buf *out);

/*
 * Is what is served what should be? Yes while a newer revision is on its way, and when it is held on
 * purpose; no when the newest was rejected or could not be tried, or the source is silent.
 */
bool status_is_ready(const struct facts *facts);

uint64_t status_findings(const struct facts *facts); /* how many there are in `findings` */

/* NULL: the arena is used up. */
struct value *status_value(struct arena *arena, const struct facts *facts);

/* All texts of the overlay. 0 or -ENOMEM; TEXTS is to be released in any case. */
int status_texts(const struct facts *facts, const struct history *history, struct texts *texts);

#endif
