/* What only refmount's mounts have: the revision, the status, and the pinned trees. */
#include "tests/torture/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/torture/chance.h"
#include "tests/torture/journal.h"

#define GROUP_FILES 5

/* The file NAME of the mount as text in the buffer; false (and reported) when it cannot be read. */
static bool read_text(struct reader *reader, const char *name, struct sight *sight)
{
	char path[4096];
	ssize_t len;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", reader->mount, name);
	witness_floor(reader->witness, sight);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	witness_ceiling(reader->witness, sight);
	if (fd < 0) {
		witness_report(reader->witness, sight, "open '%s': %s", name, strerror(errno));
		return false;
	}
	len = read(fd, reader->buffer, sizeof(reader->buffer) - 1);
	if (len < 0)
		witness_report(reader->witness, sight, "read '%s': %s", name, strerror(errno));
	(void)close(fd);
	if (len < 0)
		return false;
	reader->buffer[len] = '\0';
	return true;
}

static bool take_commit(struct reader *reader, const char *text, struct sight *sight)
{
	if (strspn(text, "0123456789abcdef") != MODEL_COMMIT_LEN) {
		witness_report(reader->witness, sight, "no commit: '%.60s'", text);
		return false;
	}
	memcpy(sight->commit, text, MODEL_COMMIT_LEN);
	return witness_judge(reader->witness, sight);
}

static void read_current(struct reader *reader)
{
	struct sight sight = {.operation = PINNED, .what = SIGHT_COMMIT};
	char path[4096], target[4096];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%s/.refmount/at/current", reader->mount);
	witness_floor(reader->witness, &sight);
	len = readlink(path, target, sizeof(target) - 1);
	witness_ceiling(reader->witness, &sight);
	if (len < 0) {
		witness_report(reader->witness, &sight, "readlink '.refmount/at/current': %s",
				strerror(errno));
		return;
	}
	target[len] = '\0';
	(void)take_commit(reader, target, &sight);
}

void reader_revision(struct reader *reader)
{
	struct sight sight = {.operation = REVISION_READ, .what = SIGHT_COMMIT};

	if (read_text(reader, ".refmount/revision", &sight))
		(void)take_commit(reader, reader->buffer, &sight);
}

/* The revision and the subject come from two places; they must be of one commit. */
void reader_status(struct reader *reader)
{
	struct sight sight = {.operation = STATUS_READ, .what = SIGHT_COMMIT};
	const char *revision, *subject;
	uint32_t number, expected;

	if (!read_text(reader, ".status", &sight))
		return;
	revision = strstr(reader->buffer, "\nrevision: ");
	subject = strstr(reader->buffer, "\nsubject: ");
	if (!revision || !subject) {
		witness_report(reader->witness, &sight,
				".status without revision or subject: '%.80s'", reader->buffer);
		return;
	}
	if (!take_commit(reader, revision + strlen("\nrevision: "), &sight))
		return;
	if (sscanf(subject, "\nsubject: revision %" SCNu32, &number) != 1 ||
			!model_revision(reader->witness->model, sight.commit, &expected) ||
			number != expected)
		witness_report(reader->witness, &sight, ".status mixes revisions: '%.40s'",
				subject + 1);
}

/* --- pinned trees --- */

/*
 * Whether the history must still hold what stood at PLACE. A revision may have been served before
 * that; histories differ in whether that makes it young again, so the first time counts.
 */
static bool is_kept(const struct reader *reader, uint32_t place)
{
	const struct journal *journal = reader->witness->journal;
	uint32_t now = atomic_load(&journal->count) - 1, first = place, back = 0, at;

	for (at = place; at > 0 && back < 4 * reader->witness->kept; at--, back++) {
		if (journal->places[at - 1].revision == journal->places[place].revision)
			first = at - 1;
	}
	return now - first < reader->witness->kept;
}

static void judge_pinned(struct reader *reader, const struct sight *sight, uint32_t place)
{
	uint32_t revision = reader->witness->journal->places[place].revision;

	if (witness_agrees(reader->witness, sight, revision))
		return;
	/* A revision that has left the history takes its tree along. */
	if (sight->what == SIGHT_STATE && sight->kind == MODEL_ABSENT && !is_kept(reader, place))
		return;
	witness_report(reader->witness, sight,
			"below .refmount/at/ of revision %" PRIu32 ": kind %d, written by %" PRIu32,
			revision, (int)sight->kind, sight->written);
}

static void read_group(struct reader *reader, int fd, uint32_t place)
{
	const struct model *model = reader->witness->model;
	struct sight sight;
	uint32_t slot;
	int i, folder_fd;

	for (i = 0; i < GROUP_FILES; i++) {
		slot = reader_pick(reader);
		if (slot == MODEL_ROOT)
			continue;
		sight = (struct sight){.operation = PINNED, .slot = slot, .floor = place};
		if (reader_look(reader, fd, model->slots[slot].path, &sight))
			judge_pinned(reader, &sight, place);
	}
	sight = (struct sight){.operation = PINNED, .floor = place};
	sight.slot = model->slots[reader_pick(reader)].parent;
	folder_fd = openat(fd, *model->slots[sight.slot].path ? model->slots[sight.slot].path : ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0)
		return;
	if (reader_list(reader, folder_fd, &sight) && is_kept(reader, place))
		judge_pinned(reader, &sight, place);
	(void)close(folder_fd);
}

void reader_pinned(struct reader *reader)
{
	const struct journal *journal = reader->witness->journal;
	uint32_t highest = atomic_load(&journal->highest), place, back;
	struct sight sight = {.operation = PINNED};
	char path[4096];
	int fd;

	if (chance_percent(&reader->chance, 25)) {
		read_current(reader);
		return;
	}
	back = chance_below(&reader->chance, reader->witness->kept / 2 + 1);
	place = back < highest ? highest - back : highest;
	(void)snprintf(path, sizeof(path), "%s/.refmount/at/%s", reader->mount,
			reader->witness->model->commits[journal->places[place].revision]);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	sight.floor = sight.ceiling = place;
	if (fd < 0) {
		if (is_kept(reader, place))
			witness_report(reader->witness, &sight, "open '%s': %s", path,
					strerror(errno));
		return;
	}
	read_group(reader, fd, place);
	(void)close(fd);
}
