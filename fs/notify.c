/*
 * How programs that watch a file learn of a switch.
 *
 * The kernel raises events (inotify, fanotify) where something is changed *through* it: no message that
 * a FUSE server can send raises one, which is why nobody who watches a network file system is ever
 * woken. So after the flip we change the tree once more, by ordinary system calls through a
 * writable clone of the mount that nobody else has (mount.c), into what it is already:
 *
 *     a file that changed     rename(staged, name)   MOVED_TO in the folder; ATTRIB, DELETE_SELF on it
 *     a file that is new      rename(staged, name)   MOVED_TO
 *     a file that went        unlink(name)           DELETE; ATTRIB, DELETE_SELF
 *     a folder that is new    mkdir(name)            CREATE
 *     a folder that went      rmdir(name)            DELETE; DELETE_SELF
 *     a file now a folder     unlink, mkdir          and the other way round
 *
 * That is what an editor does that saves in the right way, and what every program that watches its
 * configuration can handle. For the kernel these calls do something only if it sees the old node under
 * the name: so requests of this very thread, and no other, are answered from the tree that watchers
 * have seen (door.c). Readers are not concerned: what the kernel learns here about an old name it may
 * not keep, and what a rename or mkdir leaves behind is the new node under its name, to stay.
 *
 * The staging folder is reachable by a secret name in the root and by this thread only, so that no
 * user's folder ever sees the name that is moved from. What is below a new folder is not told, nor
 * what is in a folder that the kernel does not know: nobody can be watching there. (Whoever watches
 * recursively looks into a new folder when its CREATE comes.)
 *
 * Until we are done names that have changed are not to be kept (views.h: settling), so that the
 * kernel asks us again whatever a quick reader has looked up meanwhile.
 *
 * A folder that is removed through the kernel is dead for good. It may come back under its number, by
 * a rollback; so before it is removed its number gets another incarnation (identity.c), in the
 * shared state, and what comes back is another inode. When the table is full, numbers that are in
 * no generation any more are dropped from it; if none is, that folder goes without an event.
 *
 * A file that comes back may still be known to the kernel, with no links left; the reply to its next
 * lookup gives it one again.
 *
 * After a compaction (snap/compact.h) files have new places while the kernel still has the old nodes.
 * The first change after that is seen by those who watch the folder, not by those who watch the
 * file alone.
 *
 * A server that is killed in here loses the events that were left: the new revision is visible, and
 * its successor does not know which names had been told. It is not repeated: an event too many would
 * be one for an unchanged file.
 */
#include "fs/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/changes.h"
#include "fs/door.h"
#include "fs/identity.h"
#include "src/base/buf.h"
#include "src/base/log.h"
#include "src/snap/index.h"
#include "src/snap/node.h"

/* One run, and the folder it is in at the moment. */
struct run {
	struct notify *notify;
	const struct view *before;
	struct view after;
	notify_go_fn *go;
	void *arg;
	int dir_fd; /* -1: none */
	uint32_t dir;
	bool dir_is_removal;
	uint64_t left, failed;
	int first_error;
};

/*
 * The thread that runs this has a table of descriptors of its own (switch.c). The sanitizers believe that
 * there is one table, and see a race where two have the same number: so not by way of libc.
 */
static void close_own(int fd)
{
	(void)syscall(SYS_close, fd);
}

void notify_close(struct notify *notify)
{
	if (notify->staging_fd >= 0)
		close_own(notify->staging_fd);
	if (notify->door_fd >= 0)
		close_own(notify->door_fd);
	notify->staging_fd = notify->door_fd = -1;
}

/* A folder below ROOT_FD, on the way to which nobody's link or mount counts. */
static int open_folder(int root_fd, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
			.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH};

	return (int)syscall(SYS_openat2, root_fd, path[0] ? path : ".", &how, sizeof(how));
}

/* --- the folder of a change --- */

