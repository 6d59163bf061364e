/*
 * rev_walk: two questions about history, answered by one walk.
 *
 * Both sides are painted at once, newest commit first: FROM's ancestors one colour, TO's another.
 * What has both is common. The walk ends when nothing is left in the queue that only TO reaches: a
 * path from TO down to FROM consists of commits that FROM cannot reach (history has no cycles), so
 * as long as such a path may exist, one of its commits is in the queue. This is why the answer to
 * "is it an ancestor" does not depend on commit dates; they only decide how soon it is found. A
 * rewind by one commit is seen after three, where walking TO alone would have to look at all of
 * history.
 *
 * A commit that gets a new colour after its parents were painted goes into the queue again.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/vec.h"
#include "src/git/commit.h"
#include "src/git/library.h"
#include "src/git/object.h"
#include "src/git/oidmap.h"
#include "src/git/rev.h"

#define FROM	1u
#define TO	2u
#define QUEUED	4u
#define COUNTED 8u /* was looked at while only TO reached it */

struct queued {
	struct oid oid;
	int64_t time;
};

struct walk {
	struct repo *repo;
	struct oidmap flags;
	struct queued *heap; /* newest on top */
	size_t count, cap;
	size_t only_to;	 /* in the queue, reached by TO alone */
	uint64_t looked; /* commits read */
	uint64_t counted;
	bool is_cut;  /* the end of a shallow clone was met on TO's side */
	bool is_lost; /* FROM is not in the repository, which is no shallow clone */
};

static void walk_release(struct walk *walk)
{
	oidmap_release(&walk->flags);
	free(walk->heap);
}

static void swap(struct queued *a, struct queued *b)
{
	struct queued kept = *a;

	*a = *b;
	*b = kept;
}

static int push(struct walk *walk, const struct oid *oid, int64_t time)
{
	size_t at = walk->count;

	if (vec_reserve(&walk->heap, &walk->cap, walk->count + 1, sizeof(*walk->heap)) < 0)
		return -ENOMEM;
	walk->heap[walk->count++] = (struct queued){*oid, time};
	while (at > 0 && walk->heap[(at - 1) / 2].time < walk->heap[at].time) {
		swap(&walk->heap[(at - 1) / 2], &walk->heap[at]);
		at = (at - 1) / 2;
	}
	return 0;
}

static struct oid pop(struct walk *walk)
{
	struct oid top = walk->heap[0].oid;
	size_t at = 0;

	walk->heap[0] = walk->heap[--walk->count];
	for (;;) {
		size_t newest = at, left = 2 * at + 1, right = left + 1;

		if (left < walk->count && walk->heap[left].time > walk->heap[newest].time)
			newest = left;
		if (right < walk->count && walk->heap[right].time > walk->heap[newest].time)
			newest = right;
		if (newest == at)
			return top;
		swap(&walk->heap[at], &walk->heap[newest]);
		at = newest;
	}
}

/*
 * Read OID into *OBJECT and *COMMIT. 1: there is none, and the repository is a shallow clone, so
 * that history ends here.
 */
static int read_commit(struct walk *walk, const struct oid *oid, struct object *object,
		struct commit *commit, struct err *err)
{
	struct err reason = ERR_INIT;
	char hex[OID_HEX_SIZE];
	int rc;

	rc = object_read(walk->repo, oid, OBJECT_COMMIT, OBJECT_TEXT_MAX, object, &reason);
	if (rc == -ENOENT && git_repository_is_shallow(walk->repo->handle) == 1)
		return 1;
	if (rc < 0) {
		if (err)
			*err = reason;
		return rc;
	}
	rc = commit_parse(object->data, object->size, commit);
	if (rc < 0) {
		object_release(object);
		oid_format(oid, hex);
		return err_set(err, EINVAL, "commit %s is malformed", hex);
	}
	return 0;
}

static bool is_only_to(uint64_t flags)
{
	return (flags & (FROM | TO)) == TO;
}

/* Queue OID, whose flags are *FLAGS, by its time. */
static int enqueue(struct walk *walk, const struct oid *oid, uint64_t *flags, struct err *err)
{
	struct object object = OBJECT_INIT;
	struct commit commit;
	int rc;

	rc = read_commit(walk, oid, &object, &commit, err);
	if (rc == 1)
		walk->is_cut |= is_only_to(*flags);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = push(walk, oid, commit.time);
	object_release(&object);
	if (rc < 0)
		return err_set(err, ENOMEM, "out of memory");
	*flags |= QUEUED;
	walk->only_to += is_only_to(*flags);
	return 0;
}

