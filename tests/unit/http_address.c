#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/http/address.h"

static void addresses(void **state)
{
	static const struct {
		const char *text, *shown;
		bool is_loopback;
	} cases[] = {
			{"127.0.0.1", "127.0.0.1:9180", true},
			{"127.0.0.1:80", "127.0.0.1:80", true},
			{"127.9.9.9:65535", "127.9.9.9:65535", true},
			{"0.0.0.0", "0.0.0.0:9180", false},
			{"192.0.2.7:1", "192.0.2.7:1", false},
			{"::1", "[::1]:9180", true},
			{"[::1]", "[::1]:9180", true},
			{"[::1]:81", "[::1]:81", true},
			{"[2001:db8::1]:81", "[2001:db8::1]:81", false},
			{"::", "[::]:9180", false},
			{"::ffff:127.0.0.1", "[::ffff:127.0.0.1]:9180", false},
	};
	char shown[ADDRESS_TEXT_MAX];
	struct address address;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(address_parse(cases[i].text, &address, NULL), 0);
		address_format(&address, shown);
		assert_string_equal(shown, cases[i].shown);
		assert_int_equal(address_is_loopback(&address), cases[i].is_loopback);
	}
}

static void no_addresses(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
			{"", "'' is not an address such as 127.0.0.1:9180 or [::1]:9180"},
			{":9180", "':9180' is not an address such as"},
			{"localhost:9180", "'localhost:9180' is not an address"},
			{"127.0.0.1:", "'127.0.0.1:' does not end in a port from 1 to 65535"},
			{"127.0.0.1:0", "port from 1 to 65535"},
			{"127.0.0.1:65536", "port from 1 to 65535"},
			{"127.0.0.1:http", "port from 1 to 65535"},
			{"127.0.0.1:99999999999999999999", "port from 1 to 65535"},
			{"[127.0.0.1]:80", "is not an address"},
			{"127.1", "is not an address"},
			{"[::1", "is not an address"},
			{"[::1]80", "is not an address"},
			{"[]", "is not an address"},
			{"[", "is not an address"},
			{"1234567890123456789012345678901234567890123456789", "is not an address"},
	};
	struct address address;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(address_parse(cases[i].text, &address, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].why));
	}
}

static void in_use(void **state)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	struct address address;
	int one = -1, two = -1;
	char text[ADDRESS_TEXT_MAX], want[128];
	struct err err;

	(void)state;
	/* Any port will do; a name for it is not needed. */
	assert_int_equal(address_parse("127.0.0.1", &address, NULL), 0);
	((uint16_t *)&address.socket)[1] = 0;
	assert_int_equal(address_listen(&address, &one, NULL), 0);
	assert_int_equal(getsockname(one, (struct sockaddr *)&bound, &len), 0);
	address.socket = bound;
	assert_int_equal(address_listen(&address, &two, &err), -EADDRINUSE);
	address_format(&address, text);
	(void)snprintf(want, sizeof(want), "listen on %s: Address already in use", text);
	assert_string_equal(err.text, want);
	(void)close(one);
	assert_int_equal(address_listen(&address, &two, NULL), 0);
	(void)close(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(addresses),
			cmocka_unit_test(no_addresses),
			cmocka_unit_test(in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
