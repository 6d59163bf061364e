/*
 * readers: which processes have opened which files of the mount, and which of them have not opened what
 * is there now. Made from the table in the shared state (src/link/opens.h) and from /proc; processes that
 * have ended are taken out of both.
 */
#ifndef ENGINE_READERS_H
#define ENGINE_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/engine/process.h"
#include "src/snap/segment.h"

struct arena;
struct buf;
struct opens;
struct value;

#define READERS_LISTED_MAX 1000 /* lines of .refmount/readers, and entries in .drift */

/* One file of one process. */
struct reader {
	uint32_t pid;
	struct process process;
	char *path;	     /* owned */
	struct oid revision; /* that brought what it has opened */
	struct oid content;
	int64_t since; /* when it opened that last; seconds UTC */
	uint64_t stamp;
	bool is_stale; /* something else is there now */
};

struct readers {
	struct reader *items; /* by process, then path */
	size_t count, cap;
	size_t stale;		  /* how many of them are */
	uint64_t overflows, lost; /* as of opens.h */
	uint64_t changes;	  /* of the table, when we looked */
};

#define READERS_INIT {0}

void readers_release(struct readers *readers); /* back to READERS_INIT */

/*
 * Look at OPENS once more. With AFRESH each process is looked at, too; else only those that are new, and
 * nothing is done when the table has not changed. 0 or -ENOMEM, and then nothing has changed.
 */
int readers_look(struct readers *readers, struct opens *opens, bool afresh);

/* Compare with the tree at ROOT. */
void readers_judge(struct readers *readers, const struct segment_set *set, place root);

/*
 * The content of .refmount/readers, without who has a lease (leaseholders.h). WHY_NOT: nothing is known, for
 * that reason; else NULL. Blanks, backslashes and control characters within a field are written as in
 * /proc/mounts: \040.
 */
void readers_text(const struct readers *readers, const char *why_not, struct buf *out);

/* The fields that each line begins with: PID, command and unit of PROCESS. */
void readers_begin_line(struct buf *out, uint32_t pid, const struct process *process);

/* Those that are stale, as .drift has them; NULL: the arena is used up. */
struct value *readers_value(struct arena *arena, const struct readers *readers);

#endif