/* The path of the folder that NODE is in, in the view with that INDEX. */
static int folder_path(const struct run *run, const struct node *node, place index, struct buf *out)
{
	char *slash;
	int rc;

	rc = node_path(run->notify->set, index, node, out);
	if (rc < 0 || !buf_ok(out))
		return rc < 0 ? rc : -ENOMEM;
	slash = strrchr(out->data, '/');
	out->len = slash ? (size_t)(slash - out->data) : 0;
	out->data[out->len] = '\0';
	return 0;
}

static int enter(struct run *run, const struct node *node, bool is_removal)
{
	const struct view *view = is_removal ? run->before : &run->after;
	const struct door_op op = {.kind = DOOR_LOOK,
			.is_removal = is_removal,
			.name = "",
			.before = *run->before};
	struct buf path = BUF_INIT;
	int rc;

	if (run->dir_fd >= 0 && run->dir == node->parent && run->dir_is_removal == is_removal)
		return 0;
	if (run->dir_fd >= 0)
		close_own(run->dir_fd);
	run->dir_fd = -1;
	rc = folder_path(run, node, view->index, &path);
	if (rc == 0) {
		door_begin(run->notify->door, &op);
		run->dir_fd = open_folder(run->notify->door_fd, buf_str(&path));
		rc = run->dir_fd < 0 ? -errno : 0;
		door_end(run->notify->door);
	}
	buf_release(&path);
	run->dir = node->parent;
	run->dir_is_removal = is_removal;
	return rc;
}

/* --- one operation --- */

static int call(const struct run *run, const struct door_op *op)
{
	switch (op->kind) {
	case DOOR_REPLACE:
	case DOOR_ADD:
		return renameat(run->notify->staging_fd, op->staged, run->dir_fd, op->name);
	case DOOR_REMOVE:
		return unlinkat(run->dir_fd, op->name, 0);
	case DOOR_CLEAR:
		return unlinkat(run->dir_fd, op->name, AT_REMOVEDIR);
	case DOOR_MAKE:
		return mkdirat(run->dir_fd, op->name, 0755);
	default:
		return 0;
	}
}

/* Is folder DIR in any generation that can be shown again? */
static bool can_come_back(struct run *run, uint32_t dir)
{
	struct state *state = run->notify->state;
	uint64_t root, index;
	uint32_t number;
	unsigned i;
	place at;

	for (i = 0; i < STATE_GENERATIONS; i++) {
		number = atomic_load(&state->generations[i].number);
		if (number && state_generation_get(state, number, &root, &index) &&
				index_find(run->notify->set, index, dir, &at) != -ENOENT)
			return true;
	}
	return index_find(run->notify->set, run->after.index, dir, &at) != -ENOENT;
}

static int incarnate(struct run *run, uint32_t dir)
{
	struct state *state = run->notify->state;
	uint32_t other;
	unsigned i;

	if (state_incarnate(state, dir) == 0)
		return 0;
	for (i = 0; i < STATE_INCARNATIONS; i++) {
		other = atomic_load(&state->incarnations[i].dir);
		if (other && !can_come_back(run, other))
			state_incarnation_forget(state, other);
	}
	return state_incarnate(state, dir);
}

/* The kernel may keep NAME in folder INO no more, nor anything below it. */
static void forget_name(const struct notify *notify, uint64_t ino, const char *name)
{
	(void)fuse_lowlevel_notify_inval_entry(notify->session, ino, name, strlen(name));
}

static int perform(struct run *run, struct door_op *op, const struct node *node)
{
	struct notify *notify = run->notify;
	char name[NODE_NAME_MAX + 1], staged[DOOR_NAME_SIZE + 24];
	int rc;

	rc = enter(run, node, op->is_removal);
	if (rc < 0)
		return rc;
	memcpy(name, node->name, node->name_len);
	name[node->name_len] = '\0';
	op->name = name;
	/* The folder outlives us: a successor must not find a name of ours in it. */
	(void)snprintf(staged, sizeof(staged), "%s-%llu", notify->door->secret,
			(unsigned long long)notify->staged++);
	op->staged = staged;
	op->before = *run->before;
	op->parent = identity_live(node->parent, state_incarnation(notify->state, node->parent));
	if (op->kind == DOOR_CLEAR) {
		op->from_ino = identity_live(
				node->dir, state_incarnation(notify->state, node->dir));
		rc = incarnate(run, node->dir);
		if (rc < 0)
			return rc;
	}
	door_begin(notify->door, op);
	rc = call(run, op) < 0 ? -errno : 0;
	door_end(notify->door);
	/* A rename that came to nothing leaves the node under its staged name. */
	if (op->kind == DOOR_REPLACE || op->kind == DOOR_ADD)
		forget_name(notify, identity_live(DOOR_DIR, 0), staged);
	return rc;
}

