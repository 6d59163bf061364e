/*
 * A commit's signature is the header `gpgsig`, continued by lines that begin with a space; what was
 * signed is the commit without it (and without `gpgsig-sha256`, which is about the same commit under
 * its other name). A tag's signature is the end of its message.
 *
 * The cut decides what "was signed" means, so it is stricter than git's. A commit has one signature,
 * which stands behind the committer, where git and others put it; so nobody can hide parents or an
 * author behind it. A tag says which name it has: otherwise the tag of an old release could be
 * presented under the name of the new one.
 */
#include "src/git/signature.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/vec.h"
#include "src/git/commit.h"
#include "src/git/library.h"
#include "src/git/object.h"

#define TAGS_DIR "refs/tags/"

static const char *const armour[] = {"-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----",
		"-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----", NULL};

void signature_release(struct signature *signature)
{
	buf_release(&signature->payload);
	buf_release(&signature->text);
	*signature = (struct signature)SIGNATURE_INIT;
}

static void add_line(struct buf *out, const struct commit_text *line)
{
	buf_add(out, line->data, line->len);
	buf_add_char(out, '\n');
}

/* --- commits --- */

enum part { PART_PAYLOAD, PART_SIGNATURE, PART_OTHER };

struct cutter {
	struct signature *out;
	enum part part; /* that a line beginning with a space belongs to */
	bool has_committer;
	const char *fault; /* NULL: none */
};

static void begin_signature(struct cutter *cutter, const struct commit_text *value)
{
	if (cutter->out->text.len > 0)
		cutter->fault = "it has more than one signature";
	if (!cutter->has_committer)
		cutter->fault = "its signature is not where git puts it";
	cutter->part = PART_SIGNATURE;
	add_line(&cutter->out->text, value);
}

static void cut_line(struct cutter *cutter, const struct commit_text *line)
{
	struct commit_text value;

	if (line->data[0] == ' ') {
		value = (struct commit_text){line->data + 1, line->len - 1};
		if (cutter->part == PART_SIGNATURE)
			add_line(&cutter->out->text, &value);
	} else if (commit_value(line, "gpgsig", &value)) {
		begin_signature(cutter, &value);
	} else if (commit_value(line, "gpgsig-sha256", &value)) {
		cutter->part = PART_OTHER;
	} else {
		cutter->part = PART_PAYLOAD;
		if (commit_value(line, "committer", &value) && !cutter->has_committer) {
			cutter->has_committer = true;
			cutter->out->time = commit_time(&value);
		}
	}
	if (cutter->part == PART_PAYLOAD)
		add_line(&cutter->out->payload, line);
}

static int finish(struct signature *made, const char *what, const char *fault,
		struct signature *out, struct err *err)
{
	int rc = 0;

	if (!buf_ok(&made->payload) || !buf_ok(&made->text))
		rc = err_sys(err, ENOMEM, "read a signature");
	else if (fault)
		rc = err_set(err, EINVAL, "the %s is malformed: %s", what, fault);
	if (rc < 0)
		signature_release(made);
	else
		*out = *made;
	return rc;
}

int signature_cut_commit(const char *data, size_t len, struct signature *out, struct err *err)
{
	struct signature made = SIGNATURE_INIT;
	struct cutter cutter = {.out = &made};
	struct commit_text rest = {data, len}, line = {0};

	while (commit_line(&rest, &line) && line.len > 0)
		cut_line(&cutter, &line);
	if (!cutter.fault && !cutter.has_committer)
		cutter.fault = "it names no committer";
	if (!cutter.fault && line.len > 0)
		cutter.fault = "its header has no end";
	if (!cutter.fault) /* from the empty line on, which was taken off */
		buf_add(&made.payload, line.data, (size_t)(data + len - line.data));
	return finish(&made, "commit", cutter.fault, out, err);
}

int signature_of_commit(
		struct repo *repo, const struct oid *commit, struct signature *out, struct err *err)
{
	struct object object = OBJECT_INIT;
	int rc;

	rc = object_read(repo, commit, OBJECT_COMMIT, OBJECT_TEXT_MAX, &object, err);
	if (rc == 0) {
		rc = signature_cut_commit(object.data, object.size, out, err);
		object_release(&object);
	}
	return rc;
}

/* --- tags --- */

/* Where the signature begins: the last line that looks like it, as git has it. */
static const char *find_armour(const struct commit_text *message)
{
	struct commit_text rest = *message, line;
	const char *found = message->data + message->len;

	while (commit_line(&rest, &line)) {
		for (const char *const *begin = armour; *begin; begin++) {
			size_t len = strlen(*begin);

			if (line.len >= len && memcmp(line.data, *begin, len) == 0)
				found = line.data;
		}
	}
	return found;
}

