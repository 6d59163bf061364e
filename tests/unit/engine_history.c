#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/engine/history.h"

static char dir[64], path[96];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/engine_history.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, HISTORY_FILE);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	return file_remove_tree(AT_FDCWD, dir, NULL);
}

static struct oid commit(uint32_t n)
{
	return (struct oid){.bytes = {(uint8_t)(n >> 8), (uint8_t)n, 0xff}};
}

static size_t count_of(const struct history *history)
{
	size_t count = 0;

	while (history_get(history, count))
		count++;
	return count;
}

static struct history *open_it(void)
{
	struct history *history = NULL;
	struct err err = ERR_INIT;

	if (history_open(dir, &history, &err) < 0)
		fail_msg("%s", err.text);
	return history;
}

static void add(struct history *history, uint32_t n, const char *result)
{
	const struct history_entry entry = {
			.time = 1790000000 + n,
			.commit = commit(n),
			.result = result,
			.by = "refs/heads/main",
			.reason = "ref\tmoved\n",
			.author = n % 2 ? "A U Thor <author@example.com>" : NULL,
			.subject = n % 2 ? "Raise\tit" : NULL,
	};

	assert_int_equal(history_add(history, &entry, NULL), 0);
}

static void assert_found(struct history *history, uint64_t n, uint32_t want)
{
	const struct oid wanted = commit(want);
	struct oid found;

	assert_int_equal(history_find(history, n, &found), 0);
	assert_true(oid_equal(&found, &wanted));
}

static void remembers(void **state)
{
	struct history *history = open_it();
	struct buf text = BUF_INIT;

	(void)state;
	assert_int_equal(count_of(history), 0);
	add(history, 1, HISTORY_OK);
	add(history, 2, HISTORY_REJECTED);
	history_free(history);
	history = open_it();
	assert_int_equal(count_of(history), 2);
	assert_string_equal(history_get(history, 0)->result, HISTORY_REJECTED);
	assert_string_equal(history_get(history, 1)->reason, "ref moved ");
	assert_string_equal(history_get(history, 1)->by, "refs/heads/main");
	assert_null(history_get(history, 2));
	history_text(history, &text);
	assert_string_equal(buf_str(&text),
			"2026-09-21T14:13:22Z 0002ff0000000000000000000000000000000000 rejected "
			"ref moved  (refs/heads/main)\n"
			"2026-09-21T14:13:21Z 0001ff0000000000000000000000000000000000 ok "
			"ref moved  (refs/heads/main) \"Raise it\" A U Thor "
			"<author@example.com>\n");
	buf_clear(&text);
	history_json(history, &text);
	assert_non_null(strstr(buf_str(&text), "\"result\":"));
	assert_non_null(strstr(buf_str(&text), "\"subject\": \"Raise it\""));
	assert_non_null(strstr(buf_str(&text), "\"author\": null"));
	assert_int_equal(buf_str(&text)[0], '[');
	buf_release(&text);
	history_free(history);
}

static void steps_back(void **state)
{
	struct history *history = open_it();
	struct oid found;

	(void)state;
	assert_int_equal(history_find(history, 1, &found), -ENOENT);
	add(history, 1, HISTORY_OK);
	assert_int_equal(history_find(history, 1, &found), -ENOENT);
	add(history, 2, HISTORY_OK);
	add(history, 9, HISTORY_REJECTED); /* was never served */
	add(history, 3, HISTORY_OK);
	add(history, 3, HISTORY_OK); /* the same again */
	assert_found(history, 1, 2);
	assert_found(history, 2, 1);
	assert_int_equal(history_find(history, 3, &found), -ENOENT);
	add(history, 2, HISTORY_OK); /* rolled back */
	assert_found(history, 1, 3);
	assert_found(history, 2, 2);
	assert_found(history, 3, 1);
	history_free(history);
}

static void append_raw(const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, strlen(text), NULL), 0);
	(void)close(fd);
}

static void a_torn_line_does_not_count(void **state)
{
	struct history *history = open_it();

	(void)state;
	add(history, 1, HISTORY_OK);
	history_free(history);
	append_raw("2026-09-21T14:13:22Z\t0002ff00000000000000000000000000000000");
	history = open_it();
	assert_int_equal(count_of(history), 1);
	add(history, 3, HISTORY_OK); /* and what follows is not torn */
	history_free(history);
	history = open_it();
	assert_int_equal(count_of(history), 2);
	assert_found(history, 1, 1);
	history_free(history);
}

static void malformed_lines_are_skipped(void **state)
{
	struct history *history;

	(void)state;
	append_raw("\n\t\t\t\t\nnonsense\n"
		   "2026-09-21T14:13:22Z\tzz\tok\tx\ty\n"
		   "2026-09-21T14:13:22Z\t0001ff0000000000000000000000000000000000\tok\tx\ty\tz\n");
	history = open_it();
	assert_int_equal(count_of(history), 0);
	add(history, 1, HISTORY_OK);
	assert_int_equal(count_of(history), 1);
	history_free(history);
}

static void is_trimmed(void **state)
{
	struct history *history = open_it();
	struct buf text = BUF_INIT;
	uint32_t i, lines = 0;
	size_t at;

	(void)state;
	for (i = 0; i < HISTORY_MAX + 150; i++)
		add(history, i, HISTORY_OK);
	assert_int_equal(count_of(history), HISTORY_MAX);
	assert_found(history, 1, HISTORY_MAX + 148);
	history_free(history);
	assert_int_equal(file_read(AT_FDCWD, path, 1u << 24, &text, NULL), 0);
	for (at = 0; at < text.len; at++)
		lines += text.data[at] == '\n';
	assert_in_range(lines, HISTORY_MAX, HISTORY_MAX + 100);
	buf_release(&text);
	history = open_it();
	assert_int_equal(count_of(history), HISTORY_MAX);
	assert_found(history, 1, HISTORY_MAX + 148);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(remembers, make_dir, remove_dir),
			cmocka_unit_test_setup_teardown(steps_back, make_dir, remove_dir),
			cmocka_unit_test_setup_teardown(
					a_torn_line_does_not_count, make_dir, remove_dir),
			cmocka_unit_test_setup_teardown(
					malformed_lines_are_skipped, make_dir, remove_dir),
			cmocka_unit_test_setup_teardown(is_trimmed, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
