#include "src/git/stores.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <git2/sys/odb_backend.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/git/library.h"
#include "src/git/loose.h"
#include "src/git/regular.h"

#define PACKED_FIRST 2 /* asked before loose ones: most objects are there */
#define LOOSE_NEXT   1

#define INDEX_HEAD	  (8 + 256 * 4)
#define INDEX_OBJECTS_MAX (UINT32_MAX / 28) /* 20 bytes of id, 4 of checksum, 4 of offset */

/* A folder of objects, and how many lists of alternates led to it. */
struct place {
	char *path; /* resolved, so that no folder is there twice */
	unsigned depth;
};

struct stores {
	git_odb *odb;
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

/*
 * An index begins with 256 counts, of which the last is that of all objects; since version 2 a magic
 * and the version stand before them. libgit2 1.5 multiplies the count by the size of an entry in 32
 * bits.
 */
static int check_index(const char *path, struct err *err)
{
	static const unsigned char magic[] = {0xff, 't', 'O', 'c'};
	unsigned char head[INDEX_HEAD], *count = head + 255 * sizeof(magic);
	uint64_t objects = 0;
	int fd, rc;

	rc = regular_check(path, UINT64_MAX, err);
	if (rc < 0 || !str_has_suffix(path, ".idx"))
		return rc;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head)) {
		if (memcmp(head, magic, sizeof(magic)) == 0)
			count += 2 * sizeof(magic);
		for (size_t i = 0; i < sizeof(magic); i++)
			objects = objects << 8 | count[i];
	}
	if (fd >= 0)
		(void)close(fd);
	if (objects > INDEX_OBJECTS_MAX)
		return err_set(err, EINVAL, "'%s' is no index of a pack", path);
	return 0;
}

/* libgit2 opens these without looking, and would wait for a writer of a FIFO. */
static int check_packs(const char *folder, struct err *err)
{
	struct buf path = BUF_INIT;
	const struct dirent *entry;
	DIR *dir;
	int rc = 0;

	buf_printf(&path, "%s/pack", folder);
	dir = buf_ok(&path) ? opendir(path.data) : NULL;
	while (dir && rc == 0 && (entry = readdir(dir)) != NULL) {
		if (!str_has_suffix(entry->d_name, ".idx") &&
				strcmp(entry->d_name, "multi-pack-index") != 0)
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/pack/%s", folder, entry->d_name);
		rc = buf_ok(&path) ? check_index(path.data, err) : no_memory(err);
		if (rc == -ENOENT)
			rc = 0;
	}
	if (dir)
		(void)closedir(dir);
	buf_release(&path);
	return rc;
}

static int add_backend(struct stores *stores, const struct place *place, git_odb_backend *backend,
		int priority, struct err *err)
{
	int rc = place->depth == 0 ? git_odb_add_backend(stores->odb, backend, priority)
				   : git_odb_add_alternate(stores->odb, backend, priority);

	if (rc == 0)
		return 0;
	backend->free(backend);
	return library_error(err, rc, "objects of '%s'", place->path);
}

static int add_place(struct stores *stores, const struct place *place, struct err *err)
{
	git_odb_backend *backend = NULL;
	int rc;

	rc = check_packs(place->path, err);
	if (rc < 0)
		return rc;
	rc = git_odb_backend_pack(&backend, place->path);
	if (rc < 0)
		return library_error(err, rc, "packs of '%s'", place->path);
	rc = add_backend(stores, place, backend, PACKED_FIRST, err);
	if (rc < 0)
		return rc;
	if (loose_new(place->path, &backend) < 0)
		return no_memory(err);
	return add_backend(stores, place, backend, LOOSE_NEXT, err);
}

int stores_open(const char *folder, git_odb **out, struct err *err)
{
	struct stores stores = {0};
	int rc;

	rc = git_odb_new(&stores.odb);
	if (rc < 0)
		return library_error(err, rc, "objects of '%s'", folder);
	rc = note(&stores, folder, 0) < 0 ? no_memory(err) : 0;
	for (size_t i = 0; rc == 0 && i < stores.count; i++) {
		rc = add_place(&stores, &stores.places[i], err);
		if (rc == 0)
			rc = read_list(&stores, &stores.places[i], err);
	}
	for (size_t i = 0; i < stores.count; i++)
		free(stores.places[i].path);
	if (rc < 0)
		git_odb_free(stores.odb);
	else
		*out = stores.odb;
	return rc;
}
