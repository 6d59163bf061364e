#include "src/git/rev.h"

#include <errno.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/utf8.h"
#include "src/git/commit.h"
#include "src/git/library.h"
#include "src/git/object.h"

int rev_read(struct repo *repo, const struct oid *commit, struct rev *out, struct err *err)
{
	struct object object = OBJECT_INIT;
	struct commit fields;
	char hex[OID_HEX_SIZE];
	struct rev rev = {.commit = *commit};
	int rc;

	rc = object_read(repo, commit, OBJECT_COMMIT, OBJECT_TEXT_MAX, &object, err);
	if (rc < 0)
		return rc;
	rc = commit_parse(object.data, object.size, &fields);
	if (rc < 0) {
		oid_format(commit, hex);
		rc = err_set(err, EINVAL, "commit %s is malformed", hex);
		goto out;
	}
	rev.tree = fields.tree;
	rev.time = fields.time;
	utf8_copy_text(rev.author, sizeof(rev.author), fields.author.data, fields.author.len);
	utf8_copy_text(rev.subject, sizeof(rev.subject), fields.subject.data, fields.subject.len);
	*out = rev;
out:
	object_release(&object);
	return rc;
}

static int parse_error(const char *text, int rc, struct err *err)
{
	if (rc == GIT_ENOTFOUND)
		return err_set(err, ENOENT, "no revision '%s'", text);
	if (rc == GIT_EAMBIGUOUS)
		return err_set(err, EINVAL, "'%s' is ambiguous: give more digits", text);
	if (rc == GIT_EINVALIDSPEC)
		return err_set(err, EINVAL, "'%s' is not a revision", text);
	return library_error(err, rc, "revision '%s'", text);
}

static int peel(struct repo *repo, const char *text, struct oid *oid, struct oid *commit,
		struct err *err)
{
	int rc = object_peel(repo, oid, err);

	if (rc < 0)
		return err_wrap(err, "revision '%s'", text);
	*commit = *oid;
	return 0;
}

int rev_parse(struct repo *repo, const char *text, struct oid *commit, struct err *err)
{
	git_object *object = NULL;
	struct oid oid;
	int rc;

	if (oid_parse(text, &oid) == 0)
		return peel(repo, text, &oid, commit, err); /* without parsing it */
	rc = git_revparse_single(&object, repo->handle, text);
	if (rc < 0)
		return parse_error(text, rc, err);
	library_oid_from(git_object_id(object), &oid);
	git_object_free(object);
	return peel(repo, text, &oid, commit, err);
}
