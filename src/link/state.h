/*
 * state: the memory that keeper, server and engine of one mount share. It outlives each of them: a
 * server that starts finds here everything its predecessor knew. Lies in a memory file that the
 * keeper makes and the others map.
 *
 *     field                     written by        read by
 *     pids, restarts, tables,   keeper            all
 *     watchers, readers
 *     views, current, init,     server            all
 *     lookups, slots, requests,
 *     incarnations, handles,
 *     leases, taken
 *     opens                     server, engine    engine
 *     counters                  engine            engine
 *
 * Anything in here may have been left half-written by a process that was killed: what matters is
 * published by one atomic store, after its parts. The layout is versioned; nobody takes over a
 * version they do not know.
 */
#ifndef LINK_STATE_H
#define LINK_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "src/link/chains.h"
#include "src/link/opens.h"

struct err;

#define STATE_VERSION		6u
#define STATE_SEGMENTS		2048 /* as many as a server can have mapped */
#define STATE_GENERATIONS	256
#define STATE_SLOTS		16
#define STATE_SLOT_SIZE		(16u * 1024) /* bytes of one request; the kernel wants 8 KiB at least */
#define STATE_INIT_SIZE		512
#define STATE_OPS		64 /* FUSE operation codes, counted one by one; larger ones in [0] */
#define STATE_COUNTERS		64
#define STATE_REASON_SIZE	160
#define STATE_TAKEN_SIZE	1536 /* bytes of events */
#define STATE_INCARNATIONS	1024 /* in groups of STATE_INCARNATION_GROUP */
#define STATE_INCARNATION_GROUP 16
#define STATE_HANDLES		4096 /* open folders whose listings are kept mapped */

enum { STATE_READERS_OFF, STATE_READERS_EXPECTED, STATE_READERS_MARKED };

/* Bits of `options`: what a keeper was told, the first two by its environment, for tests and comparisons. */
#define STATE_NO_EPOCH 1u /* REFMOUNT_NO_EPOCH: invalidate entry by entry, however many */
#define STATE_NAIVE    2u /* REFMOUNT_TEST_NAIVE, in test builds only: switch in the wrong order */
#define STATE_DEBUG    4u /* log every request */

/*
 * What is visible: generation and virtual files together, so that they change in one step. Places
 * are those of snap/segment.h, here only numbers.
 */
struct view {
	uint64_t sequence;
	uint32_t generation;
	uint32_t epoch;	      /* changes with the tree (fs/leases.c); set by the server */
	uint64_t root, index; /* places, of the generation */
	uint64_t overlay, overlay_index; /* places, of the virtual files; 0: there are none */
};

/* Found by probing from number % STATE_SEGMENTS, so that finding one of a few is one step. */
struct state_segment {
	_Atomic uint32_t number;  /* 0: free */
	int32_t fd;		  /* in the keeper; under the same number in a server that starts */
	_Atomic uint32_t dropped; /* no kept generation uses it; goes when nobody refers to it */
	uint32_t restarts; /* of servers when it came: a crash since may have left lookups too high */
	_Atomic int64_t lookups; /* references of the kernel; raised before the reply: never too low */
};

struct state_generation {
	_Atomic uint32_t number; /* 0: free */
	uint32_t reserved;
	_Atomic uint64_t root, index;
};

/* How often the kernel has declared dead the inode of a folder that may come back under its number. */
struct state_incarnation {
	_Atomic uint32_t dir; /* 0: free */
	_Atomic uint32_t count;
};

/* A folder that somebody has open; fs/handles.h. */
struct state_handle {
	_Atomic uint64_t request; /* that opened it; 0: free */
	_Atomic uint64_t listing; /* place of the record that it lists; 0: not yet */
};

struct state_leases {
	_Atomic uint32_t settling;     /* epoch up to which leases may be in force; 0: none is */
	_Atomic uint32_t is_off;       /* nobody had one at the last switch: opens had been lost */
	_Atomic uint64_t switches_off; /* so many were like that */
	_Atomic uint64_t lost_ns;      /* when an open was lost last; monotonic */
	_Atomic uint64_t flipped_ns;   /* when the last switch came that leases go with */
	struct view previous;	       /* what they are on, while there is something settling */
	struct chains chains;
};

/* Opens that were read from the kernel's queue and not noted yet: fs/intake.c. */
struct state_taken {
	_Atomic uint32_t is_primed; /* closing an event's descriptor sends no message any more */
	_Alignas(8) uint8_t bytes[STATE_TAKEN_SIZE];
};

