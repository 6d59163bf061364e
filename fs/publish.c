/*
 * The switch.
 *
 * The kernel keeps names (dentries), attributes of folders and contents of files. Contents are bound
 * to nodes that never change (identity.c), so all that a switch has to move are names, and what
 * folders say about themselves. Wanted: after any process has seen the new revision through any
 * path, no process sees the old one.
 *
 * The naive orders both fail. Flip, then invalidate: in between a cached name still leads to the old
 * node while an uncached one leads to the new. Invalidate, then flip: a lookup in between plants the
 * old name again, to stay. So:
 *
 *   PREPARE     From now on a name that will change is answered with the old node, but the kernel
 *               may not keep it (timeout 0); the same for attributes of folders. Requests that
 *               began before and know nothing of this are waited for, replies included.
 *   INVALIDATE  Every name that changes, in the kernel. From now on each lookup of such a name comes
 *               to us, and we still answer the old.
 *   FLIP        One atomic store. The next answer to any of those lookups is the new node.
 *
 * What is asked during the switch and answered after it began before the flip, so it may see either.
 * A pass over a folder goes on listing what it began with; how the kernel comes to keep the right
 * listing all the same is told in listing.c.
 *
 * An invalidation blocks on the lock of the folder while a lookup in it is pending; that lookup is
 * answered by a worker, so workers must not wait for us, and do not.
 *
 * Virtual files need none of this: their names are never kept. Only when the *set* of names in their
 * root changes, a remembered "no such name" has to go.
 *
 * What changes is found out before PREPARE (changes.h), so that between PREPARE and FLIP only the kernel
 * is waited for. When much of the tree changes, the names are not told one by one: one message
 * (FUSE_NOTIFY_INC_EPOCH, Linux 6.16) makes the kernel ask for every name once more. That is for big
 * changes only, because it costs each warm name one more lookup, and because the kernel unmounts
 * what anybody has mounted below us on a name that it drops, changed or not. Attributes of folders
 * are told one by one either way; that also says which folders the kernel knows, which is
 * where somebody may be watching (notify.c).
 *
 * A mount that somebody put on a name goes when that name changes, as it does on any other file system
 * when the file below is replaced from another namespace.
 *
 * A server that dies anywhere in here leaves the old view or the new one; the engine repeats a PUBLISH
 * that was not answered, and the same view once more changes nothing.
 */
#include "fs/publish.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <string.h>
#include <unistd.h>

#include "fs/identity.h"
#include "fs/intake.h"
#include "fs/leases.h"
#include "fs/tree.h"
#include "fs/views.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/link/message.h"
#include "src/snap/index.h"
#include "src/snap/node.h"

/*
 * One by one a name costs 10 us, so 4,096 names 40 ms. One message costs nothing now, but later a
 * lookup for every warm name, changed or not: it must be worth that, too.
 */
#define EPOCH_NAMES_MIN	 4096u
#define EPOCH_MINOR	 44u /* of the protocol */
#define NOTIFY_INC_EPOCH 8

#define LINK_NS 300000 /* from following a link to the event of the open */

/* ENOENT: the kernel does not know that name or folder, which is what we want. */
static bool check_notify(int rc)
{
	if (rc < 0 && rc != -ENOENT && rc != -ENODEV && rc != -ENOTCONN)
		log_warn("invalidation: %s", strerrordesc_np(-rc));
	return rc == 0;
}

static uint64_t live_ino(const struct publish *publish, uint32_t dir)
{
	return identity_live(dir, state_incarnation(publish->state, dir));
}

static void invalidate_name(const struct publish *publish, uint32_t dir, const struct node *node)
{
	(void)check_notify(fuse_lowlevel_notify_inval_entry(
			publish->session, live_ino(publish, dir), node->name, node->name_len));
}

/* Attributes only: by them the kernel knows whether its listing is right. True if it knows the folder. */
static bool invalidate_dir(const struct publish *publish, uint32_t dir)
{
	return check_notify(fuse_lowlevel_notify_inval_inode(
			publish->session, live_ino(publish, dir), -1, 0));
}

static bool has_epoch(const struct state *state)
{
	const struct fuse_in_header *header = (const void *)state->init;
	const struct fuse_init_in *in = (const void *)(header + 1);

	return !(atomic_load(&state->options) & STATE_NO_EPOCH) && in->minor >= EPOCH_MINOR;
}

