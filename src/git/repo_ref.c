/*
 * repo_ref: what a name that a person typed stands for, without revparse.
 *
 * The engine asks for months while others push, pack and delete. libgit2 keeps packed-refs in
 * memory and compares the file's time, size and inode before using it, which two rewrites within
 * one tick of the file system's clock can defeat (ids have the same length, inodes are used again).
 * So each question begins with a fresh reference database; it reads packed-refs only when there is
 * no loose ref.
 */
#include "src/git/repo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <git2/sys/repository.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/git/library.h"
#include "src/git/object.h"
#include "src/git/regular.h"

#define SUGGEST_MAX  2000 /* refs looked at for "did you mean" */
#define REF_FILE_MAX (64u << 10)

static int forget_refs(struct repo *repo, struct err *err)
{
	git_refdb *refdb = NULL;
	int rc;

	rc = git_refdb_open(&refdb, repo->handle);
	if (rc < 0)
		return library_error(err, rc, "refs of '%s'", repo->common_dir);
	(void)git_repository_set_refdb(repo->handle, refdb);
	git_refdb_free(refdb);
	return 0;
}

/* The files where FULL can be, loose or packed, are files, and not too large. */
static int check_file(const struct repo *repo, const char *full, struct err *err)
{
	const struct {
		const char *dir, *name;
		uint64_t limit;
	} files[] = {{repo->git_dir, full, REF_FILE_MAX}, {repo->common_dir, full, REF_FILE_MAX},
			{repo->common_dir, "packed-refs", PACKED_REFS_MAX}};
	struct buf path = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < 3 && (rc == 0 || rc == -ENOENT); i++) {
		if (!path_is_clean(files[i].name))
			continue;
		buf_clear(&path);
		path_join(&path, files[i].dir, files[i].name);
		rc = buf_ok(&path) ? regular_check(path.data, files[i].limit, err) : -ENOMEM;
	}
	buf_release(&path);
	return rc == -ENOENT ? 0 : rc;
}

int ref_lookup(struct repo *repo, const char *full, git_reference **out, struct err *err)
{
	int rc = check_file(repo, full, err);

	if (rc < 0)
		return rc;
	rc = git_reference_lookup(out, repo->handle, full);
	if (rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC)
		return -ENOENT;
	return rc < 0 ? library_error(err, rc, "ref '%s'", full) : 0;
}

/* PREFIX + NAME as a reference: 0, -ENOENT, or another errno with ERR. */
static int lookup(struct repo *repo, const char *prefix, const char *name, git_reference **out,
		struct err *err)
{
	char full[REF_NAME_MAX];

	if (strlen(prefix) + strlen(name) >= sizeof(full))
		return -ENOENT;
	str_copy(full, sizeof(full), prefix);
	str_copy(full + strlen(prefix), sizeof(full) - strlen(prefix), name);
	return ref_lookup(repo, full, out, err);
}

