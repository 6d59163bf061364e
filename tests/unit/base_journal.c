#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/journal.h"

static char folder[64], path[80];

/* A journal that nobody reads yet. */
static int fake_journal(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void a_datagram_arrives(void **state)
{
	int listening = fake_journal(), fd = journal_open(path);
	char got[64];

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(journal_send(fd, "MESSAGE=a\n", 10), 0);
	assert_int_equal(journal_send(fd, "MESSAGE=b\n", 10), 0);
	assert_int_equal(recv(listening, got, sizeof(got), 0), 10);
	assert_memory_equal(got, "MESSAGE=a\n", 10);
	assert_int_equal(recv(listening, got, sizeof(got), 0), 10);
	(void)close(fd);
	(void)close(listening);
	assert_int_equal(unlink(path), 0);
}

static void it_never_waits(void **state)
{
	int listening = fake_journal(), fd = journal_open(path), rc = 0, i;

	(void)state;
	for (i = 0; i < 100000 && rc == 0; i++)
		rc = journal_send(fd, "MESSAGE=a\n", 10);
	assert_int_equal(rc, -EAGAIN);
	(void)close(listening);
	assert_int_equal(journal_send(fd, "MESSAGE=a\n", 10), -ECONNREFUSED);
	(void)close(fd);
	assert_int_equal(unlink(path), 0);
}

static void there_is_none(void **state)
{
	char far[200];

	(void)state;
	assert_int_equal(journal_open(path), -ENOENT);
	memset(far, 'x', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	assert_int_equal(journal_open(far), -ENAMETOOLONG);
}

static void stderr_is_compared(void **state)
{
	char text[64];
	struct stat st;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	assert_false(journal_is_at(ends[1]));
	assert_int_equal(fstat(ends[1], &st), 0);
	(void)snprintf(text, sizeof(text), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", text, 1), 0);
	assert_true(journal_is_at(ends[1]));
	assert_false(journal_is_at(STDIN_FILENO)); /* it was redirected */
	assert_false(journal_is_at(-1));
	assert_int_equal(setenv("JOURNAL_STREAM", "nonsense", 1), 0);
	assert_false(journal_is_at(ends[1]));
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static int make_folder(void **state)
{
	(void)state;
	(void)strcpy(folder, "/tmp/refmount-journal-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/socket", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(a_datagram_arrives),
			cmocka_unit_test(it_never_waits),
			cmocka_unit_test(there_is_none),
			cmocka_unit_test(stderr_is_compared),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
