#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"urlsplit", "\"http://user:pw@Host.com:80/p/a?q=1#f\"", "[]", "{}",
					"{'fragment': 'f', 'hostname': 'host.com', 'netloc': "
					"'user:pw@Host.com:80', 'password': 'pw', 'path': '/p/a', "
					"'port': 80, 'query': 'q=1', 'scheme': 'http', 'username': "
					"'user'}"},
			{"urlsplit", "\"http://user:pw@Host.com:80/p/a?q=1#f\"", "[\"port\"]", "{}",
					"80"},
			{"urlsplit", "\"http://user:pw@Host.com:80/p/a?q=1#f\"", "[\"nope\"]", "{}",
					NULL},
			{"urlsplit", "\"http://[::1]:8080/x\"", "[\"hostname\"]", "{}", "'::1'"},
			{"urlsplit", "\"http://[::1\"", "[]", "{}", NULL},
			{"urlsplit", "\"http://[1.2.3.4]\"", "[]", "{}", NULL},
			{"urlsplit", "\"http://h:x\"", "[]", "{}", NULL},
			{"urlsplit", "\"mailto:a@b\"", "[\"path\"]", "{}", "'a@b'"},
			{"urlsplit", "\" //h\\n/p\"", "[]", "{}",
					"{'fragment': '', 'hostname': 'h', 'netloc': 'h', "
					"'password': None, 'path': '/p', 'port': None, 'query': "
					"'', 'scheme': '', 'username': None}"},
			{"urldecode", "\"a+b%20%c3%a9%e9%zz\"", "[]", "{}", "'a b é�%zz'"},
			{"urldecode", "\"%e2%82\"", "[]", "{}", "'�'"},
			{"urldecode", "\"%ed%a0%80é%\"", "[]", "{}", "'���é%'"},
			{"urldecode", "5", "[]", "{}", NULL},
	};

	(void)state;
	check_filters(ROWS(rows));
}

/* Expected: what ansible-core 2.14 says. */
static void tests_of_python(void **state)
{
	static const struct row rows[] = {
			{"uri", "\"urn:x\"", "[]", "{}", "True"},
			{"uri", "\"http://[x\"", "[]", "{}", "False"},
			{"uri", "5", "[]", "{}", "False"},
			{"uri", "\"ftp://h\"", "[[\"http\"]]", "{}", "False"},
			{"url", "\"http://h\"", "[]", "{}", "True"},
			{"url", "\"/p\"", "[]", "{}", "False"},
			{"url", "\"file:///etc\"", "[]", "{}", "True"},
			{"urn", "\"urn:isbn:1\"", "[]", "{}", "True"},
			{"urn", "\"http://h\"", "[]", "{}", "False"},
	};

	(void)state;
	check_tests(ROWS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(filters_of_python),
			cmocka_unit_test(tests_of_python),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
