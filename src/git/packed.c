#include "src/git/packed.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/git/library.h"
#include "src/git/pack.h"
#include "src/git/regular.h"
#include "src/git/unpack.h"

struct packed {
	git_odb_backend backend; /* first: it is what libgit2 hands back */
	char **folders;		 /* owned, each with "/pack" behind it */
	size_t folder_count, folder_cap;
	struct pack **packs; /* owned, sorted by path */
	size_t count, cap;
	size_t last;	 /* in which an object was found last: the next one is often there */
	uint64_t number; /* of packs that were ever opened */
	uint64_t clock;	 /* counts what was read */
	unsigned open_files;
	char *left_out; /* owned */
	struct unpacker *unpacker;
};

static struct packed *packed_of(git_odb_backend *backend)
{
	return (struct packed *)(void *)backend;
}

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

/* --- which packs there are --- */

static int compare_paths(const void *left, const void *right)
{
	const struct pack *const *a = left, *const *b = right;

	return strcmp((*a)->path, (*b)->path);
}

static bool is_known(const struct packed *packed, size_t count, const char *path)
{
	struct pack key = {.path = (char *)(uintptr_t)path}, *at = &key;

	return count > 0 && bsearch(&at, packed->packs, count, sizeof(at), compare_paths) != NULL;
}

static void leave_out(struct packed *packed, const char *path)
{
	free(packed->left_out);
	packed->left_out = strdup(path);
}

/* The index at PATH, if nothing is wrong with it. */
static int add_pack(struct packed *packed, const char *path, struct err *err)
{
	int rc = regular_check(path, UINT64_MAX, err);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	if (vec_reserve(&packed->packs, &packed->cap, packed->count + 1, sizeof(*packed->packs)) <
			0)
		return no_memory(err);
	rc = pack_new(path, ++packed->number, &packed->packs[packed->count]);
	if (rc == -ENOMEM)
		return no_memory(err);
	if (rc == 0)
		packed->count++;
	else if (rc != -ENOENT)
		leave_out(packed, path);
	return 0;
}

/* What is new in FOLDER; the first KNOWN packs are sorted. */
static int scan_folder(struct packed *packed, const char *folder, size_t known, struct err *err)
{
	struct buf path = BUF_INIT;
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	int rc = 0;

	while (dir && rc == 0 && (entry = readdir(dir)) != NULL) {
		if (!str_has_suffix(entry->d_name, ".idx"))
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%s", folder, entry->d_name);
		if (!buf_ok(&path))
			rc = no_memory(err);
		else if (!is_known(packed, known, path.data))
			rc = add_pack(packed, path.data, err);
	}
	if (dir)
		(void)closedir(dir);
	buf_release(&path);
	return rc;
}

static void sort(struct packed *packed)
{
	if (packed->count > 0)
		qsort(packed->packs, packed->count, sizeof(*packed->packs), compare_paths);
	packed->last = 0;
}

static void close_pack(struct packed *packed, struct pack *pack)
{
	packed->open_files -= pack->fd >= 0;
	pack_close(pack);
}

/* Packs whose index is not there any more were packed anew, and are in others. */
static void forget_removed(struct packed *packed)
{
	size_t kept = 0;

	for (size_t i = 0; i < packed->count; i++) {
		struct pack *pack = packed->packs[i];

		if (regular_check(pack->path, UINT64_MAX, NULL) == 0) {
			packed->packs[kept++] = pack;
			continue;
		}
		close_pack(packed, pack);
		pack_free(pack);
	}
	packed->count = kept;
}

/* git_odb_backend.refresh */
static int packed_refresh(git_odb_backend *backend)
{
	struct packed *packed = packed_of(backend);
	size_t known;

	forget_removed(packed);
	known = packed->count;
	for (size_t i = 0; i < packed->folder_count; i++)
		(void)scan_folder(packed, packed->folders[i], known, NULL);
	sort(packed);
	return 0;
}

/* --- what is in them --- */

/* One more file will be open: close the one that was not read for the longest time. */
static void make_way(struct packed *packed)
{
	struct pack *oldest = NULL;

	if (packed->open_files < PACKED_FILES_MAX)
		return;
	for (size_t i = 0; i < packed->count; i++) {
		struct pack *pack = packed->packs[i];

		if (pack->fd >= 0 && (!oldest || pack->used < oldest->used))
			oldest = pack;
	}
	close_pack(packed, oldest);
}

static int open_pack(struct packed *packed, struct pack *pack)
{
	int rc = 0;

	if (pack->fd < 0) {
		make_way(packed);
		rc = pack_open(pack);
		packed->open_files += rc == 0;
	}
	pack->used = ++packed->clock;
	return rc;
}

/* What is done with an object, wherever it is. */
typedef int (*packed_action)(
		struct packed *packed, struct pack *pack, uint64_t offset, void *context);

/*
 * ACTION with each place where the object is, until it succeeds: a damaged pack does not matter when
 * the object is in another one, too.
 */
static int with_object(
		struct packed *packed, const git_oid *oid, packed_action action, void *context)
{
	size_t first = packed->last;
	int result = GIT_ENOTFOUND;

	for (size_t i = 0; i < packed->count; i++) {
		size_t at = (first + i) % packed->count;
		struct pack *pack = packed->packs[at];
		uint64_t offset;
		int rc;

		if (!packindex_find(&pack->index, oid->id, &offset))
			continue;
		rc = open_pack(packed, pack);
		if (rc == 0)
			rc = action(packed, pack, offset, context);
		if (rc == 0)
			packed->last = at;
		if (rc == 0 || rc == GIT_EBUFS)
			return rc;
		if (rc != GIT_ENOTFOUND)
			result = rc;
	}
	return result;
}

