/*
 * opens: who has opened which file last. A table in the shared state: the server adds what the kernel
 * tells (fs/census.c), the engine reads it and takes out the processes that have ended. It outlives
 * both.
 *
 * One entry stands for (process, path), and for the content that the process has seen there last.
 * Fixed in size: entries of a process share one group, where its oldest makes way when it has opened
 * too many files, and the oldest of all when the group is full. Paths are kept once, as text: records
 * may go while their readers still run.
 */
#ifndef LINK_OPENS_H
#define LINK_OPENS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/oid.h"

#define OPENS_ENTRIES	  8192
#define OPENS_GROUP	  128 /* entries that a process shares with a few others */
#define OPENS_PER_PROCESS 64  /* files of one process */
#define OPENS_PATHS	  2048
#define OPENS_PATH_SIZE	  1032 /* bytes with NUL */

struct open {
	uint64_t stamp; /* ns since boot, never the same twice */
	uint64_t ino;
	int64_t time; /* wall clock, seconds UTC */
	uint32_t pid;
	uint32_t path;	     /* place in the table of paths; set by opens_add() */
	struct oid revision; /* that brought the content */
	struct oid content;  /* its id */
};

struct opens_entry {
	_Atomic uint64_t stamp; /* 0: free, or being written */
	struct open open;
};

struct opens_path {
	_Atomic uint64_t hash; /* 0: free */
	char text[OPENS_PATH_SIZE];
};

struct opens {
	_Atomic uint64_t reads;	    /* of the kernel's queue, by the server: it moves */
	_Atomic uint64_t changes;   /* entries that were added or changed */
	_Atomic uint64_t overflows; /* times that the kernel's queue was full */
	_Atomic uint64_t lost;	    /* entries that had to make way, or found no place */
	struct opens_entry entries[OPENS_ENTRIES];
	struct opens_path paths[OPENS_PATHS];
};

/* --- one thread at a time, in the server --- */

/* PID has opened INO at STAMP and TIME; false if that node is not what it opened last at some path. */
bool opens_repeat(struct opens *opens, uint32_t pid, uint64_t ino, uint64_t stamp, int64_t time);

/* OPEN (but for its `path`) was of PATH, relative to the root. */
void opens_add(struct opens *opens, const struct open *open, const char *path);

/* --- any process --- */

/* Entry INDEX as one piece, with its path; false when there is none. */
bool opens_get(struct opens *opens, unsigned index, struct open *out,
		char path[static OPENS_PATH_SIZE]);

/* Free the entry of PID with STAMP; if that has changed meanwhile, nothing happens. */
void opens_drop(struct opens *opens, uint32_t pid, uint64_t stamp);

#endif
