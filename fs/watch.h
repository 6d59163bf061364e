/*
 * watch: does the server still move? Looks at the shared state, at the device and at the queue of opens,
 * never at the mount, so it cannot itself be caught by what it watches for.
 */
#ifndef FS_WATCH_H
#define FS_WATCH_H

#include <stdint.h>

#include "src/link/state.h"

#define WATCH_IDLE_MS 1000 /* look that often while there is nothing to do */
#define WATCH_BUSY_MS 200  /* and that often while something is under way */
#define WATCH_HUNG_MS 1200 /* the same thing under way for so long: it hangs */

enum watch_result { WATCH_IDLE, WATCH_BUSY, WATCH_HUNG };

struct watch {
	struct {
		uint64_t unique; /* of the request in this slot; 0: none */
		uint64_t since_ms;
	} slots[STATE_SLOTS];
	uint64_t taken;		   /* requests taken up to the last look */
	uint64_t untaken_since_ms; /* none was taken since, though some wait; 0: none waits */
	uint64_t reads;		   /* of the queue, the same */
	uint64_t unread_since_ms;
	uint64_t unheard_since_ms; /* on the link */
};

#define WATCH_INIT                                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

/* What a server reads, and leaves unread when it hangs. */
struct watch_fds {
	int device; /* /dev/fuse */
	int queue;  /* of opens (mark.h); -1: none */
	int link;   /* our end; -1: what we say there may take its time */
};

/* Start with WATCH_INIT for each new server. */
enum watch_result watch_look(struct watch *watch, struct state *state, const struct watch_fds *fds,
		uint64_t now_ms);

#endif