struct header {
	unsigned kind;
	uint64_t size;
};

static int read_header(struct packed *packed, struct pack *pack, uint64_t offset, void *context)
{
	struct header *header = context;

	return unpack_header(packed->unpacker, pack, offset, &header->kind, &header->size);
}

/* git_odb_backend.read_header */
static int packed_header(
		size_t *len, git_object_t *kind, git_odb_backend *backend, const git_oid *oid)
{
	struct header header;
	int rc = with_object(packed_of(backend), oid, read_header, &header);

	if (rc < 0)
		return rc;
	*len = header.size;
	*kind = (git_object_t)header.kind;
	return 0;
}

static int read_object(struct packed *packed, struct pack *pack, uint64_t offset, void *context)
{
	return unpack_object(packed->unpacker, pack, offset, context);
}

/* git_odb_backend.read */
static int packed_read(void **data, size_t *len, git_object_t *kind, git_odb_backend *backend,
		const git_oid *oid)
{
	struct base object;
	void *copy;
	int rc = with_object(packed_of(backend), oid, read_object, &object);

	if (rc < 0)
		return rc;
	copy = git_odb_backend_data_alloc(backend, object.size + 1);
	if (copy)
		memcpy(copy, object.data, object.size + 1);
	free(object.data);
	if (!copy)
		return GIT_ERROR;
	*data = copy;
	*len = object.size;
	*kind = (git_object_t)object.kind;
	return 0;
}

/* git_odb_backend.exists */
static int packed_exists(git_odb_backend *backend, const git_oid *oid)
{
	struct packed *packed = packed_of(backend);
	uint64_t offset;

	for (size_t i = 0; i < packed->count; i++) {
		if (packindex_find(&packed->packs[i]->index, oid->id, &offset))
			return 1;
	}
	return 0;
}

/* git_odb_backend.exists_prefix: DIGITS of PREFIX count, the rest of it is 0. */
static int packed_find(git_oid *out, git_odb_backend *backend, const git_oid *prefix, size_t digits)
{
	struct packed *packed = packed_of(backend);
	bool is_found = false;

	for (size_t i = 0; i < packed->count; i++) {
		const struct packindex *index = &packed->packs[i]->index;
		uint32_t number = packindex_first(index, prefix->id);
		git_oid found;

		for (; number < index->count; number++) {
			(void)git_oid_fromraw(&found, packindex_name(index, number));
			if (git_oid_ncmp(&found, prefix, digits) != 0)
				break;
			if (is_found && git_oid_cmp(&found, out) != 0)
				return GIT_EAMBIGUOUS;
			*out = found;
			is_found = true;
		}
	}
	return is_found ? 0 : GIT_ENOTFOUND;
}

/* git_odb_backend.read_prefix, whose parameters are not ours to choose.
 * NOLINTNEXTLINE(readability-function-size) */
static int packed_read_prefix(git_oid *out, void **data, size_t *len, git_object_t *kind,
		git_odb_backend *backend, const git_oid *prefix, size_t digits)
{
	int rc = packed_find(out, backend, prefix, digits);

	return rc == 0 ? packed_read(data, len, kind, backend, out) : rc;
}

/* git_odb_backend.free */
static void packed_free(git_odb_backend *backend)
{
	struct packed *packed = packed_of(backend);

	for (size_t i = 0; i < packed->count; i++)
		pack_free(packed->packs[i]);
	for (size_t i = 0; i < packed->folder_count; i++)
		free(packed->folders[i]);
	free(packed->packs);
	free(packed->folders);
	free(packed->left_out);
	unpacker_free(packed->unpacker);
	free(packed);
}

git_odb_backend *packed_new(void)
{
	struct packed *packed = calloc(1, sizeof(*packed));

	if (!packed)
		return NULL;
	packed->unpacker = unpacker_new();
	if (!packed->unpacker ||
			git_odb_init_backend(&packed->backend, GIT_ODB_BACKEND_VERSION) < 0) {
		packed_free(&packed->backend);
		return NULL;
	}
	packed->backend.read = packed_read;
	packed->backend.read_header = packed_header;
	packed->backend.read_prefix = packed_read_prefix;
	packed->backend.exists = packed_exists;
	packed->backend.exists_prefix = packed_find;
	packed->backend.refresh = packed_refresh;
	packed->backend.free = packed_free;
	return &packed->backend;
}

int packed_add(git_odb_backend *backend, const char *folder, struct err *err)
{
	struct packed *packed = packed_of(backend);
	struct buf path = BUF_INIT;
	int rc;

	buf_printf(&path, "%s/pack", folder);
	if (!buf_ok(&path) ||
			vec_reserve(&packed->folders, &packed->folder_cap, packed->folder_count + 1,
					sizeof(*packed->folders)) < 0) {
		buf_release(&path);
		return no_memory(err);
	}
	packed->folders[packed->folder_count] = buf_steal(&path);
	rc = scan_folder(packed, packed->folders[packed->folder_count++], 0, err);
	sort(packed);
	return rc;
}

const char *packed_left_out(const git_odb_backend *backend)
{
	return ((const struct packed *)(const void *)backend)->left_out;
}