/* git's order (gitrevisions(7)); of the files beside refs/ only HEAD counts. */
static int find(struct repo *repo, const char *name, git_reference **out, struct err *err)
{
	static const char *const prefixes[] = {
			"", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/", NULL};

	for (const char *const *prefix = prefixes; *prefix; prefix++) {
		int rc;

		if (!**prefix && strcmp(name, "HEAD") != 0 && !str_has_prefix(name, "refs/"))
			continue;
		rc = lookup(repo, *prefix, name, out, err);
		if (rc != -ENOENT)
			return rc;
	}
	return -ENOENT;
}

/* What a person would have typed for FULL. */
static const char *short_name(const char *full)
{
	static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/remotes/", NULL};

	for (const char *const *prefix = prefixes; *prefix; prefix++) {
		if (str_has_prefix(full, *prefix))
			return full + strlen(*prefix);
	}
	return full;
}

void repo_each_ref(struct repo *repo, repo_ref_fn *fn, void *arg)
{
	git_reference_iterator *refs = NULL;
	const char *full;

	if (git_reference_iterator_new(&refs, repo->handle) < 0)
		return;
	while (git_reference_next_name(&full, refs) == 0 && fn(arg, short_name(full)))
		;
	git_reference_iterator_free(refs);
}

struct names {
	char *items[SUGGEST_MAX + 1]; /* NULL-terminated */
	size_t count;
};

static bool collect_name(void *arg, const char *name)
{
	struct names *names = arg;

	names->items[names->count] = strdup(name);
	if (names->items[names->count])
		names->count++;
	return names->count < SUGGEST_MAX;
}

static int not_found(struct repo *repo, const char *name, struct err *err)
{
	struct names *names = calloc(1, sizeof(*names));
	const char *near = NULL;
	int rc;

	if (names) {
		repo_each_ref(repo, collect_name, names);
		near = str_suggest(name, (const char *const *)names->items);
	}
	if (near && strcmp(near, name) != 0)
		rc = err_set(err, ENOENT, "no ref '%s' in '%s' (did you mean '%s'?)", name,
				repo->common_dir, near);
	else
		rc = err_set(err, ENOENT, "no ref '%s' in '%s'", name, repo->common_dir);
	for (size_t i = 0; names && i < names->count; i++)
		free(names->items[i]);
	free(names);
	return rc;
}

/* The id that REF leads to through symbolic refs. */
static int resolve(struct repo *repo, git_reference *ref, struct oid *out, struct err *err)
{
	git_reference *at = ref, *next = NULL;
	int rc = 0;

	for (int hops = 0; git_reference_type(at) == GIT_REFERENCE_SYMBOLIC; hops++) {
		if (hops == REF_HOPS_MAX) {
			rc = err_set(err, ELOOP, "ref '%s' leads through more than %d others",
					git_reference_name(ref), REF_HOPS_MAX);
			break;
		}
		rc = ref_lookup(repo, git_reference_symbolic_target(at), &next, err);
		if (rc == -ENOENT)
			rc = err_set(err, ENOENT,
					"'%s' in '%s' names '%s', which has no commit yet",
					git_reference_name(ref), repo->common_dir,
					git_reference_symbolic_target(at));
		if (rc < 0)
			break;
		if (at != ref)
			git_reference_free(at);
		at = next;
	}
	if (rc == 0)
		library_oid_from(git_reference_target(at), out);
	if (at != ref)
		git_reference_free(at);
	return rc;
}

static int peel(struct repo *repo, const char *name, struct oid *oid, struct err *err)
{
	int rc;

	rc = object_peel(repo, oid, err);
	if (rc < 0)
		return err_wrap(err, "ref '%s'", name);
	return 0;
}

/* The ref is there, so what it leads to being missing is not the same as no ref. */
static int lead(struct repo *repo, const char *name, struct oid *oid, struct err *err)
{
	int rc = peel(repo, name, oid, err);

	if (rc != -ENOENT)
		return rc;
	if (err)
		err->code = EBADMSG;
	return -EBADMSG;
}

int repo_ref(struct repo *repo, const char *ref, char full[static REF_NAME_MAX], struct oid *commit,
		struct err *err)
{
	git_reference *found = NULL;
	struct oid oid;
	int rc;

	if (oid_parse(ref, &oid) == 0) {
		rc = peel(repo, ref, &oid, err);
		if (rc < 0)
			return rc;
		oid_format(&oid, full);
		*commit = oid;
		return 0;
	}

	rc = forget_refs(repo, err);
	if (rc < 0)
		return rc;
	rc = find(repo, ref, &found, err);
	if (rc < 0)
		return rc == -ENOENT ? not_found(repo, ref, err) : rc;
	rc = resolve(repo, found, &oid, err);
	if (rc == 0)
		rc = lead(repo, git_reference_name(found), &oid, err);
	if (rc == 0) {
		str_copy(full, REF_NAME_MAX, git_reference_name(found));
		*commit = oid;
	}
	git_reference_free(found);
	return rc;
}