/* The header of a tag: NULL, or what is wrong with it. REST becomes the message. */
static const char *read_tag(struct commit_text *rest, const char *name, int64_t *time)
{
	struct commit_text line, value;
	struct oid object;

	if (!commit_line(rest, &line) || !commit_value(&line, "object", &value) ||
			commit_id(&value, &object) < 0)
		return "it names no object";
	if (!commit_line(rest, &line) || !commit_value(&line, "type", &value))
		return "it does not say what it is of";
	if (!commit_line(rest, &line) || !commit_value(&line, "tag", &value))
		return "it has no name";
	if (value.len != strlen(name) || memcmp(value.data, name, value.len) != 0)
		return "it calls itself another name than that of its ref";
	if (!commit_line(rest, &line) || !commit_value(&line, "tagger", &value))
		return "it names no tagger";
	*time = commit_time(&value);
	while (commit_line(rest, &line)) {
		if (line.len == 0)
			return NULL;
	}
	return "its header has no end";
}

int signature_cut_tag(const char *data, size_t len, const char *name, struct signature *out,
		struct err *err)
{
	struct signature made = SIGNATURE_INIT;
	struct commit_text rest = {data, len};
	const char *fault = read_tag(&rest, name, &made.time), *cut;

	if (!fault) {
		cut = find_armour(&rest);
		buf_add(&made.payload, data, (size_t)(cut - data));
		buf_add(&made.text, cut, (size_t)(data + len - cut));
	}
	return finish(&made, "tag", fault, out, err);
}

int signature_of_tag(struct repo *repo, const struct signature_tag *tag, struct signature *out,
		struct err *err)
{
	struct object object = OBJECT_INIT;
	int rc;

	rc = object_read(repo, &tag->tag, OBJECT_TAG, OBJECT_TEXT_MAX, &object, err);
	if (rc == 0) {
		rc = signature_cut_tag(object.data, object.size, tag->name, out, err);
		object_release(&object);
	}
	return rc;
}

/* --- which tags there are --- */

void signature_tags_release(struct signature_tags *tags)
{
	for (size_t i = 0; i < tags->count; i++)
		free(tags->items[i].name);
	free(tags->items);
	*tags = (struct signature_tags)SIGNATURE_TAGS_INIT;
}

/* Is TAG an annotated tag of COMMIT? What cannot be read is none. */
static bool is_tag_of(struct repo *repo, const struct oid *tag, const struct oid *commit)
{
	struct object object = OBJECT_INIT;
	struct commit_text rest, line, value;
	struct oid target = {0};
	enum object_kind kind;
	uint64_t size;

	if (object_header(repo, tag, &kind, &size, NULL) < 0 || kind != OBJECT_TAG ||
			object_read(repo, tag, OBJECT_TAG, OBJECT_TEXT_MAX, &object, NULL) < 0)
		return false;
	rest = (struct commit_text){object.data, object.size};
	if (!commit_line(&rest, &line) || !commit_value(&line, "object", &value) ||
			commit_id(&value, &target) < 0)
		target = (struct oid){0};
	object_release(&object);
	return oid_equal(&target, commit);
}

static int add_tag(struct signature_tags *tags, const char *name, const struct oid *tag,
		struct err *err)
{
	if (tags->count == SIGNATURE_TAGS_MAX)
		return err_set(err, E2BIG, "more than %d tags point at this commit",
				SIGNATURE_TAGS_MAX);
	if (vec_reserve(&tags->items, &tags->cap, tags->count + 1, sizeof(*tags->items)) < 0)
		return err_sys(err, ENOMEM, "list the tags");
	tags->items[tags->count].tag = *tag;
	tags->items[tags->count].name = strdup(name);
	if (!tags->items[tags->count].name)
		return err_sys(err, ENOMEM, "list the tags");
	tags->count++;
	return 0;
}

static int compare_tags(const void *a, const void *b)
{
	const struct signature_tag *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static int look_at(struct repo *repo, const git_reference *ref, const struct oid *commit,
		struct signature_tags *out, struct err *err)
{
	const git_oid *target = git_reference_target(ref);
	struct oid tag;

	if (!target)
		return 0;
	library_oid_from(target, &tag);
	if (!is_tag_of(repo, &tag, commit))
		return 0;
	return add_tag(out, git_reference_name(ref) + strlen(TAGS_DIR), &tag, err);
}

int signature_tags_of(struct repo *repo, const struct oid *commit, struct signature_tags *out,
		struct err *err)
{
	git_reference_iterator *refs = NULL;
	git_reference *ref = NULL;
	size_t count = 0;
	int rc = 0, next;

	next = git_reference_iterator_glob_new(&refs, repo->handle, TAGS_DIR "*");
	while (rc == 0 && next == 0 && (next = git_reference_next(&ref, refs)) == 0) {
		if (++count > SIGNATURE_REFS_MAX)
			rc = err_set(err, E2BIG, "the repository has more than %d tags",
					SIGNATURE_REFS_MAX);
		else
			rc = look_at(repo, ref, commit, out, err);
		git_reference_free(ref);
	}
	if (next < 0 && next != GIT_ITEROVER)
		rc = library_error(err, next, "list the tags");
	git_reference_iterator_free(refs);
	if (rc == 0 && out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), compare_tags);
	return rc;
}
