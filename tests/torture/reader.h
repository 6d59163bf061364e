/* reader: the state of one reading thread, and its operations. See readers.h for the whole. */
#ifndef TORTURE_READER_H
#define TORTURE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/torture/witness.h"

#define READER_HELD    24 /* files kept open or mapped at a time */
#define READER_FOLDERS 16 /* passing folders kept open at a time */

/* A file that stays open: nothing of it may ever change. */
struct reader_held {
	bool is_used;
	int fd;	   /* -1 when only the mapping is left */
	void *map; /* NULL: read through FD */
	struct sight sight;
	size_t size;
	char *copy; /* what the first read gave; NULL: not read yet */
};

struct reader_folder {
	uint32_t slot;
	int fd;
};

struct reader {
	struct witness *witness;
	const char *mount;
	int root_fd;
	uint64_t lease_ns; /* 0: there are none */
	bool uses_threads; /* of a group: each file is opened by another one */
	uint64_t chance;
	uint64_t slept_ns; /* on purpose, not to be counted as the mount's time */
	int *fixed_fds;	   /* per slot: descriptor of a fixed folder, or -1 */
	struct reader_held held[2][READER_HELD]; /* read, mapped */
	struct reader_folder folders[READER_FOLDERS];
	uint32_t *links, *trees; /* slots that are ever links, folders */
	uint32_t link_count, tree_count;
	char buffer[MODEL_CONTENT_MAX + 4096];
};

void reader_init(struct reader *reader, struct witness *witness, const char *mount, uint64_t seed);
void reader_release(struct reader *reader);

/* A slot to look at: often one that has just changed or is about to. */
uint32_t reader_pick(struct reader *reader);

uint64_t reader_clock_ns(void); /* monotonic */

/* The full path of SLOT. */
void reader_path(const struct reader *reader, uint32_t slot, char *out, size_t room);

/* Sleep for up to MAX_US. */
void reader_pause(struct reader *reader, uint32_t max_us);

/* Look at what FLAGS-opened NAME below FOLDER_FD is: file with its content, link, folder, nothing.
 * False when the sight is unusable and, if it was a violation, already reported. */
bool reader_look(struct reader *reader, int folder_fd, const char *name, struct sight *sight);

/* List the open folder FD into SIGHT, in small bites. */
bool reader_list(struct reader *reader, int fd, struct sight *sight);

/* The operations, one sight each. */
void reader_by_path(struct reader *reader);
void reader_by_folder(struct reader *reader);
void reader_held(struct reader *reader);
void reader_mapped(struct reader *reader);
void reader_listed(struct reader *reader);
void reader_stated(struct reader *reader);
void reader_link(struct reader *reader);
void reader_absent(struct reader *reader);
void reader_revision(struct reader *reader);
void reader_status(struct reader *reader);
void reader_pinned(struct reader *reader);

/* Several sights that are one: reader_group.c. */
void reader_group(struct reader *reader);

/* Memory of a mapping went away under us: jump back to where the mapping is read. */
void reader_catch_bus_errors(void);

#endif
