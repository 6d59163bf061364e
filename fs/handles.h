/*
 * handles: which folders are open, and on which listing. A listing stays mapped as long as a handle goes
 * through it. The table lies in the shared state, and an entry has the number of the request that
 * opened the folder: taken up once more after a crash, that request finds its entry again, and closing
 * twice is closing once. So whatever dies at whatever moment, the table is right.
 *
 * It has room for STATE_HANDLES. A handle that finds none works as well, but its listing is not kept for
 * it: should everything that has the listing go while it is being read, the pass ends early.
 */
#ifndef FS_HANDLES_H
#define FS_HANDLES_H

#include <stdbool.h>
#include <stdint.h>

#include "src/snap/segment.h"

struct state;

/*
 * Request number REQUEST opens LISTING, the place of a folder's record; *HANDLE is what the kernel gets. False
 * if it had done so already: then the handle stands for the listing of that time.
 */
bool handles_open(struct state *state, uint64_t request, place listing, uint64_t *handle);

void handles_close(struct state *state, uint64_t handle);

/* What HANDLE lists; PLACE_NONE for one that is not open. */
place handles_listing(struct state *state, uint64_t handle);

/* Is segment NUMBER needed by a handle: by its listing, or by one of the entries? */
bool handles_need(struct state *state, const struct segment_set *set, uint32_t number);

#endif
