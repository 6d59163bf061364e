#include "fs/door.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "fs/identity.h"
#include "fs/tree.h"

int door_init(struct door *door)
{
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	*door = (struct door){0};
	(void)snprintf(door->secret, sizeof(door->secret), ".refmount-door-%016llx%016llx",
			(unsigned long long)random[0], (unsigned long long)random[1]);
	return 0;
}

void door_begin(struct door *door, const struct door_op *op)
{
	atomic_store(&door->op, op);
}

void door_end(struct door *door)
{
	atomic_store(&door->op, NULL);
	(void)atomic_load(&door->looks);
}

/* What is under way, or NULL; to be followed by look_ends(), before the reply lets the notifier go on. */
static const struct door_op *look_begins(struct door *door)
{
	return atomic_load(&door->op);
}

static void look_ends(struct door *door)
{
	atomic_fetch_add(&door->looks, 1);
}

bool door_admits(struct door *door, uint32_t pid)
{
	return pid != 0 && pid == atomic_load(&door->pid);
}

void door_greet(struct door *door, uint32_t pid, uint64_t parent, const char *name)
{
	uint32_t none = 0;

	if (parent == IDENTITY_ROOT && strcmp(name, door->secret) == 0)
		(void)atomic_compare_exchange_strong(&door->pid, &none, pid);
}

static void fill_staging(struct tree_answer *out)
{
	memset(out, 0, sizeof(*out));
	out->ino = identity_live(DOOR_DIR, 0);
	out->attr.st_ino = out->ino;
	out->attr.st_mode = S_IFDIR | 0700;
	out->attr.st_nlink = 2;
	out->attr_lasts = true;
}

static bool is_target(const struct door_op *op, uint64_t parent, const char *name)
{
	return parent == op->parent && strcmp(name, op->name) == 0;
}

/*
 * Under a staged name lies what comes. It may be kept: it is about to get the name it belongs to. Should
 * nothing come of that, the kernel keeps it under the staged name for a while; so none is used twice.
 */
static int look_at_staged(const struct door_op *op, const struct tree *tree, const char *name,
		struct tree_answer *out)
{
	int rc;

	if ((op->kind != DOOR_REPLACE && op->kind != DOOR_ADD) || strcmp(name, op->staged) != 0) {
		memset(out, 0, sizeof(*out));
		return 0;
	}
	rc = tree_show(tree, &op->to, out);
	out->name_lasts = out->attr_lasts = rc == 0;
	return rc;
}

/* Under the target, what watchers have seen there. */
static int look_at_target(
		const struct door_op *op, const struct tree *tree, struct tree_answer *out)
{
	int rc;

	if (op->kind == DOOR_ADD || op->kind == DOOR_MAKE) {
		memset(out, 0, sizeof(*out));
		return 0;
	}
	rc = tree_show(tree, &op->from, out);
	if (rc == 0 && op->kind == DOOR_CLEAR)
		out->ino = out->attr.st_ino = op->from_ino;
	out->name_lasts = false;
	out->attr_lasts = op->from.kind != NODE_DIR;
	return rc;
}

/* Folders on the way: in one of the two views, or in both. */
static int look_on_the_way(const struct door_op *op, const struct tree *tree, uint64_t parent,
		const char *name, struct tree_answer *out)
{
	struct tree before = *tree;
	const struct tree *first = op->is_removal ? &before : tree;
	const struct tree *second = op->is_removal ? tree : &before;
	int rc;

	before.views = (struct views_pair){.current = op->before};
	rc = tree_lookup(first, parent, name, out);
	if (rc == -ENOENT || (rc == 0 && out->ino == 0))
		rc = tree_lookup(second, parent, name, out);
	out->name_lasts = false;
	out->attr_lasts = false;
	return rc;
}

static int look(const struct door_op *op, const struct tree *tree, uint64_t parent,
		const char *name, struct tree_answer *out)
{
	if (!op)
		return tree_lookup(tree, parent, name, out);
	if (parent == identity_live(DOOR_DIR, 0))
		return look_at_staged(op, tree, name, out);
	if (op->kind != DOOR_LOOK && is_target(op, parent, name))
		return look_at_target(op, tree, out);
	return look_on_the_way(op, tree, parent, name, out);
}

int door_lookup(struct door *door, const struct tree *tree, uint64_t parent, const char *name,
		struct tree_answer *out)
{
	int rc;

	if (parent == IDENTITY_ROOT && strcmp(name, door->secret) == 0) {
		fill_staging(out);
		return 0;
	}
	rc = look(look_begins(door), tree, parent, name, out);
	look_ends(door);
	return rc;
}

int door_check(struct door *door, enum door_kind kind, uint64_t parent, const char *name)
{
	const struct door_op *op = look_begins(door);
	bool is_right = op && op->kind == kind && is_target(op, parent, name);

	look_ends(door);
	return is_right ? 0 : -EROFS;
}

static bool is_rename(const struct door_op *op, uint64_t staging, const char *name)
{
	return (op->kind == DOOR_REPLACE || op->kind == DOOR_ADD) &&
			staging == identity_live(DOOR_DIR, 0) && strcmp(name, op->staged) == 0;
}

int door_check_rename(struct door *door, uint64_t staging, const char *name, uint64_t new_parent,
		const char *new_name)
{
	const struct door_op *op = look_begins(door);
	bool is_right = op && is_rename(op, staging, name) && is_target(op, new_parent, new_name);

	look_ends(door);
	return is_right ? 0 : -EROFS;
}

int door_made(struct door *door, const struct tree *tree, struct tree_answer *out)
{
	const struct door_op *op = look_begins(door);
	int rc = op && op->kind == DOOR_MAKE ? tree_show(tree, &op->to, out) : -EROFS;

	look_ends(door);
	out->name_lasts = true;
	out->attr_lasts = false; /* its listing may have changed since, by an operation in it */
	return rc;
}
