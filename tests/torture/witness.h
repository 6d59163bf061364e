/*
 * witness: judges what readers saw.
 *
 * A sight is made in three steps. BEFORE the operation the reader notes the floor: the newest place
 * of the journal that anybody has seen. AFTER it, the ceiling: the newest place that was written.
 * What was seen must be right for some place between the two; then the highest place is raised to
 * the first such place. That is linearizability: an operation that begins after another one ended
 * never sees an older state, be it of the same name or of another one.
 */
#ifndef TORTURE_WITNESS_H
#define TORTURE_WITNESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/torture/model.h"

struct journal;

enum operation {
	BY_PATH,
	BY_FOLDER,
	HELD,
	MAPPED,
	LISTED,
	STATED,
	LINK_READ,
	ABSENT_NAME,
	REVISION_READ,
	STATUS_READ,
	PINNED,
	GROUP_READ,
	SWITCHED,
	OPERATIONS
};

enum sight_what { SIGHT_STATE, SIGHT_LISTING, SIGHT_COMMIT };

/* What is known of a state beside its kind. */
#define KNOWS_CONTENT 1u
#define KNOWS_MODE    2u
#define KNOWS_SIZE    4u

struct sight {
	enum operation operation;
	enum sight_what what;
	uint32_t slot;
	uint32_t floor, ceiling; /* places */
	unsigned knows;
	enum model_kind kind;
	bool is_executable;
	uint32_t written, origin;
	int code; /* errno that said "absent" or "a link"; 0: none */
	uint64_t size;
	uint64_t names, typed; /* TYPED is 0 when some kind was not told */
	char commit[MODEL_COMMIT_LEN + 1];
};

/* Readers may be processes: it lies in memory that they share. */
struct witness {
	const struct model *model;
	struct journal *journal;
	uint32_t kept;	      /* places back that stay below .refmount/at/ */
	_Atomic bool is_over; /* readers are to end */
	_Atomic uint64_t violations;
	_Atomic uint64_t groups, torn,
			late;	    /* judged; of two revisions; of one that was over, or to come */
	_Atomic uint64_t uncovered; /* groups that were read too slowly for any lease */
	_Atomic uint64_t slow;	    /* operations of more than WITNESS_SLOW_NS */
	_Atomic uint64_t counts[OPERATIONS];
	_Atomic uint64_t slowest_ns[OPERATIONS];
};

/* Violations printed in full; the rest is only counted. */
#define WITNESS_PRINTED 20

#define WITNESS_SLOW_NS 500000000u

const char *operation_name(enum operation operation);

/* Step one and step two. */
void witness_floor(const struct witness *witness, struct sight *sight);
void witness_ceiling(const struct witness *witness, struct sight *sight);

/* Step three: false (and reported) when the sight is right for no place. */
bool witness_judge(struct witness *witness, const struct sight *sight);

/* True when the sight is right for REVISION; reports nothing. */
bool witness_agrees(const struct witness *witness, const struct sight *sight, uint32_t revision);

/* For reports: the last places that the sight is right for. Returns the length. */
size_t witness_places(
		const struct witness *witness, const struct sight *sight, char *out, size_t room);

/* A violation that no place can explain: torn bytes, an error. */
void witness_report(struct witness *witness, const struct sight *sight, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));

/* Count one operation that took NS; says so when it took longer than anybody should wait. */
void witness_count(struct witness *witness, enum operation operation, uint64_t ns);

/* Lines for people, and one for programs; false when there were violations. */
bool witness_summary(const struct witness *witness, double seconds);

#endif
