#include "src/git/stores.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <git2/sys/odb_backend.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/git/library.h"
#include "src/git/loose.h"
#include "src/git/packed.h"
#include "src/git/regular.h"

#define PACKED_FIRST 2 /* asked before loose ones: most objects are there */
#define LOOSE_NEXT   1

/* A folder of objects, and how many lists of alternates led to it. */
struct place {
	char *path; /* resolved, so that no folder is there twice */
	unsigned depth;
};

struct stores {
	git_odb *odb;
	git_odb_backend *packs; /* of all places; it belongs to `odb` */
	struct place places[STORES_MAX];
	size_t count;
};

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

/* One more folder to look at, if it is there, is new, and there is room. */
static int note(struct stores *stores, const char *path, unsigned depth)
{
	char full[PATH_MAX];
	struct stat st;

	if (!realpath(path, full) || stat(full, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	for (size_t i = 0; i < stores->count; i++) {
		if (strcmp(stores->places[i].path, full) == 0)
			return 0;
	}
	if (stores->count == STORES_MAX || depth > STORES_DEPTH_MAX)
		return 0;
	stores->places[stores->count] = (struct place){strdup(full), depth};
	return stores->places[stores->count++].path ? 0 : -ENOMEM;
}

/* LINE of a list names a folder, from PLACE if it is relative. */
static int note_line(struct stores *stores, const struct place *place, const char *line)
{
	struct buf path = BUF_INIT;
	int rc = 0;

	if (line[0] == '\0' || line[0] == '#')
		return 0;
	if (line[0] == '/')
		buf_add_str(&path, line);
	else
		path_join(&path, place->path, line);
	if (!buf_ok(&path))
		rc = -ENOMEM;
	else if (path.len < PATH_MAX)
		rc = note(stores, path.data, place->depth + 1);
	buf_release(&path);
	return rc;
}

static int read_list(struct stores *stores, const struct place *place, struct err *err)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	char *line, *rest;
	int rc;

	buf_printf(&path, "%s/info/alternates", place->path);
	if (!buf_ok(&path)) {
		rc = no_memory(err);
		goto out;
	}
	rc = regular_read(path.data, STORES_LIST_MAX, &text, err);
	if (rc == -ENOENT)
		rc = 0;
	rest = text.data;
	while (rc == 0 && rest && (line = strsep(&rest, "\n")) != NULL)
		rc = note_line(stores, place, line) < 0 ? no_memory(err) : 0;
out:
	buf_release(&text);
	buf_release(&path);
	return rc;
}

/* The packs of all places are one backend: what unpacking costs is counted for all of them together. */
static int add_packs(struct stores *stores, struct err *err)
{
	git_odb_backend *packs = packed_new();
	int rc;

	if (!packs)
		return no_memory(err);
	rc = git_odb_add_backend(stores->odb, packs, PACKED_FIRST);
	if (rc < 0) {
		packs->free(packs);
		return library_error(err, rc, "packs");
	}
	stores->packs = packs;
	return 0;
}

static int add_place(struct stores *stores, const struct place *place, struct err *err)
{
	git_odb_backend *loose = NULL;
	int rc = packed_add(stores->packs, place->path, err);

	if (rc < 0)
		return rc;
	if (loose_new(place->path, &loose) < 0)
		return no_memory(err);
	rc = place->depth == 0 ? git_odb_add_backend(stores->odb, loose, LOOSE_NEXT)
			       : git_odb_add_alternate(stores->odb, loose, LOOSE_NEXT);
	if (rc == 0)
		return 0;
	loose->free(loose);
	return library_error(err, rc, "objects of '%s'", place->path);
}

int stores_open(const char *folder, git_odb **out, git_odb_backend **packs, struct err *err)
{
	struct stores stores = {0};
	int rc;

	rc = git_odb_new(&stores.odb);
	if (rc < 0)
		return library_error(err, rc, "objects of '%s'", folder);
	rc = add_packs(&stores, err);
	if (rc == 0)
		rc = note(&stores, folder, 0) < 0 ? no_memory(err) : 0;
	for (size_t i = 0; rc == 0 && i < stores.count; i++) {
		rc = add_place(&stores, &stores.places[i], err);
		if (rc == 0)
			rc = read_list(&stores, &stores.places[i], err);
	}
	for (size_t i = 0; i < stores.count; i++)
		free(stores.places[i].path);
	if (rc < 0) {
		git_odb_free(stores.odb);
		return rc;
	}
	*out = stores.odb;
	*packs = stores.packs;
	return 0;
}
