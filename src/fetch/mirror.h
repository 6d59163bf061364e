/*
 * mirror: the repository on this machine into which a remote is fetched, and the quarantine in front of
 * it. Files only; what they mean is git's business.
 *
 *     mirror.git/            a bare repository that git and libgit2 can read
 *       url                  of the remote that it is a mirror of; and the folder, where it is of one
 *       refs/...             the one ref that is followed, by its own name
 *       packed-refs          tags of what it leads to, where somebody wants them
 *       refs/keep/ID         revisions that must stay, whoever cleans up
 *       incoming/            the quarantine: a bare repository that borrows the objects of the mirror
 *
 * git fetches into the quarantine. What arrives is in the mirror only once everything was checked:
 * packs first, their indexes, where history ends (`shallow`), the ref last, each durable before
 * the next. So whoever reads the mirror sees the state before or after, also after a crash. (A refused
 * `git fetch` into the mirror itself can leave its objects behind, and a second one would then take
 * them for checked.)
 *
 * A mirror of one folder has all commits and folders of what it mirrors, but files only of that one. git
 * marks such packs (".promisor"), and knows by that mark that what is missing is missing on purpose.
 *
 * One process at a time may use a mirror for writing.
 */
#ifndef FETCH_MIRROR_H
#define FETCH_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/fetch/refs.h"

struct buf;
struct err;

struct mirror {
	const char *path; /* borrowed */
	int dir;
	char full[REFS_NAME_MAX]; /* what is followed, as far as it is known; "": not */
	struct oid tip;		  /* where that points here; zero: nowhere */
	bool is_partial;	  /* of one folder */
};

#define MIRROR_INIT                                                                                \
	{                                                                                          \
		.dir = -1                                                                          \
	}

/*
 * Open the mirror of URL, or of its FOLDER ("": all), at PATH (borrowed), make one where there is none, empty it when it
 * is of something else, and remove what was left of earlier attempts. A mirror of all that has something does for a folder as
 * well.
 */
int mirror_open(const char *path, const char *url, const char *folder, struct mirror *out,
		struct err *err);
void mirror_close(struct mirror *mirror);

/* Forget everything: the next fetch begins from nothing. */
int mirror_empty(struct mirror *mirror, const char *url, const char *folder, struct err *err);

/* Look for the ref that NAME stood for when it was fetched last: sets `full` and `tip`. */
void mirror_find(struct mirror *mirror, const char *name);

/* Where the quarantine is, for git. */
void mirror_incoming(const struct mirror *mirror, struct buf *out);

/* A quarantine that knows `tip`, and an incoming ref to fetch into. */
#define MIRROR_INCOMING_REF "refs/refmount/incoming"
#define MIRROR_TIP_REF	    "refs/refmount/tip" /* what need not be fetched, if there is something */
int mirror_begin(struct mirror *mirror, struct err *err);

/*
 * For how long nothing has arrived in the quarantine of the mirror at PATH; UINT64_MAX: nothing ever has. For
 * whoever waits for the process that fetches.
 */
uint64_t mirror_quiet_ms(const char *path);

/* What the incoming ref leads to. -ENOENT, -EBADMSG. */
int mirror_incoming_tip(const struct mirror *mirror, struct oid *out, struct err *err);

/* Does history end somewhere in the quarantine, because it was asked for so? */
bool mirror_is_cut(const struct mirror *mirror);

/* Take over what was fetched: `full` points to TIP from here on. */
int mirror_accept(struct mirror *mirror, const struct oid *tip, struct err *err);

/*
 * The tags that there are besides, instead of those of before; what is in the quarantine is taken over
 * with them. Are they these already?
 */
int mirror_take_tags(
		struct mirror *mirror, const struct refs_tag *tags, size_t count, struct err *err);
bool mirror_has_tags(const struct mirror *mirror, const struct refs_tag *tags, size_t count);

/* The quarantine and all in it, and what git has left behind in the mirror. */
void mirror_abandon(struct mirror *mirror);

/* The same of the mirror at PATH, whose fetcher was killed; what cannot be removed is by the next mirror_open(). */
void mirror_sweep(const char *path);

/* These revisions, which are here, have to stay, and no others. */
int mirror_keep(struct mirror *mirror, const struct oid *revisions, size_t count, struct err *err);

uint32_t mirror_packs(const struct mirror *mirror);

#endif
