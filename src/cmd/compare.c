#include "src/cmd/compare.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/vec.h"

int entries_add(struct entries *entries, const char *name, const struct entry *entry)
{
	struct entry copy = *entry;

	if (vec_reserve(&entries->items, &entries->cap, entries->count + 1,
			    sizeof(*entries->items)) < 0)
		return -ENOMEM;
	copy.name = strdup(name);
	if (!copy.name)
		return -ENOMEM;
	entries->items[entries->count++] = copy;
	return 0;
}

void entries_release(struct entries *entries)
{
	size_t i;

	for (i = 0; i < entries->count; i++)
		free(entries->items[i].name);
	free(entries->items);
	*entries = (struct entries)ENTRIES_INIT;
}

/* A walk through both trees at once. */
struct walk {
	const struct compare_tree *from, *to;
	const struct compare_paths *paths;
	compare_fn *fn;
	void *arg;
	struct buf path; /* of the folder that is looked at, then of an entry */
	unsigned depth;
	struct err *err;
};

/* As git sorts: a folder as if its name ended with a slash. */
static int compare_entries(const struct entry *a, const struct entry *b)
{
	size_t a_len = strlen(a->name), b_len = strlen(b->name);
	size_t len = a_len < b_len ? a_len : b_len;
	int order = memcmp(a->name, b->name, len);
	unsigned char a_next = (unsigned char)a->name[len], b_next = (unsigned char)b->name[len];

	if (order != 0)
		return order;
	if (a_next == '\0' && S_ISDIR(a->mode))
		a_next = '/';
	if (b_next == '\0' && S_ISDIR(b->mode))
		b_next = '/';
	return (a_next > b_next) - (a_next < b_next);
}

static int sort_entries(const void *a, const void *b)
{
	return compare_entries(a, b);
}

/* Is PATH the same as, or inside of, folder? */
static bool is_inside(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static bool is_asked_for(const struct compare_paths *paths, const char *path, bool is_folder)
{
	size_t i;

	for (i = 0; i < paths->count; i++) {
		if (is_inside(path, paths->items[i]) ||
				(is_folder && is_inside(paths->items[i], path)))
			return true;
	}
	return paths->count == 0;
}

static int walk_folder(struct walk *walk, bool is_in_from, bool is_in_to);

/* Do both trees know what is at the walk's path by the same? */
static int is_known_same(
		struct walk *walk, const struct entry *from, const struct entry *to, bool *is_same)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	const char *path = buf_str(&walk->path);
	int rc = 0;

	*is_same = false;
	if (!walk->from->identify || !walk->to->identify)
		return 0;
	rc = walk->from->identify(walk->from->arg, path, from, &a, walk->err);
	if (rc == 0)
		rc = walk->to->identify(walk->to->arg, path, to, &b, walk->err);
	if (rc == 0)
		*is_same = buf_ok(&a) && buf_ok(&b) && a.len > 0 && a.len == b.len &&
				memcmp(a.data, b.data, a.len) == 0;
	buf_release(&a);
	buf_release(&b);
	return rc;
}

/* FROM and TO have the walk's path; one may be NULL, if both are there they are of one type. */
static int visit_folder(struct walk *walk, const struct entry *from, const struct entry *to)
{
	bool is_same = false;
	int rc = 0;

	if (from && to)
		rc = is_known_same(walk, from, to, &is_same);
	if (rc < 0 || is_same)
		return rc;
	if (walk->depth == COMPARE_DEPTH_MAX)
		return err_set(walk->err, ELOOP, "'%s': more than %d folders below each other",
				buf_str(&walk->path), COMPARE_DEPTH_MAX);
	walk->depth++;
	rc = walk_folder(walk, from != NULL, to != NULL);
	walk->depth--;
	return rc;
}

static int visit_file(struct walk *walk, const struct entry *from, const struct entry *to)
{
	bool is_same = false;
	int rc = 0;

	if (from && to && from->mode == to->mode) {
		is_same = from->node && from->node == to->node;
		if (!is_same)
			rc = is_known_same(walk, from, to, &is_same);
	}
	if (rc < 0 || is_same)
		return rc;
	return walk->fn(walk->arg, buf_str(&walk->path), from, to, walk->err);
}

static int visit(struct walk *walk, const struct entry *from, const struct entry *to)
{
	const struct entry *any = from ? from : to;
	size_t len = walk->path.len;
	int rc = 0;

	if (len > 0)
		buf_add_char(&walk->path, '/');
	buf_add_str(&walk->path, any->name);
	if (!buf_ok(&walk->path))
		return err_sys(walk->err, ENOMEM, "compare");
	if (!is_asked_for(walk->paths, walk->path.data, S_ISDIR(any->mode)))
		rc = 0;
	else if (S_ISDIR(any->mode))
		rc = visit_folder(walk, from, to);
	else
		rc = visit_file(walk, from, to);
	walk->path.len = len;
	walk->path.data[len] = '\0';
	return rc;
}

static int list(struct walk *walk, const struct compare_tree *tree, struct entries *out)
{
	int rc;

	rc = tree->list(tree->arg, buf_str(&walk->path), out, walk->err);
	if (rc == 0 && out->count > 1)
		qsort(out->items, out->count, sizeof(*out->items), sort_entries);
	return rc;
}

/* Both lists are sorted: what has the same name and is of one sort (folder or not) meets. */
static int merge(struct walk *walk, const struct entries *from, const struct entries *to)
{
	size_t i = 0, j = 0;
	int order, rc = 0;

	while (rc == 0 && (i < from->count || j < to->count)) {
		if (i == from->count)
			order = 1;
		else if (j == to->count)
			order = -1;
		else
			order = compare_entries(&from->items[i], &to->items[j]);
		rc = visit(walk, order <= 0 ? &from->items[i] : NULL,
				order >= 0 ? &to->items[j] : NULL);
		i += order <= 0;
		j += order >= 0;
	}
	return rc;
}

static int walk_folder(struct walk *walk, bool is_in_from, bool is_in_to)
{
	struct entries from = ENTRIES_INIT, to = ENTRIES_INIT;
	int rc = 0;

	if (is_in_from)
		rc = list(walk, walk->from, &from);
	if (rc == 0 && is_in_to)
		rc = list(walk, walk->to, &to);
	if (rc == 0)
		rc = merge(walk, &from, &to);
	entries_release(&from);
	entries_release(&to);
	return rc;
}

int compare_trees(const struct compare_tree *from, const struct compare_tree *to,
		const struct compare_paths *paths, compare_fn *fn, void *arg, struct err *err)
{
	const struct entry root = {.mode = S_IFDIR};
	struct walk walk = {
			.from = from, .to = to, .paths = paths, .fn = fn, .arg = arg, .err = err};
	int rc;

	rc = visit_folder(&walk, &root, &root);
	buf_release(&walk.path);
	return rc;
}
