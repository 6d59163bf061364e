#include "tests/torture/witness.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/torture/journal.h"

#define TEXT_MAX   256
#define REPORT_MAX 2048

static const char *const kind_names[] = {"absent", "a file", "a link", "a folder"};

const char *operation_name(enum operation operation)
{
	static const char *const names[OPERATIONS] = {
			[BY_PATH] = "path",
			[BY_FOLDER] = "folder",
			[HELD] = "held",
			[MAPPED] = "mmap",
			[LISTED] = "list",
			[STATED] = "stat",
			[LINK_READ] = "link",
			[ABSENT_NAME] = "absent",
			[REVISION_READ] = "revision",
			[STATUS_READ] = "status",
			[PINNED] = "at",
			[GROUP_READ] = "group",
			[SWITCHED] = "switch",
	};

	return names[operation];
}

void witness_floor(const struct witness *witness, struct sight *sight)
{
	sight->floor = atomic_load(&witness->journal->highest);
}

void witness_ceiling(const struct witness *witness, struct sight *sight)
{
	sight->ceiling = atomic_load(&witness->journal->count) - 1;
}

/* --- does a sight agree with a revision --- */

static bool agrees_state(
		const struct witness *witness, const struct sight *sight, uint32_t revision)
{
	const struct model_span *span = model_at(witness->model, sight->slot, revision);

	if ((enum model_kind)span->kind != sight->kind)
		return false;
	if ((sight->knows & KNOWS_CONTENT) &&
			(span->written != sight->written || span->origin != sight->origin))
		return false;
	if ((sight->knows & KNOWS_MODE) && span->is_executable != sight->is_executable)
		return false;
	return !(sight->knows & KNOWS_SIZE) ||
			model_content_size(span->written, span->origin) == sight->size;
}

static bool agrees_listing(
		const struct witness *witness, const struct sight *sight, uint32_t revision)
{
	const struct model_listing *listing = model_names(witness->model, sight->slot, revision);

	if (!listing || listing->names != sight->names)
		return false;
	return sight->typed == 0 || listing->typed == sight->typed;
}

bool witness_agrees(const struct witness *witness, const struct sight *sight, uint32_t revision)
{
	switch (sight->what) {
	case SIGHT_STATE:
		return agrees_state(witness, sight, revision);
	case SIGHT_LISTING:
		return agrees_listing(witness, sight, revision);
	case SIGHT_COMMIT:
		return memcmp(sight->commit, witness->model->commits[revision], MODEL_COMMIT_LEN) ==
				0;
	}
	return false;
}

/* --- reports --- */

static void describe(const struct sight *sight, char *out, size_t room)
{
	int len;

	if (sight->what == SIGHT_COMMIT) {
		(void)snprintf(out, room, "commit %.12s", sight->commit);
		return;
	}
	if (sight->what == SIGHT_LISTING) {
		(void)snprintf(out, room, "a listing (sum %016" PRIx64 ")", sight->names);
		return;
	}
	len = snprintf(out, room, "%s", kind_names[sight->kind]);
	if (sight->code)
		len += snprintf(out + len, room - (size_t)len, " (%s)",
				strerrorname_np(sight->code));
	if (sight->knows & KNOWS_CONTENT)
		len += snprintf(out + len, room - (size_t)len,
				", written by revision %" PRIu32 " as path %" PRIu32,
				sight->written, sight->origin);
	if (sight->knows & KNOWS_MODE)
		len += snprintf(out + len, room - (size_t)len, ", mode %s",
				sight->is_executable ? "755" : "644");
	if (sight->knows & KNOWS_SIZE)
		(void)snprintf(out + len, room - (size_t)len, ", %" PRIu64 " bytes", sight->size);
}

/* Where the sight would have been right: the last such place below the floor, or the first above.
 */
static void explain(
		const struct witness *witness, const struct sight *sight, char *out, size_t room)
{
	const struct journal_place *places = witness->journal->places;
	uint32_t count = atomic_load(&witness->journal->count), i;

	for (i = sight->floor; i-- > 0;) {
		if (!witness_agrees(witness, sight, places[i].revision))
			continue;
		(void)snprintf(out, room,
				"right at switch %" PRIu32 " (revision %" PRIu32 "), %" PRIu32
				" switches too late",
				i, places[i].revision, sight->floor - i);
		return;
	}
	for (i = sight->ceiling + 1; i < count; i++) {
		if (!witness_agrees(witness, sight, places[i].revision))
			continue;
		(void)snprintf(out, room,
				"right only later, at switch %" PRIu32 " (revision %" PRIu32 ")", i,
				places[i].revision);
		return;
	}
	(void)snprintf(out, room, "right for no revision ever served");
}