/* All names at once; false if the kernel does not know how. */
static bool invalidate_epoch(const struct publish *publish)
{
	const struct fuse_out_header header = {.len = sizeof(header), .error = NOTIFY_INC_EPOCH};

	return write(publish->device_fd, &header, sizeof(header)) == (ssize_t)sizeof(header);
}

/* Does at least every other name change? */
static bool is_upheaval(const struct publish *publish, const struct view *from)
{
	struct node root;

	if (publish->changes.names < EPOCH_NAMES_MIN ||
			node_read(publish->set, from->root, &root) < 0)
		return false;
	return publish->changes.names >= (root.files + root.dirs) / 2;
}

static void invalidate_changes(struct publish *publish, const struct view *from)
{
	struct changes *changes = &publish->changes;
	bool is_done = is_upheaval(publish, from) && has_epoch(publish->state) &&
			invalidate_epoch(publish);
	struct change *change;
	struct node node;
	size_t i;

	for (i = 0; i < changes->count; i++) {
		change = &changes->items[i];
		if (change->is_dir)
			change->is_known = invalidate_dir(publish, change->dir);
		else if (!is_done &&
				node_read(publish->set, change->from ? change->from : change->to,
						&node) == 0)
			invalidate_name(publish, change->dir, &node);
	}
}

/* --- names in the root of the overlay --- */

static int overlay_root(const struct publish *publish, place overlay, struct node *out)
{
	if (overlay == PLACE_NONE)
		return -ENOENT;
	return node_read(publish->set, overlay, out);
}

/* All names of A are in B, too. */
static bool has_names_of(const struct segment_set *set, const struct node *a, const struct node *b)
{
	struct node entry, other;
	uint32_t i;

	for (i = 0; i < a->count; i++) {
		if (node_entry(set, a, i, &entry) < 0)
			return false;
		if (node_find(set, b, entry.name, entry.name_len, &other) < 0)
			return false;
	}
	return true;
}

static bool overlays_agree(
		const struct publish *publish, const struct view *a, const struct view *b)
{
	struct node from, to;

	if (a->overlay == b->overlay)
		return true;
	if (overlay_root(publish, a->overlay, &from) < 0 ||
			overlay_root(publish, b->overlay, &to) < 0)
		return false;
	return from.count == to.count && has_names_of(publish->set, &from, &to);
}

static uint64_t invalidate_overlay(const struct publish *publish, place overlay)
{
	const struct segment_set *set = publish->set;
	struct node root, entry;
	uint32_t i;

	if (overlay_root(publish, overlay, &root) < 0)
		return 0;
	for (i = 0; i < root.count; i++) {
		if (node_entry(set, &root, i, &entry) == 0)
			invalidate_name(publish, DIR_ROOT, &entry);
	}
	return root.count;
}

static int overlay_folder(const struct publish *publish, const struct view *view, uint32_t dir,
		struct node *out)
{
	place at;

	if (view->overlay_index == PLACE_NONE ||
			index_find(publish->set, view->overlay_index, dir, &at) < 0)
		return -ENOENT;
	return node_read(publish->set, at, out);
}

static void forget_pins_of(const struct publish *publish, uint32_t dir, const struct view *from,
		const struct view *to)
{
	struct node before, after, entry, same;
	uint32_t i;

	if (overlay_folder(publish, from, dir, &before) < 0 ||
			overlay_folder(publish, to, dir, &after) < 0)
		return;
	for (i = 0; i < before.count; i++) {
		if (node_entry(publish->set, &before, i, &entry) < 0 || entry.kind != NODE_PIN)
			continue;
		if (node_find(publish->set, &after, entry.name, entry.name_len, &same) < 0 ||
				same.generation != entry.generation)
			invalidate_name(publish, dir, &entry);
	}
}

/*
 * Generations that do not have the name any more that they had in .refmount: whatever the kernel
 * remembers of them goes with their name, unless it is in use. Without this it would keep their
 * segments for as long as it has memory to spare.
 */
static void forget_pins(
		const struct publish *publish, const struct view *from, const struct view *to)
{
	if (from->overlay == to->overlay)
		return;
	forget_pins_of(publish, TREE_DIR_CONTROL, from, to);
	forget_pins_of(publish, TREE_DIR_AT, from, to);
}

