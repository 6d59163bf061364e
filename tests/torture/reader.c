#include "tests/torture/reader.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/torture/chance.h"
#include "tests/torture/journal.h"

/* Small enough that most listings take several calls. */
#define LIST_BITE 320

/* What getdents64(2) fills in. */
struct entry {
	uint64_t inode;
	int64_t next;
	uint16_t len;
	uint8_t type;
	char name[];
};

/* --- the reader itself --- */

static uint32_t *slots_of(const struct model *model, enum model_kind kind, uint32_t *count)
{
	uint32_t *list = calloc(model->slot_count, sizeof(*list)), i;
	size_t span;

	if (!list)
		err(2, "a reader");
	*count = 0;
	for (i = 0; i < model->slot_count; i++) {
		const struct model_slot *slot = &model->slots[i];

		for (span = 0; span < slot->span_count; span++) {
			if ((enum model_kind)slot->spans[span].kind != kind)
				continue;
			list[(*count)++] = i;
			break;
		}
	}
	return list;
}

void reader_init(struct reader *reader, struct witness *witness, const char *mount, uint64_t seed)
{
	const struct model *model = witness->model;
	uint32_t i;

	*reader = (struct reader){.witness = witness, .mount = mount, .chance = seed};
	reader->root_fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (reader->root_fd < 0)
		err(2, "open '%s'", mount);
	reader->fixed_fds = calloc(model->slot_count, sizeof(*reader->fixed_fds));
	if (!reader->fixed_fds)
		err(2, "a reader");
	reader->links = slots_of(model, MODEL_LINK, &reader->link_count);
	reader->trees = slots_of(model, MODEL_FOLDER, &reader->tree_count);
	for (i = 0; i < READER_FOLDERS; i++)
		reader->folders[i].fd = -1;
	for (i = 0; i < model->slot_count; i++) {
		const struct model_slot *slot = &model->slots[i];

		reader->fixed_fds[i] = -1;
		if (!slot->is_fixed || slot->spans[0].kind != MODEL_FOLDER)
			continue;
		reader->fixed_fds[i] = openat(reader->root_fd, *slot->path ? slot->path : ".",
				O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (reader->fixed_fds[i] < 0)
			err(2, "open '%s/%s'", mount, slot->path);
	}
}

static void held_close(struct reader_held *held)
{
	if (!held->is_used)
		return;
	if (held->map)
		(void)munmap(held->map, held->size);
	if (held->fd >= 0)
		(void)close(held->fd);
	free(held->copy);
	*held = (struct reader_held){.fd = -1};
}

void reader_release(struct reader *reader)
{
	uint32_t i;

	for (i = 0; i < READER_HELD; i++) {
		held_close(&reader->held[0][i]);
		held_close(&reader->held[1][i]);
	}
	for (i = 0; i < READER_FOLDERS; i++) {
		if (reader->folders[i].fd >= 0)
			(void)close(reader->folders[i].fd);
	}
	for (i = 0; i < reader->witness->model->slot_count; i++) {
		if (reader->fixed_fds[i] >= 0)
			(void)close(reader->fixed_fds[i]);
	}
	(void)close(reader->root_fd);
	free(reader->fixed_fds);
	free(reader->links);
	free(reader->trees);
}

uint32_t reader_pick(struct reader *reader)
{
	const struct model *model = reader->witness->model;
	const struct journal *journal = reader->witness->journal;
	uint32_t place = atomic_load(&journal->highest), last = atomic_load(&journal->count) - 1;
	uint32_t revision;
	size_t from, to;

	if (chance_percent(&reader->chance, 30))
		return chance_below(&reader->chance, model->slot_count);
	if (place < last && chance_percent(&reader->chance, 60))
		place++;
	revision = journal->places[place].revision;
	from = model->changed_from[revision];
	to = model->changed_from[revision + 1];
	return model->changed[from + chance_below(&reader->chance, (uint32_t)(to - from))];
}

uint64_t reader_clock_ns(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void reader_pause(struct reader *reader, uint32_t max_us)
{
	struct timespec time = {.tv_nsec = (long)chance_below(&reader->chance, max_us) * 1000L};
	uint64_t begun = reader_clock_ns();

	(void)nanosleep(&time, NULL);
	reader->slept_ns += reader_clock_ns() - begun;
}

/* --- looking --- */

/* Read all of FD; the length, or -1 with errno. More than any content is cut, and then is wrong. */
static ssize_t read_all(struct reader *reader, int fd)
{
	size_t len = 0;
	ssize_t got;

	do {
		got = read(fd, reader->buffer + len, sizeof(reader->buffer) - len);
		if (got > 0)
			len += (size_t)got;
	} while (got > 0 && len < sizeof(reader->buffer));
	return got < 0 ? -1 : (ssize_t)len;
}

/* What LEN bytes in the buffer are; reports torn ones. */
static bool take_content(struct reader *reader, const char *data, size_t len, struct sight *sight)
{
	size_t bad;

	sight->kind = MODEL_FILE;
	sight->knows |= KNOWS_CONTENT;
	if (model_content_parse(data, len, &sight->written, &sight->origin, &bad))
		return true;
	if (len >= MODEL_RECORD && bad >= MODEL_RECORD && bad < len)
		witness_report(reader->witness, sight,
				"torn: %.19s, then at byte %zu of %zu: %.19s", data, bad, len,
				data + bad / MODEL_RECORD * MODEL_RECORD);
	else
		witness_report(reader->witness, sight,
				"%zu bytes that no revision has: '%.19s' (byte %zu)", len,
				len ? data : "", bad);
	return false;
}

static bool look_open(struct reader *reader, int fd, struct sight *sight)
{
	struct stat st;
	ssize_t len;

	if (fstat(fd, &st) < 0) {
		witness_report(reader->witness, sight, "fstat: %s", strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode)) {
		sight->kind = MODEL_FOLDER;
		return true;
	}
	len = read_all(reader, fd);
	if (len < 0) {
		witness_report(reader->witness, sight, "read: %s", strerror(errno));
		return false;
	}
	if (!take_content(reader, reader->buffer, (size_t)len, sight))
		return false;
	sight->knows |= KNOWS_MODE | KNOWS_SIZE;
	sight->is_executable = (st.st_mode & S_IXUSR) != 0;
	sight->size = (uint64_t)st.st_size;
	return true;
}

/* Nothing there, or a link: which errno says so. */
static bool take_errno(struct reader *reader, int code, const char *call, struct sight *sight)
{
	sight->kind = MODEL_ABSENT;
	sight->code = code;
	if (code == ENOENT || code == ENOTDIR)
		return true;
	sight->kind = MODEL_LINK;
	if (code == ELOOP)
		return true;
	witness_report(reader->witness, sight, "%s: %s", call, strerror(code));
	return false;
}

bool reader_look(struct reader *reader, int folder_fd, const char *name, struct sight *sight)
{
	int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), code = errno;
	bool is_good;

	witness_ceiling(reader->witness, sight);
	if (fd < 0)
		return take_errno(reader, code, "open", sight);
	is_good = look_open(reader, fd, sight);
	(void)close(fd);
	return is_good;
}

static enum model_kind kind_of(uint8_t type)
{
	switch (type) {
	case DT_REG:
		return MODEL_FILE;
	case DT_LNK:
		return MODEL_LINK;
	case DT_DIR:
		return MODEL_FOLDER;
	default:
		return MODEL_ABSENT;
	}
}

static void list_entry(const struct entry *entry, bool *is_typed, struct sight *sight)
{
	size_t len = strlen(entry->name);
	enum model_kind kind = kind_of(entry->type);

	/* ".", "..", and the mount's own names; the model has no name with a dot. */
	if (entry->name[0] == '.')
		return;
	if (kind == MODEL_ABSENT)
		*is_typed = false;
	sight->names += model_name_hash(entry->name, len, MODEL_ABSENT);
	sight->typed += model_name_hash(entry->name, len, kind);
}

bool reader_list(struct reader *reader, int fd, struct sight *sight)
{
	_Alignas(8) char bite[LIST_BITE];
	bool is_typed = true;
	long got, at;

	sight->what = SIGHT_LISTING;
	sight->names = sight->typed = 0;
	while ((got = syscall(SYS_getdents64, fd, bite, sizeof(bite))) > 0) {
		for (at = 0; at < got; at += ((struct entry *)(bite + at))->len)
			list_entry((struct entry *)(bite + at), &is_typed, sight);
		if (chance_percent(&reader->chance, 10))
			reader_pause(reader, 3000);
	}
	if (!is_typed)
		sight->typed = 0;
	/* A folder that is removed while it is listed has no names any more. */
	if (got < 0 && errno == ENOENT)
		return false;
	if (got < 0)
		witness_report(reader->witness, sight, "getdents: %s", strerror(errno));
	return got == 0;
}

/* --- by path, by folder --- */

void reader_path(const struct reader *reader, uint32_t slot, char *out, size_t room)
{
	(void)snprintf(out, room, "%s/%s", reader->mount, reader->witness->model->slots[slot].path);
}

/* After a violation: how long it took, and whether it was of the moment or is there to stay. */
static void look_again(struct reader *reader, const char *path, uint64_t took_ns)
{
	struct stat st;
	bool is_there;

	if (atomic_load(&reader->witness->violations) > WITNESS_PRINTED)
		return;
	is_there = lstat(path, &st) == 0;
	(void)fprintf(stderr, "    it took %.3f ms; asked again: %s\n", (double)took_ns / 1e6,
			is_there ? "present" : strerror(errno));
}

void reader_by_path(struct reader *reader)
{
	struct sight sight = {.operation = BY_PATH, .slot = reader_pick(reader)};
	uint64_t begun;
	char path[4096];

	reader_path(reader, sight.slot, path, sizeof(path));
	witness_floor(reader->witness, &sight);
	begun = reader_clock_ns();
	if (reader_look(reader, AT_FDCWD, path, &sight) && !witness_judge(reader->witness, &sight))
		look_again(reader, path, reader_clock_ns() - begun);
}

/* A descriptor of a folder that may vanish and come back; -1 when it is not there now. */
static int passing_folder(struct reader *reader, uint32_t slot)
{
	struct reader_folder *folder = &reader->folders[slot % READER_FOLDERS];
	char path[4096];

	if (folder->fd >= 0 && folder->slot == slot && !chance_percent(&reader->chance, 5))
		return folder->fd;
	if (folder->fd >= 0)
		(void)close(folder->fd);
	reader_path(reader, slot, path, sizeof(path));
	folder->slot = slot;
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return folder->fd;
}

void reader_by_folder(struct reader *reader)
{
	struct sight sight = {.operation = BY_FOLDER, .slot = reader_pick(reader)};
	const struct model *model = reader->witness->model;
	uint32_t parent = model->slots[sight.slot].parent;
	bool is_fixed = reader->fixed_fds[parent] >= 0;
	int fd;

	if (sight.slot == MODEL_ROOT)
		return;
	fd = is_fixed ? reader->fixed_fds[parent] : passing_folder(reader, parent);
	if (fd < 0)
		return;
	witness_floor(reader->witness, &sight);
	if (!reader_look(reader, fd, model_base(model, sight.slot), &sight))
		return;
	/* The folder may be one that was removed since; then there is nothing in it, for ever. */
	if (!is_fixed && sight.kind == MODEL_ABSENT)
		return;
	(void)witness_judge(reader->witness, &sight);
}

/* --- listings, attributes, links --- */

void reader_listed(struct reader *reader)
{
	struct sight sight = {.operation = LISTED, .what = SIGHT_LISTING};
	char path[4096];
	int fd;

	sight.slot = reader_pick(reader);
	/* The folder of a name that changed, as often as a folder by itself. */
	if (chance_percent(&reader->chance, 50))
		sight.slot = reader->witness->model->slots[sight.slot].parent;
	else
		sight.slot = reader->trees[chance_below(&reader->chance, reader->tree_count)];
	reader_path(reader, sight.slot, path, sizeof(path));
	witness_floor(reader->witness, &sight);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	if (reader_list(reader, fd, &sight)) {
		witness_ceiling(reader->witness, &sight);
		(void)witness_judge(reader->witness, &sight);
	}
	if (chance_percent(&reader->chance, 20) && lseek(fd, 0, SEEK_SET) == 0 &&
			reader_list(reader, fd, &sight)) {
		witness_ceiling(reader->witness, &sight);
		(void)witness_judge(reader->witness, &sight);
	}
	(void)close(fd);
}

static void take_stat(const struct stat *st, struct sight *sight)
{
	sight->kind = S_ISDIR(st->st_mode)     ? MODEL_FOLDER
			: S_ISLNK(st->st_mode) ? MODEL_LINK
					       : MODEL_FILE;
	if (sight->kind != MODEL_FILE)
		return;
	sight->knows = KNOWS_MODE | KNOWS_SIZE;
	sight->is_executable = (st->st_mode & S_IXUSR) != 0;
	sight->size = (uint64_t)st->st_size;
}

void reader_stated(struct reader *reader)
{
	struct sight sight = {.operation = STATED, .slot = reader_pick(reader)};
	struct stat st;
	char path[4096];
	int rc, code;

	reader_path(reader, sight.slot, path, sizeof(path));
	witness_floor(reader->witness, &sight);
	rc = lstat(path, &st);
	code = errno;
	witness_ceiling(reader->witness, &sight);
	if (rc == 0)
		take_stat(&st, &sight);
	else if (!take_errno(reader, code, "lstat", &sight))
		return;
	(void)witness_judge(reader->witness, &sight);
}

void reader_link(struct reader *reader)
{
	struct sight sight = {.operation = LINK_READ};
	char path[4096], target[256];
	ssize_t len;
	int code;

	sight.slot = reader->links[chance_below(&reader->chance, reader->link_count)];
	reader_path(reader, sight.slot, path, sizeof(path));
	witness_floor(reader->witness, &sight);
	len = readlink(path, target, sizeof(target) - 1);
	code = errno;
	witness_ceiling(reader->witness, &sight);
	if (len < 0) {
		if (take_errno(reader, code, "readlink", &sight))
			(void)witness_judge(reader->witness, &sight);
		return;
	}
	target[len] = '\0';
	sight.kind = MODEL_LINK;
	sight.knows = KNOWS_CONTENT;
	if (model_target_parse(target, (size_t)len, &sight.written, &sight.origin))
		(void)witness_judge(reader->witness, &sight);
	else
		witness_report(reader->witness, &sight, "target '%s' that no revision has", target);
}

void reader_absent(struct reader *reader)
{
	struct sight sight = {.operation = ABSENT_NAME};
	char path[4096];
	struct stat st;
	int len, code = 0;

	sight.slot = reader->trees[chance_below(&reader->chance, reader->tree_count)];
	reader_path(reader, sight.slot, path, sizeof(path));
	len = (int)strlen(path);
	(void)snprintf(path + len, sizeof(path) - (size_t)len, "/never-%" PRIu32,
			chance_below(&reader->chance, 100));
	witness_floor(reader->witness, &sight);
	if (lstat(path, &st) < 0)
		code = errno;
	witness_ceiling(reader->witness, &sight);
	/* ENOTDIR: the folder is a file just now. */
	if (code != ENOENT && code != ENOTDIR)
		witness_report(reader->witness, &sight, "a name that never was in it, '%s': %s",
				strrchr(path, '/') + 1, code ? strerror(code) : "it exists");
}