size_t witness_places(
		const struct witness *witness, const struct sight *sight, char *out, size_t room)
{
	const struct journal_place *places = witness->journal->places;
	uint32_t end = atomic_load(&witness->journal->count), begin;

	while (end > 0 && !witness_agrees(witness, sight, places[end - 1].revision))
		end--;
	if (end == 0)
		return (size_t)snprintf(out, room, "no switch");
	for (begin = end - 1; begin > 0; begin--) {
		if (!witness_agrees(witness, sight, places[begin - 1].revision))
			break;
	}
	return (size_t)snprintf(out, room, "switches %" PRIu32 " to %" PRIu32, begin, end - 1);
}

static bool is_printed(struct witness *witness)
{
	return atomic_fetch_add(&witness->violations, 1) < WITNESS_PRINTED;
}

static void print_violation(
		const struct witness *witness, const struct sight *sight, const char *text)
{
	const struct journal_place *floor = &witness->journal->places[sight->floor];
	const struct journal_place *ceiling = &witness->journal->places[sight->ceiling];
	uint32_t by = atomic_load(&floor->slot);

	(void)fprintf(stderr,
			"VIOLATION by %s of '%s': %s\n"
			"    begun after switch %" PRIu32 " (revision %" PRIu32
			") had been seen through '%s' being %s, by %s,"
			" ended at switch %" PRIu32 " (revision %" PRIu32
			") at most; now it is switch %" PRIu32 "\n",
			operation_name(sight->operation), witness->model->slots[sight->slot].path,
			text, sight->floor, floor->revision, witness->model->slots[by].path,
			kind_names[atomic_load(&floor->kind) % 4],
			operation_name((enum operation)atomic_load(&floor->operation)),
			sight->ceiling, ceiling->revision,
			atomic_load(&witness->journal->count) - 1);
}

void witness_report(struct witness *witness, const struct sight *sight, const char *fmt, ...)
{
	char text[REPORT_MAX];
	va_list ap;

	if (!is_printed(witness))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	print_violation(witness, sight, text);
}

bool witness_judge(struct witness *witness, const struct sight *sight)
{
	char seen[TEXT_MAX], why[TEXT_MAX];
	uint32_t place;

	for (place = sight->floor; place <= sight->ceiling; place++) {
		if (!witness_agrees(witness, sight, witness->journal->places[place].revision))
			continue;
		journal_raise(witness->journal, place, sight->slot, sight->operation, sight->kind);
		return true;
	}
	describe(sight, seen, sizeof(seen));
	explain(witness, sight, why, sizeof(why));
	witness_report(witness, sight, "saw %s: %s", seen, why);
	return false;
}

/* --- figures --- */

void witness_count(struct witness *witness, enum operation operation, uint64_t ns)
{
	_Atomic uint64_t *slowest = &witness->slowest_ns[operation];
	uint64_t seen = atomic_load_explicit(slowest, memory_order_relaxed);

	(void)atomic_fetch_add_explicit(&witness->counts[operation], 1, memory_order_relaxed);
	while (ns > seen && !atomic_compare_exchange_weak(slowest, &seen, ns))
		;
	if (ns > WITNESS_SLOW_NS && atomic_fetch_add(&witness->slow, 1) < WITNESS_PRINTED)
		(void)fprintf(stderr, "SLOW: one %s took %.3f s, ended at switch %" PRIu32 "\n",
				operation_name(operation), (double)ns / 1e9,
				atomic_load(&witness->journal->count) - 1);
}

bool witness_summary(const struct witness *witness, double seconds)
{
	uint64_t total = 0, slowest = 0, violations = atomic_load(&witness->violations);
	uint32_t seen = atomic_load(&witness->journal->highest);
	int i;

	for (i = 0; i < OPERATIONS; i++) {
		uint64_t count = atomic_load(&witness->counts[i]);
		uint64_t ns = atomic_load(&witness->slowest_ns[i]);

		if (count == 0)
			continue;
		(void)printf("  %-9s %10" PRIu64 "   slowest %8.3f ms\n",
				operation_name((enum operation)i), count, (double)ns / 1e6);
		total += count;
		slowest = ns > slowest ? ns : slowest;
	}
	if (atomic_load(&witness->groups) + atomic_load(&witness->uncovered) > 0)
		(void)printf("groups: judged=%" PRIu64 " torn=%" PRIu64 " late=%" PRIu64
			     " too_slow=%" PRIu64 "\n",
				atomic_load(&witness->groups), atomic_load(&witness->torn),
				atomic_load(&witness->late), atomic_load(&witness->uncovered));
	(void)printf("checker: operations=%" PRIu64
		     " per_second=%.0f slowest_ms=%.3f switches_seen=%" PRIu32
		     " violations=%" PRIu64 "\n",
			total, (double)total / seconds, (double)slowest / 1e6, seen, violations);
	return violations == 0;
}
