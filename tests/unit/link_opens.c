#include "src/link/opens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t stamps;

static struct opens *new_table(void)
{
	struct opens *opens = calloc(1, sizeof(*opens));

	assert_non_null(opens);
	return opens;
}

static void add(struct opens *opens, uint32_t pid, uint64_t ino, const char *path)
{
	struct open open = {.stamp = ++stamps, .ino = ino, .time = 1000, .pid = pid};

	opens_add(opens, &open, path);
}

/* How many entries PID has (0: anybody), and the newest of them. */
static unsigned count(struct opens *opens, uint32_t pid, struct open *newest, char *path)
{
	char text[OPENS_PATH_SIZE];
	struct open open;
	unsigned i, found = 0;

	memset(newest, 0, sizeof(*newest));
	for (i = 0; i < OPENS_ENTRIES; i++) {
		if (!opens_get(opens, i, &open, text) || (pid && open.pid != pid))
			continue;
		found++;
		if (open.stamp > newest->stamp) {
			*newest = open;
			strcpy(path, text);
		}
	}
	return found;
}

static void one_entry_for_process_and_path(void **state)
{
	struct opens *opens = new_table();
	char path[OPENS_PATH_SIZE];
	struct open open;

	(void)state;
	assert_false(opens_repeat(opens, 7, 100, 1, 1));
	add(opens, 7, 100, "nginx/nginx.conf");
	add(opens, 7, 200, "nginx/mime.types");
	add(opens, 8, 100, "nginx/nginx.conf");
	assert_int_equal(count(opens, 0, &open, path), 3);
	assert_int_equal(count(opens, 7, &open, path), 2);
	assert_string_equal(path, "nginx/mime.types");
	add(opens, 7, 101, "nginx/nginx.conf"); /* what is there now */
	assert_int_equal(count(opens, 7, &open, path), 2);
	assert_int_equal(open.ino, 101);
	assert_string_equal(path, "nginx/nginx.conf");
	assert_false(opens_repeat(opens, 7, 100, ++stamps, 2000));
	assert_int_equal(atomic_load(&opens->changes), 4);
	assert_true(opens_repeat(opens, 7, 200, ++stamps, 2000));
	assert_int_equal(count(opens, 7, &open, path), 2);
	assert_int_equal(open.time, 2000);
	assert_string_equal(path, "nginx/mime.types");
	assert_int_equal(atomic_load(&opens->changes), 4);
	assert_int_equal(atomic_load(&opens->lost), 0);
	free(opens);
}

static void dropped_unless_it_has_changed(void **state)
{
	struct opens *opens = new_table();
	char path[OPENS_PATH_SIZE];
	struct open open;
	uint64_t stamp;

	(void)state;
	add(opens, 7, 100, "a");
	assert_int_equal(count(opens, 7, &open, path), 1);
	stamp = open.stamp;
	assert_true(opens_repeat(opens, 7, 100, ++stamps, 2000));
	opens_drop(opens, 7, stamp);
	assert_int_equal(count(opens, 7, &open, path), 1);
	opens_drop(opens, 7, open.stamp);
	assert_int_equal(count(opens, 7, &open, path), 0);
	free(opens);
}

/* Somebody who opens everything loses its own oldest, and nobody else's. */
static void a_process_has_its_share(void **state)
{
	struct opens *opens = new_table();
	char path[OPENS_PATH_SIZE], name[32];
	struct open open;
	uint32_t pid;
	unsigned i;

	(void)state;
	for (pid = 1; pid <= 500; pid++)
		add(opens, pid, 1, "one");
	for (i = 0; i < 3 * OPENS_PATHS; i++) {
		(void)snprintf(name, sizeof(name), "file%u", i);
		add(opens, 1000, 10 + i, name);
	}
	assert_int_equal(count(opens, 1000, &open, path), OPENS_PER_PROCESS);
	assert_string_equal(path, name);
	assert_int_equal(count(opens, 0, &open, path), 500 + OPENS_PER_PROCESS);
	assert_int_equal(atomic_load(&opens->lost), 3 * OPENS_PATHS - OPENS_PER_PROCESS);
	for (pid = 1; pid <= 500; pid++) {
		assert_int_equal(count(opens, pid, &open, path), 1);
		assert_string_equal(path, "one");
	}
	free(opens);
}

/* However many there are: the table keeps its size, and the newest are in it. */
static void the_oldest_make_way(void **state)
{
	struct opens *opens = new_table();
	char path[OPENS_PATH_SIZE];
	struct open open;
	unsigned i, kept;

	(void)state;
	for (i = 1; i <= 100000; i++)
		add(opens, i, 1, "one");
	kept = count(opens, 0, &open, path);
	assert_int_equal(open.pid, 100000);
	assert_in_range(kept, OPENS_ENTRIES - OPENS_GROUP, OPENS_ENTRIES);
	assert_int_equal(atomic_load(&opens->lost), 100000 - kept);
	for (i = 100000 - OPENS_GROUP; i <= 100000; i++)
		assert_int_equal(count(opens, i, &open, path), 1);
	free(opens);
}

static void a_path_that_is_too_long(void **state)
{
	struct opens *opens = new_table();
	char path[OPENS_PATH_SIZE], name[OPENS_PATH_SIZE + 1] = {0};
	struct open open;

	(void)state;
	memset(name, 'x', OPENS_PATH_SIZE - 1);
	add(opens, 1, 1, name);
	assert_int_equal(count(opens, 1, &open, path), 1);
	assert_string_equal(path, name);
	name[OPENS_PATH_SIZE - 1] = 'x';
	add(opens, 2, 1, name);
	assert_int_equal(count(opens, 2, &open, path), 0);
	assert_int_equal(atomic_load(&opens->lost), 1);
	free(opens);
}

/* Whatever lies in the memory, reading ends and stays inside. */
static void damage_is_survived(void **state)
{
	struct opens *opens = new_table();
	char path[OPENS_PATH_SIZE];
	struct open open;

	(void)state;
	memset(opens, 0xff, sizeof(*opens));
	(void)count(opens, 0, &open, path);
	(void)opens_repeat(opens, 1, 1, 1, 1);
	add(opens, 1, 1, "a");
	free(opens);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(one_entry_for_process_and_path),
			cmocka_unit_test(dropped_unless_it_has_changed),
			cmocka_unit_test(a_process_has_its_share),
			cmocka_unit_test(the_oldest_make_way),
			cmocka_unit_test(a_path_that_is_too_long),
			cmocka_unit_test(damage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
