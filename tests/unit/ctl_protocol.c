#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/ctl/protocol.h"

static void there_and_back(void **state)
{
	const char *const words[] = {"switch", "v1.2", "", "--reason", "two words", NULL};
	const char *argv[CTL_ARGS_MAX + 1];
	struct buf request = BUF_INIT;
	int i;

	(void)state;
	protocol_encode(words, &request);
	assert_true(buf_ok(&request));
	assert_int_equal(protocol_decode(request.data, request.len, argv), 5);
	for (i = 0; i < 5; i++)
		assert_string_equal(argv[i], words[i]);
	assert_null(argv[5]);
	buf_release(&request);
}

static int decode(const char *data, size_t len)
{
	const char *argv[CTL_ARGS_MAX + 1];
	char copy[CTL_REQUEST_MAX + 8];

	memcpy(copy, data, len);
	return protocol_decode(copy, len, argv);
}

static void garbage_is_refused(void **state)
{
	static char large[CTL_REQUEST_MAX + 8];

	(void)state;
	assert_int_equal(decode("", 0), -EINVAL);
	assert_int_equal(decode("status", 6), -EINVAL); /* no NUL at the end */
	assert_int_equal(decode("\0", 1), -EINVAL);	/* no verb */
	assert_int_equal(decode("\0a", 3), -EINVAL);
	memset(large, 'a', sizeof(large));
	large[CTL_REQUEST_MAX] = '\0';
	assert_int_equal(decode(large, CTL_REQUEST_MAX + 1), -EINVAL);
	large[CTL_REQUEST_MAX - 1] = '\0';
	assert_int_equal(decode(large, CTL_REQUEST_MAX), 1);
}

static void arguments_are_counted(void **state)
{
	char data[2 * CTL_ARGS_MAX + 2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = i % 2 ? '\0' : 'a';
	assert_int_equal(decode(data, 2 * CTL_ARGS_MAX), CTL_ARGS_MAX);
	assert_int_equal(decode(data, 2 * CTL_ARGS_MAX + 2), -EINVAL);
}

static void addresses(void **state)
{
	struct sockaddr_un address;
	struct err err = ERR_INIT;
	char path[300] = "/tmp/";
	int dir_fd;

	(void)state;
	assert_int_equal(protocol_address("/tmp/ctl", &address, &dir_fd, &err), 0);
	(void)close(dir_fd);
	assert_int_equal(protocol_address("/ctl", &address, &dir_fd, &err), 0);
	(void)close(dir_fd);
	assert_int_equal(protocol_address("/nonexistent/ctl", &address, &dir_fd, &err), -ENOENT);
	memset(path + 5, 'x', 200);
	assert_int_equal(protocol_address(path, &address, &dir_fd, &err), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(there_and_back),
			cmocka_unit_test(garbage_is_refused),
			cmocka_unit_test(arguments_are_counted),
			cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
