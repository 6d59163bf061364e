/*
 * What a crash leaves is decided by two functions: commit_file() makes a finished temporary file
 * durable under its name, and everything else only ever removes. To let a switch become visible
 * before it is durable, commit_file() is what would be called later; nothing else here depends on
 * when.
 */
#include "src/snap/store.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/vec.h"
#include "src/snap/index.h"
#include "src/snap/node.h"

#define RECORD_SIZE_MAX 8192 /* no generation record is as long */
#define FILE_NAME_SIZE	32

/* What a name in one of the two folders says. */
enum kind { SEGMENT, SEGMENT_TMP, GENERATION, GENERATION_TMP, LAST, KIND_COUNT };

static const char *const suffixes[KIND_COUNT] = {
		[SEGMENT] = ".seg",
		[SEGMENT_TMP] = ".seg.tmp",
		[GENERATION] = ".gen",
		[GENERATION_TMP] = ".gen.tmp",
		[LAST] = ".last",
};

struct store {
	int segments_fd, generations_fd; /* the two folders, owned */
	struct segment_set *set;	 /* owned; all in it had their records verified */
	uint32_t begun;			 /* largest number of store_begin() */
};

struct numbers {
	uint32_t *items; /* owned */
	size_t count, cap;
};

static int folder_of(const struct store *store, enum kind kind)
{
	return kind == SEGMENT || kind == SEGMENT_TMP ? store->segments_fd : store->generations_fd;
}

static const char *format_name(char name[static FILE_NAME_SIZE], enum kind kind, uint32_t number)
{
	(void)snprintf(name, FILE_NAME_SIZE, "%08u%s", number, suffixes[kind]);
	return name;
}

/* Only what format_name() writes is a name of KIND. */
static bool parse_name(const char *name, enum kind kind, uint32_t *number)
{
	char canonical[FILE_NAME_SIZE];
	unsigned long long value = 0;
	size_t digits = strspn(name, "0123456789");

	if (digits < 8 || digits > 10)
		return false;
	value = strtoull(name, NULL, 10);
	if (value == 0 || value >= SEGMENT_OVERLAY)
		return false;
	*number = (uint32_t)value;
	return strcmp(name, format_name(canonical, kind, *number)) == 0;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t na = *(const uint32_t *)a, nb = *(const uint32_t *)b;

	return (na > nb) - (na < nb);
}

static bool contains(const struct numbers *numbers, uint32_t number)
{
	return numbers->count > 0 &&
			bsearch(&number, numbers->items, numbers->count, sizeof(number),
					compare_numbers);
}

static int add_number(struct numbers *numbers, uint32_t number)
{
	if (vec_reserve(&numbers->items, &numbers->cap, numbers->count + 1, sizeof(number)) < 0)
		return -ENOMEM;
	numbers->items[numbers->count++] = number;
	return 0;
}

