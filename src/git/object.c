#include "src/git/object.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "src/base/err.h"
#include "src/git/library.h"
#include "src/git/packed.h"

#define TAG_HOPS_MAX 16

const char *object_kind_text(enum object_kind kind)
{
	static const char *const texts[] = {"object", "commit", "tree", "blob", "tag"};

	return (size_t)kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : texts[0];
}

/* An object that is nowhere may be in a pack that nobody can find anything in. */
static int missing(const struct repo *repo, const char *hex, struct err *err)
{
	const char *left_out = packed_left_out(repo->packs);

	if (left_out)
		return err_set(err, ENOENT,
				"object %s is missing from the repository; left out: '%s', which "
				"is no index of a pack",
				hex, left_out);
	return err_set(err, ENOENT, "object %s is missing from the repository", hex);
}

static int read_error(const struct repo *repo, const struct oid *oid, int rc, struct err *err)
{
	char hex[OID_HEX_SIZE];

	oid_format(oid, hex);
	if (rc == GIT_ENOTFOUND)
		return missing(repo, hex, err);
	if (library_errno(rc) == ENOMEM)
		return err_set(err, ENOMEM, "object %s: out of memory", hex);
	if (rc == GIT_EBUFS)
		return library_error(err, rc, "object %s", hex);
	(void)library_error(err, rc, "object %s cannot be read", hex);
	if (err)
		err->code = EBADMSG;
	return -EBADMSG;
}

/* May it help to look at the folders of packs again? */
static bool is_worth_a_look(const struct repo *repo, int rc)
{
	return rc < 0 && rc != GIT_ENOTFOUND && rc != GIT_EBUFS && git_odb_refresh(repo->odb) == 0;
}

/*
 * A pack that somebody has just repacked away looks like damage. So does a half-written one: look
 * at the folders again before believing it. (A missing object makes libgit2 do the same by itself.)
 */
int object_header(struct repo *repo, const struct oid *oid, enum object_kind *kind, uint64_t *size,
		struct err *err)
{
	git_object_t type;
	git_oid id;
	size_t len;
	int rc;

	library_oid_to(oid, &id);
	rc = git_odb_read_header(&len, &type, repo->odb, &id);
	if (is_worth_a_look(repo, rc))
		rc = git_odb_read_header(&len, &type, repo->odb, &id);
	if (rc < 0)
		return read_error(repo, oid, rc, err);
	*kind = (enum object_kind)type;
	*size = len;
	return 0;
}

int object_read(struct repo *repo, const struct oid *oid, enum object_kind kind, uint64_t limit,
		struct object *out, struct err *err)
{
	enum object_kind found;
	git_odb_object *object;
	char hex[OID_HEX_SIZE];
	uint64_t size;
	git_oid id;
	int rc;

	rc = object_header(repo, oid, &found, &size, err);
	if (rc < 0)
		return rc;
	oid_format(oid, hex);
	if (kind != 0 && found != kind)
		return err_set(err, EINVAL, "object %s is a %s, not a %s", hex,
				object_kind_text(found), object_kind_text(kind));
	if (size > limit)
		return err_set(err, EFBIG, "object %s has %llu bytes, the limit is %llu", hex,
				(unsigned long long)size, (unsigned long long)limit);

	library_oid_to(oid, &id);
	rc = git_odb_read(&object, repo->odb, &id);
	if (is_worth_a_look(repo, rc))
		rc = git_odb_read(&object, repo->odb, &id);
	if (rc < 0)
		return read_error(repo, oid, rc, err);
	*out = (struct object){.kind = (enum object_kind)git_odb_object_type(object),
			.data = git_odb_object_data(object),
			.size = git_odb_object_size(object),
			.handle = object};
	return 0;
}

void object_release(struct object *object)
{
	git_odb_object_free(object->handle);
	*object = (struct object)OBJECT_INIT;
}

/* "object <40 digits>\n" is the first line of a tag. */
static int parse_tag(const struct object *tag, struct oid *out)
{
	static const char key[] = "object ";
	const size_t key_len = sizeof(key) - 1, hex_len = OID_HEX_SIZE - 1;
	char hex[OID_HEX_SIZE];

	if (tag->size < key_len + hex_len + 1 || memcmp(tag->data, key, key_len) != 0 ||
			tag->data[key_len + hex_len] != '\n')
		return -EINVAL;
	memcpy(hex, tag->data + key_len, hex_len);
	hex[hex_len] = '\0';
	return oid_parse(hex, out);
}

int object_peel(struct repo *repo, struct oid *oid, struct err *err)
{
	struct object tag = OBJECT_INIT;
	struct oid at = *oid;
	char hex[OID_HEX_SIZE];
	enum object_kind kind;
	uint64_t size;
	int rc;

	for (int hops = 0; hops <= TAG_HOPS_MAX; hops++) {
		rc = object_header(repo, &at, &kind, &size, err);
		if (rc < 0)
			return rc;
		oid_format(&at, hex);
		if (kind == OBJECT_COMMIT) {
			*oid = at;
			return 0;
		}
		if (kind != OBJECT_TAG)
			return err_set(err, EINVAL, "%s %s is not a commit", object_kind_text(kind),
					hex);
		rc = object_read(repo, &at, OBJECT_TAG, OBJECT_TEXT_MAX, &tag, err);
		if (rc < 0)
			return rc;
		rc = parse_tag(&tag, &at);
		object_release(&tag);
		if (rc < 0)
			return err_set(err, EINVAL, "tag %s is malformed", hex);
	}
	oid_format(oid, hex);
	return err_set(err, EINVAL, "tag %s leads through more than %d other tags", hex,
			TAG_HOPS_MAX);
}
