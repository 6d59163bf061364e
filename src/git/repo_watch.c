/*
 * repo_watch: where to look for a ref that moves, or for a tag that says more about its commit.
 *
 * A ref is written as a loose file by renaming a lock file beside it, as packed-refs in the common
 * folder, or through HEAD. A folder on the way may not exist yet (refs/heads/team/main before
 * anybody pushed to team/): then its nearest existing parent is where it will appear.
 */
#include "src/git/repo.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/git/library.h"

static bool contains(const struct buf *list, const char *path)
{
	for (size_t at = 0; at < list->len; at += strlen(list->data + at) + 1) {
		if (strcmp(list->data + at, path) == 0)
			return true;
	}
	return false;
}

/* Add PATH unless it is there already or is no folder; is it one? */
static bool add_dir(struct buf *list, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return false;
	if (!contains(list, path))
		buf_add(list, path, strlen(path) + 1);
	return true;
}

/* Refs that every worktree has for itself (gitrepository-layout(5)). */
static bool is_own_ref(const char *full)
{
	return !str_has_prefix(full, "refs/") || str_has_prefix(full, "refs/bisect/") ||
			str_has_prefix(full, "refs/worktree/") ||
			str_has_prefix(full, "refs/rewritten/");
}

/* The folders above the loose file of FULL, outermost first, as far as they exist. */
static int add_way(struct repo *repo, const char *full, struct buf *list)
{
	const char *dir = is_own_ref(full) ? repo->git_dir : repo->common_dir;
	struct buf path = BUF_INIT;
	bool exists = path_is_clean(full);

	for (const char *slash = strchr(full, '/'); slash && exists;
			slash = strchr(slash + 1, '/')) {
		buf_clear(&path);
		buf_printf(&path, "%s/%.*s", dir, (int)(slash - full), full);
		exists = buf_ok(&path) && add_dir(list, path.data);
	}
	buf_release(&path);
	return buf_ok(list) ? 0 : -ENOMEM;
}

/* Where FULL leads if it is symbolic: true and the name in TARGET. */
static bool next_hop(struct repo *repo, const char *full, char target[static REF_NAME_MAX])
{
	git_reference *ref = NULL;
	const char *name = NULL;

	if (ref_lookup(repo, full, &ref, NULL) < 0)
		return false;
	if (git_reference_type(ref) == GIT_REFERENCE_SYMBOLIC)
		name = git_reference_symbolic_target(ref);
	if (name)
		str_copy(target, REF_NAME_MAX, name);
	git_reference_free(ref);
	return name != NULL;
}

int repo_watch_dirs(struct repo *repo, const char *full, struct buf *out, struct err *err)
{
	char name[REF_NAME_MAX], target[REF_NAME_MAX];
	struct oid oid;
	int rc = 0;

	buf_clear(out);
	(void)add_dir(out, repo->git_dir);
	(void)add_dir(out, repo->common_dir);
	if (oid_parse(full, &oid) == 0)
		return buf_ok(out) ? 0 : err_set(err, ENOMEM, "out of memory");

	str_copy(name, sizeof(name), full);
	for (int hops = 0; hops <= REF_HOPS_MAX && rc == 0; hops++) {
		rc = add_way(repo, name, out);
		if (!next_hop(repo, name, target))
			break;
		str_copy(name, sizeof(name), target);
	}
	if (rc == 0)
		rc = add_way(repo, "refs/tags/any", out);
	return rc < 0 ? err_set(err, -rc, "out of memory") : 0;
}