/* The numbers of all names of KIND, ascending, in OUT (released by the caller, also on failure). */
static int list_numbers(
		const struct store *store, enum kind kind, struct numbers *out, struct err *err)
{
	int fd = openat(folder_of(store, kind), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	uint32_t number;
	int rc = 0;

	if (!dir) {
		rc = err_sys(err, errno, "cannot list state");
		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	for (errno = 0; rc == 0 && (entry = readdir(dir)); errno = 0)
		if (parse_name(entry->d_name, kind, &number))
			rc = add_number(out, number);
	if (rc == 0)
		rc = -errno;
	(void)closedir(dir);
	if (rc < 0)
		return err_sys(err, -rc, "cannot list state");
	if (out->count > 1)
		qsort(out->items, out->count, sizeof(*out->items), compare_numbers);
	return 0;
}

static int open_folder(const char *state_dir, const char *name, int *out, struct err *err)
{
	struct buf path = BUF_INIT;
	int fd, rc = 0;

	buf_printf(&path, "%s/%s", state_dir, name);
	if (!buf_ok(&path))
		rc = err_sys(err, ENOMEM, "cannot open '%s'", state_dir);
	else
		rc = file_make_dirs(path.data, 0700, err);
	if (rc < 0)
		goto out;
	fd = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		rc = err_sys(err, errno, "cannot open '%s'", path.data);
	else
		*out = fd;
out:
	buf_release(&path);
	return rc;
}

int store_open(const char *state_dir, struct store **out, struct err *err)
{
	struct store *store = calloc(1, sizeof(*store));
	int rc;

	if (!store)
		return err_sys(err, ENOMEM, "cannot open '%s'", state_dir);
	store->segments_fd = store->generations_fd = -1;
	store->set = segment_set_new();
	rc = store->set ? 0 : err_sys(err, ENOMEM, "cannot open '%s'", state_dir);
	if (rc == 0)
		rc = open_folder(state_dir, "segments", &store->segments_fd, err);
	if (rc == 0)
		rc = open_folder(state_dir, "generations", &store->generations_fd, err);
	if (rc < 0) {
		store_close(store);
		return rc;
	}
	*out = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	segment_set_free(store->set);
	if (store->segments_fd >= 0)
		(void)close(store->segments_fd);
	if (store->generations_fd >= 0)
		(void)close(store->generations_fd);
	free(store);
}

struct segment_set *store_set(struct store *store)
{
	return store->set;
}

int store_list(struct store *store, uint32_t **numbers, struct err *err)
{
	struct numbers list = {0};
	int rc = list_numbers(store, GENERATION, &list, err);

	if (rc == 0 && !list.items) {
		list.items = calloc(1, sizeof(*list.items));
		if (!list.items)
			rc = err_sys(err, ENOMEM, "cannot list generations");
	}
	if (rc < 0) {
		free(list.items);
		return rc;
	}
	*numbers = list.items;
	return (int)list.count;
}

/* A file of KIND for reading; nothing but a regular file is opened. */
static int open_file(const struct store *store, enum kind kind, uint32_t number, int *out,
		struct err *err)
{
	char name[FILE_NAME_SIZE];
	struct stat st;
	int rc = 0, fd;

	(void)format_name(name, kind, number);
	fd = openat(folder_of(store, kind), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "cannot open '%s'", name);
	if (fstat(fd, &st) < 0)
		rc = err_sys(err, errno, "cannot look at '%s'", name);
	else if (!S_ISREG(st.st_mode))
		rc = err_set(err, EBADMSG, "'%s' is not a file", name);
	if (rc < 0) {
		(void)close(fd);
		return rc;
	}
	*out = fd;
	return 0;
}

int store_open_segment(struct store *store, uint32_t number, int *fd, struct err *err)
{
	return open_file(store, SEGMENT, number, fd, err);
}

/* Read FD to its end or SIZE: the number of bytes, or negative errno. */
static ssize_t read_up_to(int fd, uint8_t *data, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, data + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int read_generation(
		const struct store *store, uint32_t number, struct generation *out, struct err *err)
{
	uint8_t data[RECORD_SIZE_MAX];
	char name[FILE_NAME_SIZE];
	struct generation generation;
	ssize_t len;
	int fd, rc = open_file(store, GENERATION, number, &fd, err);

	if (rc < 0)
		return rc;
	(void)format_name(name, GENERATION, number);
	len = read_up_to(fd, data, sizeof(data));
	(void)close(fd);
	if (len < 0)
		return err_sys(err, (int)-len, "cannot read '%s'", name);
	rc = generation_decode(data, (size_t)len, &generation, err);
	if (rc < 0) {
		(void)err_wrap(err, "'%s'", name);
		return rc;
	}
	if (generation.number != number)
		return err_set(err, EBADMSG, "'%s' holds generation %u", name, generation.number);
	*out = generation;
	return 0;
}

/* Map segment NUMBER unless it is mapped already. */
static int load_segment(struct store *store, const struct segment_use *use, struct err *err)
{
	const struct segment *mapped = segment_set_find(store->set, use->number);
	struct segment *segment = NULL;
	char name[FILE_NAME_SIZE];
	int fd, rc;

	(void)format_name(name, SEGMENT, use->number);
	if (!mapped) {
		rc = open_file(store, SEGMENT, use->number, &fd, err);
		if (rc == -ENOENT)
			return err_set(err, EBADMSG, "'%s' is missing", name);
		if (rc < 0)
			return rc;
		rc = segment_map(fd, use->number, SEGMENT_VERIFY_META, &segment, err);
		(void)close(fd);
		if (rc < 0) {
			(void)err_wrap(err, "'%s'", name);
			return rc;
		}
		rc = segment_set_add(store->set, segment);
		if (rc < 0) {
			segment_unmap(segment);
			return err_sys(err, -rc, "cannot map '%s'", name);
		}
		mapped = segment;
	}
	if (mapped->size != use->size_bytes)
		return err_set(err, EBADMSG, "'%s' is not the segment that was counted", name);
	return 0;
}

/* Do root and index lead to a tree? What is further down shows when it is read. */
static bool has_tree(const struct store *store, const struct generation *generation)
{
	struct node root;
	place at;

	if (node_read(store->set, generation->root, &root) < 0)
		return false;
	if (root.kind != NODE_DIR || root.dir != DIR_ROOT || root.parent != 0)
		return false;
	return index_find(store->set, generation->index, DIR_ROOT, &at) == 0 &&
			at == generation->root;
}

int store_load(struct store *store, uint32_t number, struct generation *out, struct err *err)
{
	struct generation generation;
	int rc = read_generation(store, number, &generation, err);

	for (uint32_t i = 0; rc == 0 && i < generation.segment_count; i++)
		rc = load_segment(store, &generation.segments[i], err);
	if (rc < 0)
		return rc;
	if (!has_tree(store, &generation))
		return err_set(err, EBADMSG, "generation %u has no tree", number);
	*out = generation;
	return 0;
}

static bool exists(const struct store *store, enum kind kind, uint32_t number)
{
	char name[FILE_NAME_SIZE];
	struct stat st;

	return fstatat(folder_of(store, kind), format_name(name, kind, number), &st,
			       AT_SYMLINK_NOFOLLOW) == 0;
}

/* Remove a file; one that is absent is fine. */
static int remove_file(const struct store *store, enum kind kind, uint32_t number, struct err *err)
{
	char name[FILE_NAME_SIZE];

	(void)format_name(name, kind, number);
	if (unlinkat(folder_of(store, kind), name, 0) < 0 && errno != ENOENT)
		return err_sys(err, errno, "cannot remove '%s'", name);
	return 0;
}

static int create_file(const struct store *store, enum kind kind, uint32_t number, int *out,
		struct err *err)
{
	char name[FILE_NAME_SIZE];
	int fd, rc = remove_file(store, kind, number, err);

	if (rc < 0)
		return rc;
	(void)format_name(name, kind, number);
	fd = openat(folder_of(store, kind), name,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, errno, "cannot create '%s'", name);
	*out = fd;
	return 0;
}

/* Is FD what the name says? An older temporary file of the same number is not. */
static bool is_file(const struct store *store, enum kind kind, uint32_t number, int fd)
{
	struct stat by_fd, by_name;
	char name[FILE_NAME_SIZE];

	if (fstat(fd, &by_fd) < 0 ||
			fstatat(folder_of(store, kind), format_name(name, kind, number), &by_name,
					AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	return by_fd.st_dev == by_name.st_dev && by_fd.st_ino == by_name.st_ino;
}

/* Make the file TMP, complete in FD, durable under the name of KIND. On failure it is gone. */
static int commit_file(const struct store *store, enum kind tmp, enum kind kind, uint32_t number,
		int fd, struct err *err)
{
	char from[FILE_NAME_SIZE], to[FILE_NAME_SIZE];
	int folder = folder_of(store, kind), rc = 0;

	(void)format_name(from, tmp, number);
	(void)format_name(to, kind, number);
	if (!is_file(store, tmp, number, fd))
		return err_set(err, EINVAL, "'%s' is another file by now", from);
	if (exists(store, kind, number))
		rc = err_sys(err, EEXIST, "cannot create '%s'", to);
	else if (fsync(fd) < 0)
		rc = err_sys(err, errno, "cannot write '%s'", from);
	else if (renameat(folder, from, folder, to) < 0)
		rc = err_sys(err, errno, "cannot create '%s'", to);
	if (rc < 0) {
		(void)remove_file(store, tmp, number, NULL);
		return rc;
	}
	rc = file_sync_dir(folder, err);
	if (rc < 0)
		(void)remove_file(store, kind, number, NULL);
	return rc;
}

int store_begin(struct store *store, uint32_t number, int *fd, struct err *err)
{
	int rc;

	assert(number > 0 && number < SEGMENT_OVERLAY);
	if (exists(store, SEGMENT, number) || exists(store, GENERATION, number) ||
			exists(store, LAST, number))
		return err_set(err, EEXIST, "number %u was used before", number);
	rc = create_file(store, SEGMENT_TMP, number, fd, err);
	if (rc == 0 && store->begun < number)
		store->begun = number;
	return rc;
}

int store_seal(struct store *store, uint32_t number, int fd, struct err *err)
{
	struct segment *segment = NULL;
	int rc = segment_map(fd, number, SEGMENT_VERIFY_META, &segment, err);

	if (rc < 0) {
		(void)remove_file(store, SEGMENT_TMP, number, NULL);
		return rc;
	}
	rc = segment_set_add(store->set, segment);
	if (rc < 0) {
		segment_unmap(segment);
		(void)remove_file(store, SEGMENT_TMP, number, NULL);
		return err_sys(err, -rc, "cannot map segment %u", number);
	}
	rc = commit_file(store, SEGMENT_TMP, SEGMENT, number, fd, err);
	if (rc < 0)
		segment_unmap(segment_set_remove(store->set, number));
	return rc;
}

void store_abort(struct store *store, uint32_t number)
{
	segment_unmap(segment_set_remove(store->set, number));
	(void)remove_file(store, SEGMENT_TMP, number, NULL);
	(void)remove_file(store, SEGMENT, number, NULL);
}

int store_publish(struct store *store, const struct generation *generation, struct err *err)
{
	uint32_t number = generation->number;
	struct buf record = BUF_INIT;
	int fd = -1, rc;

	generation_encode(generation, &record);
	if (!buf_ok(&record)) {
		rc = err_sys(err, ENOMEM, "cannot write generation %u", number);
		goto out;
	}
	rc = create_file(store, GENERATION_TMP, number, &fd, err);
	if (rc < 0)
		goto out;
	rc = file_write_all(fd, record.data, record.len, err);
	if (rc < 0)
		(void)remove_file(store, GENERATION_TMP, number, NULL);
	else
		rc = commit_file(store, GENERATION_TMP, GENERATION, number, fd, err);
out:
	if (fd >= 0)
		(void)close(fd);
	buf_release(&record);
	return rc;
}

int store_last_number(struct store *store, uint32_t *number, struct err *err)
{
	uint32_t last = store->begun;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		struct numbers numbers = {0};
		int rc = list_numbers(store, kind, &numbers, err);

		if (rc == 0 && numbers.count > 0 && last < numbers.items[numbers.count - 1])
			last = numbers.items[numbers.count - 1];
		free(numbers.items);
		if (rc < 0)
			return rc;
	}
	*number = last;
	return 0;
}

/* Before files are removed: leave a trace of the largest number, durably. */
static int keep_last(struct store *store, uint32_t last, struct err *err)
{
	int fd, rc;

	if (last == 0 || exists(store, LAST, last))
		return 0;
	rc = create_file(store, LAST, last, &fd, err);
	if (rc < 0)
		return rc;
	(void)close(fd);
	return file_sync_dir(folder_of(store, LAST), err);
}

int store_remove(struct store *store, uint32_t number, struct err *err)
{
	uint32_t last;
	int rc;

	if (!exists(store, GENERATION, number))
		return 0;
	rc = store_last_number(store, &last, err);
	if (rc == 0 && number == last)
		rc = keep_last(store, last, err);
	if (rc == 0)
		rc = remove_file(store, GENERATION, number, err);
	if (rc == 0)
		rc = file_sync_dir(folder_of(store, GENERATION), err);
	return rc;
}

/* Remove every file of KIND with a number below LIMIT. */
static int remove_all(struct store *store, enum kind kind, uint32_t limit, struct err *err)
{
	struct numbers numbers = {0};
	int rc = list_numbers(store, kind, &numbers, err);

	for (size_t i = 0; rc == 0 && i < numbers.count; i++)
		if (numbers.items[i] < limit)
			rc = remove_file(store, kind, numbers.items[i], err);
	free(numbers.items);
	return rc;
}

/* Numbers of the segments that some generation uses; -EBADMSG if one cannot be read. */
static int list_used(struct store *store, struct numbers *out, struct err *err)
{
	struct numbers generations = {0};
	int rc = list_numbers(store, GENERATION, &generations, err);

	for (size_t i = 0; rc == 0 && i < generations.count; i++) {
		struct generation generation;

		rc = read_generation(store, generations.items[i], &generation, err);
		for (uint32_t j = 0; rc == 0 && j < generation.segment_count; j++)
			rc = add_number(out, generation.segments[j].number);
	}
	if (out->count > 1)
		qsort(out->items, out->count, sizeof(*out->items), compare_numbers);
	free(generations.items);
	return rc;
}

static int remove_unused(struct store *store, const struct numbers *used,
		void (*gone)(void *arg, uint32_t number), void *arg, struct err *err)
{
	struct numbers segments = {0};
	int rc = list_numbers(store, SEGMENT, &segments, err);

	for (size_t i = 0; rc == 0 && i < segments.count; i++) {
		uint32_t number = segments.items[i];

		if (contains(used, number))
			continue;
		rc = remove_file(store, SEGMENT, number, err);
		if (rc < 0)
			break;
		if (gone)
			gone(arg, number);
		segment_unmap(segment_set_remove(store->set, number));
	}
	free(segments.items);
	return rc;
}

int store_sweep(struct store *store, void (*gone)(void *arg, uint32_t number), void *arg,
		struct err *err)
{
	struct numbers used = {0};
	uint32_t last;
	int rc = store_last_number(store, &last, err);

	if (rc == 0)
		rc = keep_last(store, last, err);
	if (rc == 0)
		rc = remove_all(store, LAST, last, err);
	if (rc == 0)
		rc = remove_all(store, SEGMENT_TMP, SEGMENT_OVERLAY, err);
	if (rc == 0)
		rc = remove_all(store, GENERATION_TMP, SEGMENT_OVERLAY, err);
	if (rc < 0)
		return rc;

	rc = list_used(store, &used, NULL);
	if (rc == 0)
		rc = remove_unused(store, &used, gone, arg, err);
	else
		rc = rc == -ENOMEM ? err_sys(err, ENOMEM, "cannot sweep") : 0; /* keep everything */
	free(used.items);
	if (rc == 0)
		rc = file_sync_dir(store->segments_fd, err);
	return rc;
}