/* Give OID the COLOURS it does not have yet. */
static int paint(struct walk *walk, const struct oid *oid, uint64_t colours, struct err *err)
{
	uint64_t *flags = oidmap_add(&walk->flags, oid);
	bool was_only_to;

	if (!flags)
		return err_set(err, ENOMEM, "out of memory");
	if ((*flags & colours) == colours)
		return 0;
	was_only_to = is_only_to(*flags);
	*flags |= colours;
	if (was_only_to && !is_only_to(*flags)) {
		walk->only_to -= (*flags & QUEUED) != 0;
		walk->counted -= (*flags & COUNTED) != 0;
		*flags &= ~(uint64_t)COUNTED;
	}
	if (*flags & QUEUED)
		return 0;
	return enqueue(walk, oid, flags, err);
}

/* Look at the newest commit: paint its parents. */
static int step(struct walk *walk, struct err *err)
{
	struct object object = OBJECT_INIT;
	struct oid oid = pop(walk), parent;
	uint64_t *flags = oidmap_find(&walk->flags, &oid);
	uint64_t colours = *flags & (FROM | TO);
	struct commit commit;
	int rc;

	*flags &= ~(uint64_t)QUEUED;
	if (is_only_to(*flags)) {
		walk->only_to--;
		walk->counted++;
		*flags |= COUNTED;
	}
	walk->looked++;
	rc = read_commit(walk, &oid, &object, &commit, err);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	while (rc == 0 && commit_parent(&commit, &parent))
		rc = paint(walk, &parent, colours, err);
	object_release(&object);
	return rc;
}

/* Walk until the answer is known: 1, there is no more to look at: 0, or too much was: -E2BIG. */
static int walk_run(struct walk *walk, const struct oid *until, struct err *err)
{
	while (walk->only_to > 0) {
		uint64_t *flags = until ? oidmap_find(&walk->flags, until) : NULL;
		int rc;

		if (flags && (*flags & TO))
			return 1;
		if (walk->looked >= REV_WALK_MAX)
			return -E2BIG;
		rc = step(walk, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* FROM may be missing: then nothing that is here reaches it. */
static int walk_start(
		struct walk *walk, const struct oid *from, const struct oid *to, struct err *err)
{
	struct err reason = ERR_INIT;
	int rc;

	rc = paint(walk, to, TO, err);
	if (rc < 0)
		return rc;
	rc = paint(walk, from, FROM, &reason);
	walk->is_lost = rc == -ENOENT;
	if (rc < 0 && rc != -ENOENT && err)
		*err = reason;
	return rc == -ENOENT ? 0 : rc;
}

static int cut_error(struct err *err)
{
	return err_set(err, E2BIG,
			"the history at hand ends before it is known (a shallow clone); fetch more "
			"of it");
}

int rev_is_ancestor(struct repo *repo, const struct oid *ancestor, const struct oid *commit,
		struct err *err)
{
	struct walk walk = {.repo = repo};
	uint64_t *flags;
	int rc;

	if (oid_equal(ancestor, commit))
		return 1;
	rc = walk_start(&walk, ancestor, commit, err);
	if (rc == 0 && !walk.is_lost)
		rc = walk_run(&walk, ancestor, err);
	flags = oidmap_find(&walk.flags, ancestor);
	if (rc == 0 && flags && (*flags & TO))
		rc = 1;
	else if (rc == -E2BIG)
		rc = err_set(err, E2BIG, "history is too long to check: over %d commits",
				REV_WALK_MAX);
	else if (rc == 0 && walk.is_cut)
		rc = cut_error(err);
	walk_release(&walk);
	return rc;
}

int rev_count(struct repo *repo, const struct oid *from, const struct oid *to, uint64_t *count,
		struct err *err)
{
	struct walk walk = {.repo = repo};
	int rc;

	rc = walk_start(&walk, from, to, err);
	if (rc == 0)
		rc = walk_run(&walk, NULL, err);
	if (rc == 0 || rc == -E2BIG) {
		*count = walk.counted < REV_WALK_MAX ? walk.counted : REV_WALK_MAX;
		rc = 0;
	}
	walk_release(&walk);
	return rc;
}
