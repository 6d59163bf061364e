/*
 * door: who may change something, and what it is told. The mount has a writable clone through which
 * the notifier (notify.h) does what wakes watchers; for everybody else the answer is EROFS, through
 * whatever door they come. And while the notifier works it sees another tree than all others:
 * the old node under the name it is about to change.
 *
 * One thread, the notifier's, begins and ends; workers ask.
 */
#ifndef FS_DOOR_H
#define FS_DOOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/link/state.h"
#include "src/snap/node.h"

struct tree;
struct tree_answer;

#define DOOR_DIR       15u /* folder number of the staging folder, kept by the overlay's range */
#define DOOR_NAME_SIZE 64

enum door_kind {
	DOOR_LOOK,    /* nothing is changed: on the way to a folder */
	DOOR_REPLACE, /* rename the staged name over it */
	DOOR_ADD,     /* rename the staged name to it */
	DOOR_REMOVE,  /* unlink */
	DOOR_MAKE,    /* mkdir */
	DOOR_CLEAR,   /* rmdir */
};

/* What the notifier is about to do. */
struct door_op {
	enum door_kind kind;
	bool is_removal;  /* folders on the way are those of the view before */
	uint64_t parent;  /* node number of the folder */
	const char *name; /* in it; ends with NUL */
	const char *staged; /* DOOR_REPLACE, DOOR_ADD: name in the staging folder, never used before */
	struct node from;   /* DOOR_REPLACE, DOOR_REMOVE, DOOR_CLEAR: what is there */
	uint64_t from_ino;  /* DOOR_CLEAR: its number, before it became another one */
	struct node to;	    /* DOOR_REPLACE, DOOR_ADD, DOOR_MAKE: what comes */
	struct view before; /* the view that watchers have seen */
};

struct door {
	char secret[DOOR_NAME_SIZE];	    /* name of the staging folder in the root */
	_Atomic uint32_t pid;		    /* the notifier, as the kernel calls it; 0: not known */
	_Atomic(const struct door_op *) op; /* NULL: nothing is under way */
	_Atomic uint64_t
			looks; /* at `op`, all ended before their reply: orders them before its end */
};

/* With a fresh secret; 0 or -errno. */
int door_init(struct door *door);

/* For the notifier; OP is borrowed until door_end(). */
void door_begin(struct door *door, const struct door_op *op);
void door_end(struct door *door);

/*
 * Does a request by process PID come from the notifier? The first one that looks up the secret name
 * does, and is recognized from then on: whoever knows the name is our own thread.
 */
bool door_admits(struct door *door, uint32_t pid);
void door_greet(struct door *door, uint32_t pid, uint64_t parent, const char *name);

/* tree_lookup() for the notifier: the same results. */
int door_lookup(struct door *door, const struct tree *tree, uint64_t parent, const char *name,
		struct tree_answer *out);

/* Is this the operation that is under way? 0, or -EROFS. */
int door_check(struct door *door, enum door_kind kind, uint64_t parent, const char *name);

/* The same for a rename of NAME in folder STAGING to NEW_NAME in NEW_PARENT. */
int door_check_rename(struct door *door, uint64_t staging, const char *name, uint64_t new_parent,
		const char *new_name);

/* The folder that DOOR_MAKE makes. 0, -EROFS, -EIO. */
int door_made(struct door *door, const struct tree *tree, struct tree_answer *out);

#endif
