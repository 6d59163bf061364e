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
 * A folder handle that was opened before the flip goes on listing what it began with, but
 * what it lists is not kept (tree_is_fresh).
 *
 * An invalidation blocks on the lock of the folder while a lookup in it is pending; that lookup is
 * answered by a worker, so workers must not wait for us, and do not.
 *
 * Virtual files need none of this: their names are never kept. Only when the *set* of names in their
 * root changes, a remembered "no such name" has to go.
 *
 * A server that dies anywhere in here leaves the old view or the new one; the engine repeats a PUBLISH
 * that was not answered, and the same view once more changes nothing.
 */
#include "fs/publish.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <string.h>

#include "fs/identity.h"
#include "fs/tree.h"
#include "fs/views.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/link/message.h"
#include "src/link/state.h"
#include "src/snap/diff.h"
#include "src/snap/node.h"

struct invalidation {
	const struct publish *publish;
	uint64_t names;
};

/* ENOENT: the kernel does not know that name or folder, which is what we want. */
static void check_notify(int rc)
{
	if (rc < 0 && rc != -ENOENT && rc != -ENODEV && rc != -ENOTCONN)
		log_warn("invalidation: %s", strerrordesc_np(-rc));
}

static void invalidate_name(struct invalidation *run, uint32_t dir, const struct node *node)
{
	run->names++;
	check_notify(fuse_lowlevel_notify_inval_entry(
			run->publish->session, identity_live(dir, 0), node->name, node->name_len));
}

/* Attributes only: listings are not cached. */
static void invalidate_dir(struct invalidation *run, const struct node *dir)
{
	check_notify(fuse_lowlevel_notify_inval_inode(
			run->publish->session, identity_live(dir->dir, 0), -1, 0));
}

static int invalidate_below(void *arg, const struct diff_event *event)
{
	const struct node *node = event->from ? event->from : event->to;
	struct invalidation *run = arg;

	if (node->parent)
		invalidate_name(run, node->parent, node);
	if (node->kind == NODE_DIR)
		invalidate_dir(run, node);
	return 0;
}

/*
 * Every name in a folder that comes or goes. One that comes may have been here before, under the same
 * number: the kernel then still knows names that were not there in that time, and who sat in it
 * all the while sees them. Two folders at one path have two numbers; so what is equal by path
 * must not be skipped.
 */
static int invalidate_folder(struct invalidation *run, const struct node *node)
{
	if (!node || node->kind != NODE_DIR)
		return 0;
	return diff_trees(run->publish->set, node->at, PLACE_NONE, true, invalidate_below, run);
}

static int invalidate_change(void *arg, const struct diff_event *event)
{
	const struct node *node = event->from ? event->from : event->to;
	struct invalidation *run = arg;
	int rc;

	if (event->kind == DIFF_DIR) {
		invalidate_dir(run, event->from);
		return 0;
	}
	invalidate_name(run, node->parent, node);
	rc = invalidate_folder(run, event->from);
	return rc < 0 ? rc : invalidate_folder(run, event->to);
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

static void invalidate_overlay(struct invalidation *run, place overlay)
{
	const struct segment_set *set = run->publish->set;
	struct node root, entry;
	uint32_t i;

	if (overlay_root(run->publish, overlay, &root) < 0)
		return;
	for (i = 0; i < root.count; i++) {
		if (node_entry(set, &root, i, &entry) == 0)
			invalidate_name(run, DIR_ROOT, &entry);
	}
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

static int invalidate_changes(struct invalidation *run, const struct view *from,
		const struct view *to, uint32_t flags)
{
	const struct segment_set *set = run->publish->set;
	int rc;

	if (!(flags & MESSAGE_PUBLISH_ALL))
		return diff_trees(set, from->root, to->root, false, invalidate_change, run);
	rc = diff_trees(set, from->root, PLACE_NONE, true, invalidate_below, run);
	return rc < 0 ? rc : diff_trees(set, PLACE_NONE, to->root, true, invalidate_below, run);
}

static int invalidate(const struct publish *publish, const struct view *from, const struct view *to,
		uint32_t flags, uint64_t *names, struct err *err)
{
	struct invalidation run = {.publish = publish};
	int rc;

	rc = invalidate_changes(&run, from, to, flags);
	if (rc < 0)
		return err_sys(err, -rc, "compare the views");
	if (!overlays_agree(publish, from, to)) {
		invalidate_overlay(&run, from->overlay);
		invalidate_overlay(&run, to->overlay);
	}
	*names = run.names;
	return 0;
}

static int switch_views(const struct publish *publish, const struct view *from,
		const struct message *request, struct message *reply, struct err *err)
{
	uint64_t begun = clock_mono_ns(), names = 0;
	int rc;

	views_prepare(publish->views, &request->view);
	rc = invalidate(publish, from, &request->view, request->flags, &names, err);
	if (rc < 0) {
		views_cancel(publish->views);
		return rc;
	}
	reply->prepared_ns = clock_mono_ns() - begun;
	reply->changed = names;
	reply->view.sequence = views_flip(publish->views, &request->view);
	reply->flipped_ns = clock_mono_ns() - begun;
	return 0;
}

static void flip_only(
		const struct publish *publish, const struct message *request, struct message *reply)
{
	uint64_t begun = clock_mono_ns();

	reply->view.sequence = views_flip(publish->views, &request->view);
	reply->flipped_ns = clock_mono_ns() - begun;
}

/* Is there any name that the kernel may have kept and that changes? */
static bool is_switch(const struct publish *publish, const struct view *from, const struct view *to)
{
	return from->root != to->root || from->index != to->index ||
			!overlays_agree(publish, from, to);
}

void publish_drop(const struct publish *publish, const char *name)
{
	if (publish->session)
		check_notify(fuse_lowlevel_notify_inval_entry(publish->session,
				identity_live(TREE_DIR_AT, 0), name, strlen(name)));
}

int publish_run(const struct publish *publish, const struct message *request, struct message *reply,
		struct err *err)
{
	struct view current;
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
		if (publish->session && state_view(publish->state, &current) &&
				is_switch(publish, &current, &request->view))
			rc = switch_views(publish, &current, request, reply, err);
		else
			flip_only(publish, request, reply);
	}
	reply->code = -rc;
	return rc;
}
