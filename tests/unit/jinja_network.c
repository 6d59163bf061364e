#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/jinja/network.h"

static bool parse(const char *text, struct network *out, bool *has_prefix)
{
	return network_parse(text, strlen(text), out, has_prefix);
}

static void parses(void **state)
{
	static const struct {
		const char *text, *address;
		unsigned version, prefix;
		bool has_prefix;
	} rows[] = {
			{"10.1.2.3", "10.1.2.3", 4, 32, false},
			{"10.1.2.3/8", "10.1.2.3", 4, 8, true},
			{"10/8", "10.0.0.0", 4, 8, true},
			{"010.1", "10.1.0.0", 4, 32, false},
			{"1.2.3.4/255.255.0.0", "1.2.3.4", 4, 16, true},
			{"1.2.3.4/0.0.0.0", "1.2.3.4", 4, 0, true},
			{"1.2.3.4/0.0.0.3", "1.2.3.4", 4, 30, true},
			{"::1", "::1", 6, 128, false},
			{"2001:DB8::/ffff::", "2001:db8::", 6, 16, true},
			{"::ffff:1.2.3.4", "::ffff:1.2.3.4", 6, 128, false},
	};
	char text[NETWORK_TEXT_SIZE];
	struct network network;
	bool has_prefix;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!parse(rows[i].text, &network, &has_prefix))
			fail_msg("%s", rows[i].text);
		network_format_address(network.version, network.value, text);
		assert_string_equal(text, rows[i].address);
		assert_int_equal(network.version, rows[i].version);
		assert_int_equal(network.prefix, rows[i].prefix);
		assert_int_equal(has_prefix, rows[i].has_prefix);
	}
}

static void refuses(void **state)
{
	static const char *const rows[] = {"", "/", "x", "1.2.3.4.5", "256.0.0.0", "1.2.3.4/33",
			"1.2.3.4/255.0.255.0", "1.2.3.4/::1", "::1/129", "::1/255.0.0.0",
			":::", "1..2", "fe80::1%eth0", "1.2.3.4/24/8"};
	struct network network;
	bool has_prefix;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(rows[i], &network, &has_prefix))
			fail_msg("%s", rows[i]);
	}
}

static void bounds(void **state)
{
	struct network network, inner;
	bool has_prefix;

	(void)state;
	assert_true(parse("10.1.2.3/16", &network, &has_prefix));
	assert_true(network_first(&network) == 0x0a010000);
	assert_true(network_last(&network) == 0x0a01ffff);
	assert_true(network_netmask(&network) == 0xffff0000);
	assert_true(network_hostmask(&network) == 0xffff);
	assert_true(network_is_in(&network, "10.0.0.0/8"));
	assert_false(network_is_in(&network, "10.1.2.0/24"));
	assert_false(network_is_in(&network, "::/0"));
	assert_true(parse("::/0", &network, &has_prefix));
	assert_true(network_hostmask(&network) == ~(u128)0);
	assert_true(network_netmask(&network) == 0);
	assert_true(parse("fe80::1", &inner, &has_prefix));
	assert_true(network_contains(&network, &inner));
	assert_false(network_contains(&inner, &network));
}

static void numbers(void **state)
{
	static const char largest[] = "340282366920938463463374607431768211455";
	char text[NETWORK_TEXT_SIZE];
	u128 number;

	(void)state;
	assert_true(network_parse_number(largest, strlen(largest), &number));
	assert_true(number == ~(u128)0);
	network_format_number(number, text);
	assert_string_equal(text, largest);
	network_format_number(0, text);
	assert_string_equal(text, "0");
	assert_false(network_parse_number("340282366920938463463374607431768211456", 39, &number));
	assert_false(network_parse_number("", 0, &number));
	assert_false(network_parse_number("1x", 2, &number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(parses),
			cmocka_unit_test(refuses),
			cmocka_unit_test(bounds),
			cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