/*
 * One request in flight. The kernel itself marks a slot as used: a request begins with its length,
 * which the server clears before it reads into the slot and after it has answered. So whoever comes
 * after a crash finds exactly the requests that were taken and not yet answered.
 */
struct state_slot {
	_Atomic uint64_t started_ns; /* monotonic; 0 when the slot is free */
	uint32_t crashes;	     /* of servers that died with it */
	uint32_t reserved;
	_Alignas(4096) uint8_t bytes[STATE_SLOT_SIZE];
};

struct state {
	uint64_t magic;
	uint32_t version;
	uint32_t size;
	_Atomic int32_t keeper, server, engine; /* pids, 0: not running */
	_Atomic uint32_t mounted;
	_Atomic uint64_t server_restarts, engine_restarts;
	_Atomic uint32_t options;

	/* Do programs that watch files below the mount wake up? If not: why. */
	_Atomic uint32_t watchers;
	char watchers_reason[STATE_REASON_SIZE]; /* written before `watchers` is cleared */

	/* Does the kernel tell who opens what (STATE_READERS_*)? If not: why. */
	_Atomic uint32_t readers;
	char readers_reason[STATE_REASON_SIZE];

	_Atomic uint32_t init_len; /* what INIT agreed is frozen for the life of the mount */
	_Alignas(8) uint8_t init[STATE_INIT_SIZE];

	_Atomic uint64_t current; /* sequence of the visible view in views[current % 2]; 0: none */
	struct view views[2];

	_Atomic uint64_t requests[STATE_OPS];
	_Atomic uint64_t counters[STATE_COUNTERS]; /* which is which: engine/metrics.h */
	struct state_segment segments[STATE_SEGMENTS];
	struct state_generation generations[STATE_GENERATIONS];
	_Atomic uint32_t incarnation_count; /* entries in use */
	struct state_incarnation incarnations[STATE_INCARNATIONS];
	struct state_handle handles[STATE_HANDLES];
	struct opens opens;
	struct state_leases leases;
	struct state_taken taken;
	struct state_slot slots[STATE_SLOTS];
};

/*
 * A new, zeroed state with its header filled: *FD (close-on-exec) and the mapping are the caller's.
 */
int state_create(int *fd, struct state **out, struct err *err);

/* Map an existing one; -EPROTO when magic, version or size are not ours (ERR says which it is). */
int state_map(int fd, struct state **out, struct err *err);
void state_unmap(struct state *state); /* NULL is fine */

/*
 * Each of these roles is played by one process at a time: a lock on the file says by which. It is let go
 * when the last thread that shares the process's descriptors has ended, so whoever has it knows that
 * nobody before it answers a request any more.
 */
enum state_role { STATE_SERVER, STATE_ENGINE };

/* Take ROLE; waits for whoever has it. FD may not be closed as long as the process lives. 0, -errno. */
int state_claim(int fd, enum state_role role);

/* The process that has ROLE; 0: none, or it cannot be told. */
pid_t state_holder(int fd, enum state_role role);

/* The visible view: false when there is none. Safe against concurrent flips. */
bool state_view(const struct state *state, struct view *out);

/*
 * Make VIEW visible: its sequence becomes the successor of the current one, which is returned. One
 * thread at a time. A crash inside leaves the old view or the new one.
 */
uint64_t state_flip(struct state *state, const struct view *view);

/* Table look-ups, for any thread; NULL when absent. */
struct state_segment *state_segment_find(struct state *state, uint32_t number);
struct state_generation *state_generation_find(struct state *state, uint32_t number);

/* Root and index of a generation as one piece: false when it is not in the table. */
bool state_generation_get(struct state *state, uint32_t number, uint64_t *root, uint64_t *index);

/* New entries, by the keeper only: 0, -EEXIST or -ENOSPC. An entry goes when its number is set to
 * 0. */
int state_segment_add(struct state *state, uint32_t number, int fd);
int state_generation_add(struct state *state, uint32_t number, uint64_t root, uint64_t index);

/* The incarnation of folder DIR: 0 unless state_incarnate() was called for it. For any thread. */
uint32_t state_incarnation(const struct state *state, uint32_t dir);

/* Folder DIR gets the next one, before anything relies on it: 0 or -ENOSPC. One thread at a time. */
int state_incarnate(struct state *state, uint32_t dir);

/* DIR will never be seen again. The same thread. */
void state_incarnation_forget(struct state *state, uint32_t dir);

#endif
