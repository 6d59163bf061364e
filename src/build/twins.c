#include "src/build/twins.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/vec.h"
#include "src/git/verify.h"
#include "src/render/output.h"

/* A file or a folder: the first LEN bytes of PATH. */
struct name {
	const char *path;
	size_t len;
	char *folded; /* owned: what the path is to such a file system */
};

struct names {
	struct name *items; /* owned */
	size_t count, cap;
};

static char *fold_ascii(const char *path, size_t len)
{
	char *folded = strndup(path, len);

	for (char *at = folded; at && *at; at++)
		*at += *at >= 'A' && *at <= 'Z' ? 'a' - 'A' : 0;
	return folded;
}

static bool is_ascii(const char *path, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)path[i] > 127)
			return false;
	}
	return true;
}

/* Names are valid UTF-8; what cannot be folded all the same stays as it is. */
static char *fold(const char *path, size_t len)
{
	utf8proc_uint8_t *folded = NULL;

	if (is_ascii(path, len))
		return fold_ascii(path, len);
	if (utf8proc_map((const utf8proc_uint8_t *)path, (utf8proc_ssize_t)len, &folded,
			    UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD) < 0)
		return strndup(path, len);
	return (char *)folded;
}

static int add(struct names *names, const char *path, size_t len)
{
	struct name *name;

	if (vec_reserve(&names->items, &names->cap, names->count + 1, sizeof(*names->items)) < 0)
		return -ENOMEM;
	name = &names->items[names->count];
	*name = (struct name){path, len, fold(path, len)};
	if (!name->folded)
		return -ENOMEM;
	names->count++;
	return 0;
}

/* How far PATH and BEFORE are the same, up to the last slash. */
static size_t shared_folders(const char *path, const char *before)
{
	size_t shared = 0;

	for (size_t i = 0; path[i] && path[i] == before[i]; i++) {
		if (path[i] == '/')
			shared = i + 1;
	}
	return shared;
}

/* PATH, and the folders on the way to it that were not on the way to BEFORE. */
static int add_path(struct names *names, const char *path, const char *before)
{
	size_t at = shared_folders(path, before);
	const char *slash;

	while ((slash = strchr(path + at, '/')) != NULL) {
		if (add(names, path, (size_t)(slash - path)) < 0)
			return -ENOMEM;
		at = (size_t)(slash - path) + 1;
	}
	return add(names, path, strlen(path));
}

static int compare(const void *left, const void *right)
{
	const struct name *a = left, *b = right;
	int rc = strcmp(a->folded, b->folded);

	if (rc == 0)
		rc = memcmp(a->path, b->path, a->len < b->len ? a->len : b->len);
	return rc != 0 ? rc : (a->len > b->len) - (a->len < b->len);
}

/* Where the name itself begins in the path. */
static size_t name_at(const struct name *name)
{
	const char *slash = memrchr(name->path, '/', name->len);

	return slash ? (size_t)(slash - name->path) + 1 : 0;
}

/* Twins in one folder: of those in two folders, the folders are. */
static bool are_twins(const struct name *a, const struct name *b)
{
	size_t at = name_at(a);

	return strcmp(a->folded, b->folded) == 0 && name_at(b) == at &&
			memcmp(a->path, b->path, at) == 0;
}

static void warn(const struct name *name, const struct name *twin, struct diag *findings)
{
	struct buf path = BUF_INIT, other = BUF_INIT;

	verify_escape(&path, name->path, name->len);
	verify_escape(&other, twin->path + name_at(twin), twin->len - name_at(twin));
	diag_add(findings, DIAG_WARNING, buf_str(&path), 0, 0,
			"a file system that does not tell apart case, or how letters are composed, "
			"takes it for '%s'",
			buf_str(&other));
	buf_release(&path);
	buf_release(&other);
}

int twins_find(const struct outputs *outputs, struct diag *findings)
{
	struct names names = {0};
	const char *before = "";
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < outputs->count; i++) {
		rc = add_path(&names, outputs->items[i].path, before);
		before = outputs->items[i].path;
	}
	if (rc == 0 && names.count > 0)
		qsort(names.items, names.count, sizeof(*names.items), compare);
	for (size_t i = 1; rc == 0 && i < names.count; i++) {
		if (are_twins(&names.items[i - 1], &names.items[i]))
			warn(&names.items[i], &names.items[i - 1], findings);
	}
	for (size_t i = 0; i < names.count; i++)
		free(names.items[i].folded);
	free(names.items);
	return rc;
}
