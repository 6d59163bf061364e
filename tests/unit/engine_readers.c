#include "src/engine/readers.h"

#include "tests/unit/snap_tree.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/link/opens.h"
#include "src/value/emit.h"
#include "src/value/value.h"

#define HEX_1 "0101010101010101010101010101010101010101"

static struct oid oid_of(uint8_t tag)
{
	struct oid oid = {{0}};

	memset(oid.bytes, tag, 20);
	return oid;
}

/* PID has opened PATH, with content TAG. */
static void opened(struct opens *opens, pid_t pid, uint8_t tag, const char *path)
{
	static uint64_t last;
	struct open open = {.stamp = clock_boot_ns(),
			.ino = tag,
			.time = 1795425195,
			.pid = (uint32_t)pid,
			.revision = oid_of(1),
			.content = oid_of(tag)};

	open.stamp = last = open.stamp > last ? open.stamp : last + 1;
	opens_add(opens, &open, path);
}

static pid_t start_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	return pid;
}

static void end_child(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void ended_processes_go(void **state)
{
	struct opens *opens = calloc(1, sizeof(*opens));
	struct readers readers = READERS_INIT;
	pid_t first = start_child(), second = start_child();

	(void)state;
	opened(opens, first, 5, "b");
	opened(opens, second, 5, "b");
	opened(opens, first, 6, "a");
	assert_int_equal(readers_look(&readers, opens, false), 0);
	assert_int_equal(readers.count, 3);
	assert_true(readers.items[0].pid <= readers.items[1].pid);
	end_child(first);
	assert_int_equal(readers_look(&readers, opens, false), 0); /* nothing new in the table */
	assert_int_equal(readers.count, 3);
	assert_int_equal(readers_look(&readers, opens, true), 0);
	assert_int_equal(readers.count, 1);
	assert_int_equal(readers.items[0].pid, second);
	readers_release(&readers);
	assert_int_equal(readers_look(&readers, opens, true), 0); /* gone from the table, too */
	assert_int_equal(readers.count, 1);
	end_child(second);
	readers_release(&readers);
	free(opens);
}

/* A number that is used again is another process. */
static void others_with_the_same_number(void **state)
{
	struct opens *opens = calloc(1, sizeof(*opens));
	struct readers readers = READERS_INIT;
	struct open open = {.stamp = 1, .pid = (uint32_t)getpid()}; /* long before we began */

	(void)state;
	opens_add(opens, &open, "a");
	opened(opens, getpid(), 5, "b");
	assert_int_equal(readers_look(&readers, opens, false), 0);
	assert_int_equal(readers.count, 1);
	assert_string_equal(readers.items[0].path, "b");
	readers_release(&readers);
	free(opens);
}

static place put(struct builder *builder, uint32_t dir, const char *name, uint8_t tag)
{
	struct node_spec spec = spec_named(name, dir);

	spec.oid = oid_of(tag);
	return builder_file(builder, NODE_FILE, &spec, builder_data(builder, "x", 1), 1, NULL);
}

/* a (content 5), d/b (content 6). */
static place make_tree(struct segment_set *set)
{
	struct builder *builder;
	place entries[2], inner, root;
	int fd;

	builder = begin(1, NULL, &fd);
	inner = put(builder, 20, "b", 6);
	entries[0] = put(builder, DIR_ROOT, "a", 5);
	entries[1] = put_dir(builder, DIR_ROOT, "d", 20, &inner, 1);
	root = put_root(builder, entries, 2);
	finish_into(builder, fd, 1, set);
	return root;
}

static void stale_and_not(void **state)
{
	struct opens *opens = calloc(1, sizeof(*opens));
	struct segment_set *set = segment_set_new();
	struct arena *arena = arena_new(1 << 20);
	struct readers readers = READERS_INIT;
	struct buf text = BUF_INIT;
	place root = make_tree(set);
	char want[500];

	(void)state;
	opened(opens, getpid(), 4, "a");
	opened(opens, getpid(), 6, "d/b");
	opened(opens, getpid(), 7, "gone \\\n");
	assert_int_equal(readers_look(&readers, opens, false), 0);
	assert_int_equal(readers.count, 3);
	strcpy(readers.items[0].process.command, "a b");
	strcpy(readers.items[0].process.unit, "x.service");
	readers.items[1].process = readers.items[2].process = readers.items[0].process;
	readers.items[1].process.unit[0] = '\0';
	readers_judge(&readers, set, root);
	assert_int_equal(readers.stale, 2);
	readers_text(&readers, NULL, &text);
	(void)snprintf(want, sizeof(want),
			"# pid command unit file revision state\n"
			"%1$d a\\040b x.service a " HEX_1 " stale\n"
			"%1$d a\\040b - d/b " HEX_1 " current\n"
			"%1$d a\\040b x.service gone\\040\\134\\012 " HEX_1 " stale\n",
			(int)getpid());
	assert_string_equal(buf_str(&text), want);
	buf_clear(&text);
	assert_int_equal(emit_json(readers_value(arena, &readers), 0, &text), 0);
	(void)snprintf(want, sizeof(want),
			"[{\"pid\": %1$d, \"command\": \"a b\", \"unit\": \"x.service\", "
			"\"path\": \"a\", \"opened\": \"" HEX_1 "\", "
			"\"since\": \"2026-11-23T09:13:15Z\"}, "
			"{\"pid\": %1$d, \"command\": \"a b\", \"unit\": \"x.service\", "
			"\"path\": \"gone \\\\\\n\", \"opened\": \"" HEX_1 "\", "
			"\"since\": \"2026-11-23T09:13:15Z\"}]",
			(int)getpid());
	assert_string_equal(buf_str(&text), want);
	buf_release(&text);
	arena_free(arena);
	readers_release(&readers);
	segment_set_free(set);
	free(opens);
}

static void what_is_not_known(void **state)
{
	struct readers readers = {.overflows = 2, .lost = 3};
	struct buf text = BUF_INIT;

	(void)state;
	readers_text(&readers, "not mounted by root", &text);
	assert_string_equal(buf_str(&text), "# not known: not mounted by root\n");
	buf_clear(&text);
	readers_text(&readers, NULL, &text);
	assert_string_equal(buf_str(&text),
			"# pid command unit file revision state\n"
			"# opens came too fast for the kernel's queue, 2 times\n"
			"# not kept, there being too many: 3\n");
	buf_release(&text);
}

static void a_long_list_is_cut(void **state)
{
	struct opens *opens = calloc(1, sizeof(*opens));
	struct readers readers = READERS_INIT;
	struct reader reader = {.pid = 5, .path = NULL};
	struct buf text = BUF_INIT;
	unsigned i;

	(void)state;
	opened(opens, getpid(), 4, "a");
	assert_int_equal(readers_look(&readers, opens, false), 0);
	reader = readers.items[0];
	readers.items = realloc(readers.items, (READERS_LISTED_MAX + 7) * sizeof(reader));
	assert_non_null(readers.items);
	for (i = 0; i < READERS_LISTED_MAX + 7; i++)
		readers.items[i] = reader;
	readers.count = READERS_LISTED_MAX + 7;
	readers_text(&readers, NULL, &text);
	assert_non_null(strstr(buf_str(&text), "# and 7 more\n"));
	readers.count = 1; /* the others were the same */
	readers_release(&readers);
	buf_release(&text);
	free(opens);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(ended_processes_go),
			cmocka_unit_test(others_with_the_same_number),
			cmocka_unit_test(stale_and_not),
			cmocka_unit_test(what_is_not_known),
			cmocka_unit_test(a_long_list_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
