#include "src/link/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/clock.h"

static struct message in, out;

static int setup(void **state)
{
	int *pair = malloc(2 * sizeof(int));

	if (message_pair(pair, NULL) < 0)
		return -1;
	memset(&in, 0, sizeof(in));
	memset(&out, 0, sizeof(out));
	*state = pair;
	return 0;
}

static int teardown(void **state)
{
	int *pair = *state;

	(void)close(pair[0]);
	(void)close(pair[1]);
	free(pair);
	return 0;
}

static void test_text(void **state)
{
	const int *pair = *state;
	int fd = 7;

	out.type = MESSAGE_FAILED;
	out.code = 2;
	(void)strcpy(out.text, "no such ref");
	assert_int_equal(message_send(pair[0], &out, -1), 0);
	assert_int_equal(message_receive(pair[1], &in, &fd), 0);
	assert_int_equal(fd, -1);
	assert_int_equal(in.type, MESSAGE_FAILED);
	assert_int_equal(in.code, 2);
	assert_string_equal(in.text, "no such ref");
	assert_int_equal(message_receive(pair[1], &in, &fd), -EAGAIN);
}

static void test_longest_text(void **state)
{
	const int *pair = *state;
	int fd;

	out.type = MESSAGE_REFUSED;
	memset(out.text, 'x', sizeof(out.text)); /* not even ended */
	assert_int_equal(message_send(pair[0], &out, -1), 0);
	assert_int_equal(message_receive(pair[1], &in, &fd), 0);
	assert_int_equal(strlen(in.text), MESSAGE_TEXT_MAX - 1);
}

static void test_descriptor(void **state)
{
	const int *pair = *state;
	struct stat a, b;
	int fd = -1, file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	out.type = MESSAGE_SEGMENT;
	out.number = 17;
	assert_int_equal(message_send(pair[0], &out, file), 0);
	assert_int_equal(message_receive(pair[1], &in, &fd), 0);
	assert_int_equal(in.number, 17);
	assert_true(fd >= 0 && fd != file);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(fstat(fd, &a), 0);
	assert_int_equal(fstat(file, &b), 0);
	assert_true(a.st_rdev == b.st_rdev);
	(void)close(fd);
	(void)close(file);
}

static void test_end(void **state)
{
	int *pair = *state, fd;

	(void)close(pair[0]);
	assert_int_equal(message_receive(pair[1], &in, &fd), -EPIPE);
	out.type = MESSAGE_QUIT;
	assert_int_equal(message_send(pair[1], &out, -1), -EPIPE);
	pair[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void test_garbage(void **state)
{
	const size_t fixed = offsetof(struct message, text);
	const int *pair = *state;
	char *bytes = calloc(1, sizeof(struct message) + 10);
	int fd = -1;

	/* too short, no end of the text, no such type, too long */
	assert_int_equal(send(pair[0], "x", 1, 0), 1);
	assert_int_equal(message_receive(pair[1], &in, &fd), -EBADMSG);
	((struct message *)(void *)bytes)->type = MESSAGE_QUIT;
	bytes[fixed] = 'x';
	assert_true(send(pair[0], bytes, fixed + 1, 0) > 0);
	assert_int_equal(message_receive(pair[1], &in, &fd), -EBADMSG);
	bytes[fixed] = '\0';
	assert_true(send(pair[0], bytes, fixed, 0) > 0);
	assert_int_equal(message_receive(pair[1], &in, &fd), -EBADMSG);
	((struct message *)(void *)bytes)->type = MESSAGE_LAST + 1;
	assert_true(send(pair[0], bytes, fixed + 1, 0) > 0);
	assert_int_equal(message_receive(pair[1], &in, &fd), -EBADMSG);
	((struct message *)(void *)bytes)->type = MESSAGE_QUIT;
	assert_true(send(pair[0], bytes, sizeof(struct message) + 10, 0) > 0);
	assert_int_equal(message_receive(pair[1], &in, &fd), -EBADMSG);
	assert_int_equal(fd, -1);
	free(bytes);
}

static void test_sender_does_not_wait_for_ever(void **state)
{
	const int *pair = *state;
	uint64_t begun = clock_mono_ms();
	int rc;

	out.type = MESSAGE_QUIT;
	do
		rc = message_send(pair[0], &out, -1);
	while (rc == 0);
	assert_int_equal(rc, -ETIMEDOUT);
	assert_in_range(clock_mono_ms() - begun, 1900, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(test_text, setup, teardown),
			cmocka_unit_test_setup_teardown(test_longest_text, setup, teardown),
			cmocka_unit_test_setup_teardown(test_descriptor, setup, teardown),
			cmocka_unit_test_setup_teardown(test_end, setup, teardown),
			cmocka_unit_test_setup_teardown(test_garbage, setup, teardown),
			cmocka_unit_test_setup_teardown(
					test_sender_does_not_wait_for_ever, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
