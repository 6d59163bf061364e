/*
 * Groups: several files opened by path, one after the other, as a program reads its configuration. A
 * mount with leases promises that they come from one revision, if each open follows the one before within
 * the length of a lease, whichever threads of the process do it. And no more than that: a process that had
 * nothing open for longer, and so has no lease, must not see less than anybody has seen.
 *
 * Only what the promise covers is judged, and the machine may stop us anywhere. So the clock is read around
 * each open: from before an open to after the next one is at least what the mount can have taken
 * for the gap. Likewise a group begins after a time of quiet that is longer than any delay with which
 * an open becomes known. A name that is absent, a folder, or a link that is not followed, is read as
 * part of the group, but neither begins nor extends a lease.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include "tests/torture/chance.h"
#include "tests/torture/journal.h"
#include "tests/torture/reader.h"

#define GROUP_MAX     6
#define QUIET_LENGTHS 5		  /* leases, before each group */
#define LENGTHS_MAX   50	  /* so often a lease is extended at most */
#define CAP_NS	      1000000000u /* and so long */
#define TEXT_MAX      1536

struct group {
	struct sight sights[GROUP_MAX];
	uint32_t count;
	uint32_t floor;	    /* place, before the first look */
	uint64_t begun_ns;  /* before the first look */
	uint64_t opened_ns; /* before the last open */
	bool is_covered;    /* so far every gap was within a lease */
};

static void be_quiet(struct reader *reader)
{
	const uint64_t quiet_ns = QUIET_LENGTHS * reader->lease_ns;
	uint64_t end = reader_clock_ns() + quiet_ns;

	while (reader_clock_ns() < end)
		reader_pause(reader, (uint32_t)(quiet_ns / 1000));
}

/* One more of the group; false when it was seen wrong by itself, which is reported. */
static bool look(struct reader *reader, struct group *group)
{
	struct sight *sight = &group->sights[group->count];
	uint64_t begun = reader_clock_ns();
	char path[4096];

	*sight = (struct sight){.operation = GROUP_READ,
			.slot = reader_pick(reader),
			.floor = group->floor};
	reader_path(reader, sight->slot, path, sizeof(path));
	if (!reader_look(reader, AT_FDCWD, path, sight))
		return false;
	if (group->count > 0 && reader_clock_ns() - group->opened_ns > reader->lease_ns)
		group->is_covered = false;
	if (sight->kind == MODEL_FILE)
		group->opened_ns = begun;
	else if (group->count == 0)
		return true; /* begins nothing */
	group->count++;
	return true;
}

struct call {
	struct reader *reader;
	struct group *group;
	bool is_good;
};

static void *look_in_thread(void *arg)
{
	struct call *call = arg;

	call->is_good = look(call->reader, call->group);
	return NULL;
}

/* By this thread, or by one that lives for this look only. */
static bool look_once(struct reader *reader, struct group *group)
{
	struct call call = {.reader = reader, .group = group};
	pthread_t thread;

	if (!reader->uses_threads)
		return look(reader, group);
	if (pthread_create(&thread, NULL, look_in_thread, &call) != 0)
		errx(2, "start a thread");
	(void)pthread_join(thread, NULL);
	return call.is_good;
}

static bool read_group(struct reader *reader, struct group *group)
{
	uint32_t left = 2 + chance_below(&reader->chance, GROUP_MAX - 1);
	uint64_t cap = LENGTHS_MAX * reader->lease_ns < CAP_NS ? LENGTHS_MAX * reader->lease_ns
							       : CAP_NS;

	group->floor = atomic_load(&reader->witness->journal->highest);
	group->begun_ns = reader_clock_ns();
	group->is_covered = true;
	for (; left > 0; left--) {
		if (!look_once(reader, group))
			return false;
		reader_pause(reader, (uint32_t)(reader->lease_ns / 2000));
	}
	if (reader_clock_ns() - group->begun_ns > cap)
		group->is_covered = false;
	return true;
}

/* The first place from FROM to TO that all of GROUP is right for; TO + 1 when there is none. */
static uint32_t place_of(const struct witness *witness, const struct group *group, uint32_t from,
		uint32_t to)
{
	uint32_t place, i;

	for (place = from; place <= to; place++) {
		for (i = 0; i < group->count; i++) {
			if (!witness_agrees(witness, &group->sights[i],
					    witness->journal->places[place].revision))
				break;
		}
		if (i == group->count)
			break;
	}
	return place;
}

static void describe(const struct witness *witness, const struct group *group, char *out)
{
	size_t len = 0;
	uint32_t i;

	*out = '\0';
	for (i = 0; i < group->count && len < TEXT_MAX - 128; i++) {
		const struct sight *sight = &group->sights[i];

		len += (size_t)snprintf(out + len, TEXT_MAX - len, "\n        '%s' as of ",
				witness->model->slots[sight->slot].path);
		len += witness_places(witness, sight, out + len, TEXT_MAX - len);
	}
}

static void judge(struct witness *witness, const struct group *group)
{
	const struct sight *first = &group->sights[0];
	uint32_t last = atomic_load(&witness->journal->count) - 1;
	uint32_t place = place_of(witness, group, first->floor, first->ceiling);
	char text[TEXT_MAX];

	if (place <= first->ceiling) {
		journal_raise(witness->journal, place, first->slot, GROUP_READ, first->kind);
		return;
	}
	describe(witness, group, text);
	place = place_of(witness, group, 0, last);
	if (place <= last) {
		(void)atomic_fetch_add(&witness->late, 1);
		witness_report(witness, first, "a group of another time, switch %" PRIu32 ":%s",
				place, text);
		return;
	}
	(void)atomic_fetch_add(&witness->torn, 1);
	witness_report(witness, first, "a torn group:%s", text);
}

void reader_group(struct reader *reader)
{
	struct witness *witness = reader->witness;
	struct group group = {.count = 0};

	be_quiet(reader);
	if (!read_group(reader, &group) || group.count < 2)
		return;
	if (!group.is_covered) {
		(void)atomic_fetch_add(&witness->uncovered, 1);
		return;
	}
	(void)atomic_fetch_add(&witness->groups, 1);
	judge(witness, &group);
}