/* --- the steps --- */

static int check_folder(const struct publish *publish, place at, const char *what, struct err *err)
{
	struct node node;

	if (node_read(publish->set, at, &node) < 0 || node.kind != NODE_DIR)
		return err_set(err, EIO, "the %s of the new view cannot be read", what);
	return 0;
}

static int check_view(const struct publish *publish, const struct view *view, struct err *err)
{
	int rc;

	rc = check_folder(publish, view->root, "root", err);
	if (rc == 0 && view->overlay != PLACE_NONE)
		rc = check_folder(publish, view->overlay, "overlay", err);
	return rc;
}

/* Returns how many names the kernel was told of. */
static uint64_t invalidate(struct publish *publish, const struct view *from, const struct view *to)
{
	uint64_t names = publish->changes.names;

	invalidate_changes(publish, from);
	if (!overlays_agree(publish, from, to)) {
		names += invalidate_overlay(publish, from->overlay);
		names += invalidate_overlay(publish, to->overlay);
	}
	return names;
}

/* Whoever has followed a link out of the kernel's cache comes to open what it led to: leases.c. */
static void begin_leases(const struct publish *publish, const struct view *from)
{
	if (publish->changes.has_links)
		clock_pause_ns(LINK_NS);
	intake_drain(publish->intake);
	leases_begin(publish->leases, from);
}

static int switch_views(struct publish *publish, const struct view *from,
		const struct message *request, struct message *reply, struct err *err)
{
	bool is_naive = atomic_load(&publish->state->options) & STATE_NAIVE;
	struct view next = request->view;
	uint64_t begun;
	int rc;

	rc = changes_add(&publish->changes, publish->set, from, &request->view,
			request->flags & MESSAGE_PUBLISH_ALL);
	if (rc < 0)
		return err_sys(err, -rc, "compare the views");
	begun = clock_mono_ns();
	if (!is_naive)
		views_prepare(publish->views, &request->view);
	reply->changed = invalidate(publish, from, &request->view);
	reply->prepared_ns = clock_mono_ns() - begun;
	next.epoch = from->epoch + (from->root != next.root);
	publish->has_leases = publish->settles && next.epoch != from->epoch &&
			leases_are_on(publish->leases);
	if (publish->has_leases)
		begin_leases(publish, from);
	reply->view.sequence = views_flip(publish->views, &next, publish->settles);
	reply->flipped_ns = clock_mono_ns() - begun;
	publish->before = *from;
	return 0;
}

/* FROM: what is visible, or NULL. */
static void flip_only(const struct publish *publish, const struct view *from,
		const struct message *request, struct message *reply)
{
	struct view next = request->view;
	uint64_t begun = clock_mono_ns();

	next.epoch = from ? from->epoch : 1;
	reply->view.sequence = views_flip(publish->views, &next, false);
	reply->flipped_ns = clock_mono_ns() - begun;
}

/* Is there any name that the kernel may have kept and that changes? */
static bool is_switch(const struct publish *publish, const struct view *from, const struct view *to)
{
	return from->root != to->root || from->index != to->index ||
			!overlays_agree(publish, from, to);
}

bool publish_is_switch(const struct publish *publish, const struct message *request)
{
	struct view current;

	return state_view(publish->state, &current) && is_switch(publish, &current, &request->view);
}

int publish_run(struct publish *publish, const struct message *request, struct message *reply,
		struct err *err)
{
	struct view current;
	bool has_current;
	int rc;

	reply->type = MESSAGE_PUBLISHED;
	reply->number = reply->flags = 0;
	reply->code = 0;
	reply->tag = request->tag;
	reply->view = request->view;
	reply->prepared_ns = reply->flipped_ns = reply->changed = 0;
	reply->text[0] = '\0';

	rc = check_view(publish, &request->view, err);
	if (rc == 0) {
		has_current = publish->session && state_view(publish->state, &current);
		if (has_current && is_switch(publish, &current, &request->view))
			rc = switch_views(publish, &current, request, reply, err);
		else
			flip_only(publish, has_current ? &current : NULL, request, reply);
		if (rc == 0 && has_current)
			forget_pins(publish, &current, &request->view);
	}
	reply->code = -rc;
	return rc;
}