static void tell(struct run *run, struct door_op *op, const struct node *node)
{
	int rc;

	if (run->left > 0 || !run->go(run->arg)) {
		run->left++;
		return;
	}
	rc = perform(run, op, node);
	if (rc < 0 && run->failed++ == 0)
		run->first_error = -rc;
}

/* --- changes --- */

static bool read_change(const struct run *run, const struct change *change, struct node *from,
		struct node *to)
{
	const struct segment_set *set = run->notify->set;

	if (change->from != PLACE_NONE && node_read(set, change->from, from) < 0)
		return false;
	return change->to == PLACE_NONE || node_read(set, change->to, to) == 0;
}

/* What is there and will not simply be replaced. */
static void tell_removal(struct run *run, const struct change *change)
{
	struct door_op op = {.is_removal = true};
	struct node from = {0}, to = {0};

	if (change->from == PLACE_NONE || !read_change(run, change, &from, &to))
		return;
	if (from.kind != NODE_DIR && change->to != PLACE_NONE && to.kind != NODE_DIR)
		return;
	op.kind = from.kind == NODE_DIR ? DOOR_CLEAR : DOOR_REMOVE;
	op.from = from;
	tell(run, &op, &from);
}

static void tell_addition(struct run *run, const struct change *change)
{
	struct node from = {0}, to = {0};
	struct door_op op = {0};

	if (change->to == PLACE_NONE || !read_change(run, change, &from, &to))
		return;
	if (to.kind == NODE_DIR)
		op.kind = DOOR_MAKE;
	else if (change->from != PLACE_NONE && from.kind != NODE_DIR)
		op.kind = DOOR_REPLACE;
	else
		op.kind = DOOR_ADD;
	op.from = from;
	op.to = to;
	tell(run, &op, &to);
}

/*
 * The first lookup of the secret name is how workers learn who we are. It is done twice: for the kernel
 * this is the folder that a predecessor had under another name, with whatever was staged in it when
 * that one was killed, and all of that goes with the first.
 */
static int open_staging(struct notify *notify)
{
	const char *secret = notify->door->secret;
	int fd;

	if (notify->staging_fd >= 0)
		return 0;
	fd = open_folder(notify->door_fd, secret);
	if (fd < 0)
		return -errno;
	close_own(fd);
	forget_name(notify, IDENTITY_ROOT, secret);
	notify->staging_fd = open_folder(notify->door_fd, secret);
	return notify->staging_fd < 0 ? -errno : 0;
}

uint64_t notify_run(struct notify *notify, const struct changes *changes, const struct view *before,
		notify_go_fn *go, void *arg)
{
	struct run run = {.notify = notify, .before = before, .go = go, .arg = arg, .dir_fd = -1};
	size_t i;
	int rc;

	if (notify->door_fd < 0 || changes->count == 0 || !state_view(notify->state, &run.after))
		return 0;
	rc = open_staging(notify);
	if (rc < 0) {
		log_error("wake watchers: %s", strerrordesc_np(-rc));
		return changes->count;
	}
	for (i = changes->count; i > 0; i--) /* what is in a folder goes before the folder */
		tell_removal(&run, &changes->items[i - 1]);
	for (i = 0; i < changes->count; i++)
		tell_addition(&run, &changes->items[i]);
	if (run.dir_fd >= 0)
		close_own(run.dir_fd);
	if (run.failed > 0)
		log_warn("wake watchers: %llu names failed: %s", (unsigned long long)run.failed,
				strerrordesc_np(run.first_error));
	return run.left;
}
