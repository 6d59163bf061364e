/*
 * ops: from libfuse's calls to the tree and back. Everything a reader can ask for. What would change
 * something gets here only from the notifier (requests.h refuses the rest), and changes nothing: the
 * tree is as the notifier wants it already (notify.h). No state of its own.
 *
 * Each thread brackets a request with ops_enter() and ops_leave(); in between libfuse may call.
 */
#ifndef FS_OPS_H
#define FS_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/tree.h"

struct door;
struct err;
struct fuse_session;

/*
 * A libfuse session that answers through DEVICE_FD (borrowed, though libfuse closes it at the end). With DEBUG every
 * request and its answer are logged.
 */
int ops_session_new(int device_fd, bool debug, struct fuse_session **out, struct err *err);
void ops_session_free(struct fuse_session *session); /* closes the device; NULL is fine */

/*
 * What this thread's next request, number UNIQUE, sees: TREE is borrowed until ops_leave(), and so is
 * DOOR, which is NULL unless the request comes from the notifier.
 */
void ops_enter(const struct tree *tree, uint64_t unique, struct door *door);
void ops_leave(void);

#endif
