#include <errno.h>
#include <fcntl.h>
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

#include "src/base/notify.h"

static char path[] = "/tmp/refmount-notify.XXXXXX";

/* A manager that listens at NAME, "@..." for the abstract namespace. */
static int listen_at(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t len = strlen(name);

	assert_true(sock >= 0);
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(sock, (struct sockaddr *)&address,
					 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	return sock;
}

/* The next datagram in TEXT, and its descriptor or -1. */
static int take(int sock, char *text, size_t size)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = {text, size - 1};
	struct msghdr message = {.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control)};
	ssize_t len = recvmsg(sock, &message, MSG_DONTWAIT);
	int fd = -1;

	assert_true(len >= 0);
	text[len] = '\0';
	if (CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static void says_nothing_to_nobody(void **state)
{
	(void)state;
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
	assert_false(notify_is_wanted());
	assert_int_equal(notify_send("READY=1", -1), 0);
	assert_int_equal(notify_store("device", 0), 0);
}

static void sends_to_a_path(void **state)
{
	int sock = listen_at(path), fd;
	struct stat sent, got;
	char text[256];

	(void)state;
	assert_true(notify_is_wanted());
	assert_int_equal(notify_send("READY=1\nSTATUS=serving", -1), 0);
	assert_int_equal(take(sock, text, sizeof(text)), -1);
	assert_string_equal(text, "READY=1\nSTATUS=serving");
	assert_int_equal(notify_store("device", sock), 0);
	fd = take(sock, text, sizeof(text));
	assert_string_equal(text, "FDSTORE=1\nFDNAME=device");
	assert_int_equal(fstat(sock, &sent), 0);
	assert_int_equal(fstat(fd, &got), 0);
	assert_true(sent.st_ino == got.st_ino && fd != sock);
	(void)close(fd);
	fd = open("/", O_PATH | O_CLOEXEC);
	assert_int_equal(notify_store("door", fd), 0);
	(void)close(fd);
	fd = take(sock, text, sizeof(text));
	assert_string_equal(text, "FDSTORE=1\nFDNAME=door\nFDPOLL=0");
	assert_int_equal(notify_unstore("device"), 0);
	assert_int_equal(take(sock, text, sizeof(text)), -1);
	assert_string_equal(text, "FDSTOREREMOVE=1\nFDNAME=device");
	(void)close(fd);
	(void)close(sock);
	(void)unlink(path);
	assert_int_equal(notify_send("READY=1", -1), -ENOENT);
}

static void sends_to_an_abstract_name(void **state)
{
	char name[64], text[64];
	int sock;

	(void)state;
	(void)snprintf(name, sizeof(name), "@refmount-notify-%d", (int)getpid());
	sock = listen_at(name);
	assert_int_equal(notify_send("WATCHDOG=1", -1), 0);
	assert_int_equal(take(sock, text, sizeof(text)), -1);
	assert_string_equal(text, "WATCHDOG=1");
	(void)close(sock);
}

static void refuses_what_is_no_address(void **state)
{
	char name[200];

	(void)state;
	assert_int_equal(setenv("NOTIFY_SOCKET", "relative", 1), 0);
	assert_int_equal(notify_send("READY=1", -1), -EINVAL);
	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	assert_int_equal(notify_send("READY=1", -1), -EINVAL);
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
}

static void knows_the_watchdog(void **state)
{
	char pid[16];

	(void)state;
	assert_int_equal(unsetenv("WATCHDOG_PID"), 0);
	assert_int_equal(unsetenv("WATCHDOG_USEC"), 0);
	assert_int_equal(notify_watchdog_ms(), 0);
	assert_int_equal(setenv("WATCHDOG_USEC", "3000000", 1), 0);
	assert_int_equal(notify_watchdog_ms(), 3000);
	assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
	assert_int_equal(notify_watchdog_ms(), 0);
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_int_equal(setenv("WATCHDOG_PID", pid, 1), 0);
	assert_int_equal(notify_watchdog_ms(), 3000);
	assert_int_equal(setenv("WATCHDOG_USEC", "soon", 1), 0);
	assert_int_equal(notify_watchdog_ms(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(says_nothing_to_nobody),
			cmocka_unit_test(sends_to_a_path),
			cmocka_unit_test(sends_to_an_abstract_name),
			cmocka_unit_test(refuses_what_is_no_address),
			cmocka_unit_test(knows_the_watchdog),
	};
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	(void)close(fd);
	(void)unlink(path);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
