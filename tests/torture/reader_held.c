/*
 * Files that stay open, or mapped, over many switches. Their bytes must not change, even when the
 * page cache drops them and the mount has to deliver them again. Half of them are not read when
 * they are opened but later: what they show must be what was there when they were opened.
 */
#include "tests/torture/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/torture/chance.h"

static _Thread_local sigjmp_buf bus_error;
static _Thread_local volatile sig_atomic_t is_reading_map;

static void on_bus_error(int number)
{
	if (is_reading_map)
		siglongjmp(bus_error, 1);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

void reader_catch_bus_errors(void)
{
	struct sigaction action = {.sa_handler = on_bus_error, .sa_flags = SA_NODEFER};

	(void)sigaction(SIGBUS, &action, NULL);
}

static void held_drop(struct reader_held *held)
{
	if (held->map)
		(void)munmap(held->map, held->size);
	if (held->fd >= 0)
		(void)close(held->fd);
	free(held->copy);
	*held = (struct reader_held){.fd = -1};
}

static void held_open(struct reader *reader, struct reader_held *held, bool is_mapped)
{
	const char *name;
	struct stat st;
	char path[4096];

	held->sight = (struct sight){
			.operation = is_mapped ? MAPPED : HELD, .slot = reader_pick(reader)};
	name = reader->witness->model->slots[held->sight.slot].path;
	(void)snprintf(path, sizeof(path), "%s/%s", reader->mount, name);
	witness_floor(reader->witness, &held->sight);
	held->fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	witness_ceiling(reader->witness, &held->sight);
	if (held->fd < 0)
		return; /* judged by the readers by path */
	held->is_used = true;
	if (fstat(held->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		held_drop(held);
		return;
	}
	held->size = (size_t)st.st_size;
	if (!is_mapped)
		return;
	held->map = mmap(NULL, held->size, PROT_READ, MAP_SHARED, held->fd, 0);
	if (held->map == MAP_FAILED) {
		held->map = NULL;
		witness_report(reader->witness, &held->sight, "mmap: %s", strerror(errno));
		held_drop(held);
	}
}

/* Make the next read ask the mount again. */
static void forget_pages(struct reader_held *held)
{
	if (held->map)
		(void)madvise(held->map, held->size, MADV_DONTNEED);
	if (held->fd >= 0)
		(void)posix_fadvise(held->fd, 0, 0, POSIX_FADV_DONTNEED);
}

static bool copy_map(struct reader *reader, struct reader_held *held)
{
	if (sigsetjmp(bus_error, 1)) {
		is_reading_map = 0;
		witness_report(reader->witness, &held->sight, "SIGBUS while reading a mapping");
		return false;
	}
	is_reading_map = 1;
	memcpy(reader->buffer, held->map, held->size);
	is_reading_map = 0;
	return true;
}

static bool fetch(struct reader *reader, struct reader_held *held)
{
	ssize_t got;

	if (held->size > sizeof(reader->buffer)) {
		witness_report(reader->witness, &held->sight, "%zu bytes long", held->size);
		return false;
	}
	if (held->map)
		return copy_map(reader, held);
	got = pread(held->fd, reader->buffer, sizeof(reader->buffer), 0);
	if (got < 0) {
		witness_report(reader->witness, &held->sight, "pread: %s", strerror(errno));
		return false;
	}
	if ((size_t)got == held->size)
		return true;
	witness_report(reader->witness, &held->sight, "%zd bytes of %zu", got, held->size);
	return false;
}

/* The first read: must be what was there when it was opened. */
static bool judge_first(struct reader *reader, struct reader_held *held)
{
	struct sight *sight = &held->sight;
	size_t bad;

	sight->kind = MODEL_FILE;
	sight->knows = KNOWS_CONTENT;
	if (!model_content_parse(
			    reader->buffer, held->size, &sight->written, &sight->origin, &bad)) {
		witness_report(reader->witness, sight,
				"torn or unknown at byte %zu of %zu: '%.19s'", bad, held->size,
				reader->buffer);
		return false;
	}
	if (!witness_judge(reader->witness, sight))
		return false;
	held->copy = malloc(held->size);
	if (held->copy)
		memcpy(held->copy, reader->buffer, held->size);
	return held->copy != NULL;
}

static bool judge_again(struct reader *reader, struct reader_held *held)
{
	size_t at = 0;

	if (memcmp(reader->buffer, held->copy, held->size) == 0)
		return true;
	while (reader->buffer[at] == held->copy[at])
		at++;
	at = at / MODEL_RECORD * MODEL_RECORD;
	witness_report(reader->witness, &held->sight,
			"changed while held: at byte %zu '%.19s' became '%.19s'", at,
			held->copy + at, reader->buffer + at);
	return false;
}

static void use_held(struct reader *reader, bool is_mapped)
{
	uint32_t at = chance_below(&reader->chance, READER_HELD);
	struct reader_held *held = &reader->held[is_mapped][at];
	bool is_good;

	if (!held->is_used) {
		held_open(reader, held, is_mapped);
		if (!held->is_used || chance_percent(&reader->chance, 50))
			return;
	}
	if (chance_percent(&reader->chance, 30))
		forget_pages(held);
	/* A mapping outlives its descriptor. */
	if (held->map && held->fd >= 0 && chance_percent(&reader->chance, 30)) {
		(void)close(held->fd);
		held->fd = -1;
	}
	is_good = fetch(reader, held) &&
			(held->copy ? judge_again(reader, held) : judge_first(reader, held));
	if (!is_good || chance_percent(&reader->chance, 8))
		held_drop(held);
}

void reader_held(struct reader *reader)
{
	use_held(reader, false);
}

void reader_mapped(struct reader *reader)
{
	use_held(reader, true);
}
