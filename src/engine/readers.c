#include "src/engine/readers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/vec.h"
#include "src/engine/fields.h"
#include "src/link/opens.h"
#include "src/snap/node.h"
#include "src/value/value.h"

void readers_release(struct readers *readers)
{
	size_t i;

	for (i = 0; i < readers->count; i++)
		free(readers->items[i].path);
	free(readers->items);
	*readers = (struct readers)READERS_INIT;
}

/* --- looking --- */

static int compare_pids(const void *a, const void *b)
{
	const struct reader *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

static int compare(const void *a, const void *b)
{
	const struct reader *left = a, *right = b;
	int order = compare_pids(left, right);

	return order ? order : strcmp(left->path, right->path);
}

static int add(struct readers *readers, const struct open *open, const char *path)
{
	struct reader *reader;

	if (vec_reserve(&readers->items, &readers->cap, readers->count + 1,
			    sizeof(*readers->items)) < 0)
		return -ENOMEM;
	reader = &readers->items[readers->count];
	*reader = (struct reader){.pid = open->pid,
			.revision = open->revision,
			.content = open->content,
			.since = open->time,
			.stamp = open->stamp,
			.path = strdup(path)};
	if (!reader->path)
		return -ENOMEM;
	readers->count++;
	return 0;
}

static int gather(struct readers *readers, struct opens *opens)
{
	char path[OPENS_PATH_SIZE];
	struct open open;
	unsigned i;
	int rc = 0;

	for (i = 0; i < OPENS_ENTRIES && rc == 0; i++) {
		if (opens_get(opens, i, &open, path))
			rc = add(readers, &open, path);
	}
	return rc;
}

/* What is known of process PID from the last look; unless AFRESH, that is still true of it. */
static int learn(const struct readers *known, uint32_t pid, bool afresh, struct process *out)
{
	const struct reader wanted = {.pid = pid};
	const struct reader *found = NULL;

	if (!afresh && known->count > 0)
		found = bsearch(&wanted, known->items, known->count, sizeof(*known->items),
				compare_pids);
	if (!found)
		return process_look(pid, out);
	*out = found->process;
	return 0;
}

/* Take out, here and in OPENS, what processes had opened that have ended. */
static void drop_ended(struct readers *readers, const struct readers *known, struct opens *opens,
		bool afresh)
{
	struct process process = {0};
	size_t i, kept = 0;
	uint32_t pid = 0;
	int rc = -ESRCH;

	for (i = 0; i < readers->count; i++) {
		struct reader *reader = &readers->items[i];

		if (reader->pid != pid)
			rc = learn(known, reader->pid, afresh, &process);
		pid = reader->pid;
		/* One that began later has got the number of the one that we mean. */
		if (rc == 0 && process.start_ns <= reader->stamp) {
			reader->process = process;
			readers->items[kept++] = *reader;
			continue;
		}
		opens_drop(opens, reader->pid, reader->stamp);
		free(reader->path);
	}
	readers->count = kept;
}

int readers_look(struct readers *readers, struct opens *opens, bool afresh)
{
	struct readers now = {.changes = atomic_load(&opens->changes),
			.overflows = atomic_load(&opens->overflows),
			.lost = atomic_load(&opens->lost)};
	int rc;

	if (!afresh && now.changes == readers->changes)
		return 0;
	rc = gather(&now, opens);
	if (rc < 0) {
		readers_release(&now);
		return rc;
	}
	if (now.count > 0)
		qsort(now.items, now.count, sizeof(*now.items), compare);
	drop_ended(&now, readers, opens, afresh);
	readers_release(readers);
	*readers = now;
	return 0;
}

void readers_judge(struct readers *readers, const struct segment_set *set, place root)
{
	struct node node;
	size_t i;

	readers->stale = 0;
	for (i = 0; i < readers->count; i++) {
		struct reader *reader = &readers->items[i];

		reader->is_stale = node_walk(set, root, reader->path, &node) < 0 || !node.oid ||
				!oid_equal(node.oid, &reader->content);
		readers->stale += reader->is_stale;
	}
}

/* --- telling --- */

static void add_field(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text <= ' ' || *text == '\\' || *text == 0x7f)
			buf_printf(out, "\\%03o", (unsigned)(unsigned char)*text);
		else
			buf_add_char(out, *text);
	}
	buf_add_char(out, ' ');
}

void readers_begin_line(struct buf *out, uint32_t pid, const struct process *process)
{
	buf_printf(out, "%" PRIu32 " ", pid);
	add_field(out, process->command[0] ? process->command : "-");
	add_field(out, process->unit[0] ? process->unit : "-");
}

static void add_line(struct buf *out, const struct reader *reader)
{
	char hex[OID_HEX_SIZE];

	oid_format(&reader->revision, hex);
	readers_begin_line(out, reader->pid, &reader->process);
	add_field(out, reader->path);
	buf_printf(out, "%s %s\n", hex, reader->is_stale ? "stale" : "current");
}

void readers_text(const struct readers *readers, const char *why_not, struct buf *out)
{
	size_t i;

	if (why_not) {
		buf_printf(out, "# not known: %s\n", why_not);
		return;
	}
	buf_add_str(out, "# pid command unit file revision state\n");
	for (i = 0; i < readers->count && i < READERS_LISTED_MAX; i++)
		add_line(out, &readers->items[i]);
	if (i < readers->count)
		buf_printf(out, "# and %zu more\n", readers->count - i);
	if (readers->overflows > 0)
		buf_printf(out, "# opens came too fast for the kernel's queue, %" PRIu64 " times\n",
				readers->overflows);
	if (readers->lost > 0)
		buf_printf(out, "# not kept, there being too many: %" PRIu64 "\n", readers->lost);
}

static struct value *one(struct arena *arena, const struct reader *reader)
{
	struct fields fields = fields_begin(arena);
	const struct process *process = &reader->process;

	fields_int(&fields, "pid", reader->pid);
	fields_text(&fields, "command", process->command);
	fields_text(&fields, "unit", process->unit[0] ? process->unit : NULL);
	fields_text(&fields, "path", reader->path);
	fields_oid(&fields, "opened", &reader->revision);
	fields_time(&fields, "since", reader->since);
	return fields_end(&fields);
}

struct value *readers_value(struct arena *arena, const struct readers *readers)
{
	struct value *list = value_list(arena);
	size_t i, listed = 0;

	for (i = 0; i < readers->count && listed < READERS_LISTED_MAX; i++) {
		if (!readers->items[i].is_stale)
			continue;
		if (value_append(arena, list, one(arena, &readers->items[i])) < 0)
			return NULL;
		listed++;
	}
	return list;
}
