#include <errno.h>

#include "tests/unit/value_fixture.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/value/emit.h"
#include "src/value/query.h"

static const char text[] = "nginx: {port: 80, upstreams: [{host: a}, {host: b}]}\n"
			   "a.b: {'c\"d\\': 1, '': 2}\n"
			   "8080: int\n"
			   "'8081': text\n"
			   "8081: hidden\n"
			   "list: [[1, 2], 3]\n"
			   "-1: negative\n";

static struct value *root;

static int setup(void **state)
{
	if (arena_setup(state) < 0)
		return -1;
	root = parse(text);
	return 0;
}

/* What PATH leads to, as JSON, or the error. */
static void expect(const char *path, int rc, const char *wanted)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	struct value *value = NULL;

	assert_int_equal(query_find(root, path, &value, &err), rc);
	if (rc == 0)
		assert_int_equal(emit_json(value, 0, &out), 0);
	assert_string_equal(rc == 0 ? buf_str(&out) : err.text, wanted);
	buf_release(&out);
}

static void finds(void **state)
{
	(void)state;
	expect("nginx.port", 0, "80");
	expect("nginx.upstreams[1].host", 0, "\"b\"");
	expect("nginx.upstreams[-2].host", 0, "\"a\"");
	expect("\"a.b\".\"c\\\"d\\\\\"", 0, "1");
	expect("\"a.b\".\"\"", 0, "2");
	expect("8080", 0, "\"int\"");
	expect("8081", 0, "\"text\"");
	expect("-1", 0, "\"negative\"");
	expect("list[0][1]", 0, "2");
}

static void finds_the_root(void **state)
{
	struct value *value = NULL;

	(void)state;
	assert_int_equal(query_find(root, "", &value, NULL), 0);
	assert_ptr_equal(value, root);
}

static void says_what_is_not_there(void **state)
{
	(void)state;
	expect("ngnix.port", -ENOENT, "no key 'ngnix' (did you mean 'nginx'?)");
	expect("nginx.prt", -ENOENT, "no key 'prt' in 'nginx' (did you mean 'port'?)");
	expect("nginx.upstreams[2]", -ENOENT, "no item [2] in 'nginx.upstreams', which has 2");
	expect("nginx.upstreams[-3]", -ENOENT, "no item [-3] in 'nginx.upstreams', which has 2");
	expect("nginx.port.x", -ENOENT, "'nginx.port' is an integer and has no key 'x'");
	expect("nginx[0]", -ENOENT, "'nginx' is a map and has no items");
	expect("[0]", -ENOENT, "'(all)' is a map and has no items");
	expect("\"8080\"", -ENOENT, "no key '8080' (did you mean '8081'?)");
	expect("9999999999999999999999", -ENOENT, "no key '9999999999999999999999'");
}

static void says_what_is_malformed(void **state)
{
	(void)state;
	expect("nginx..port", -EINVAL, "malformed path 'nginx..port': a name is missing at byte 7");
	expect(".nginx", -EINVAL, "malformed path '.nginx': a name is missing at byte 1");
	expect("nginx.", -EINVAL, "malformed path 'nginx.': it ends with a dot");
	expect("list[x]", -EINVAL, "malformed path 'list[x]': an index is a number");
	expect("list[1", -EINVAL, "malformed path 'list[1': ']' is missing");
	expect("list[99999999999999999999]", -EINVAL,
			"malformed path 'list[99999999999999999999]': the index is too large");
	expect("list[0]x", -EINVAL, "malformed path 'list[0]x': '.' or '[' is missing at byte 8");
	expect("\"a", -EINVAL, "malformed path '\"a': the closing '\"' is missing");
	expect("\"\\n\"", -EINVAL,
			"malformed path '\"\\n\"': a backslash stands before '\"' or '\\' only");
}

static void expect_normal(const char *path, const char *normal)
{
	struct buf out = BUF_INIT;

	assert_int_equal(query_normalize(path, &out, NULL), 0);
	assert_string_equal(buf_str(&out), normal);
	buf_release(&out);
}

static void normalizes(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	expect_normal("", "");
	expect_normal("\"nginx\".up-streams[0].\"a b\"", "nginx.up-streams[0].\"a b\"");
	expect_normal("\"a.\\\"\\\\\".\"\"", "\"a.\\\"\\\\\".\"\"");
	assert_int_equal(query_normalize("a.", &out, NULL), -EINVAL);
	buf_clear(&out);
	query_add_key(&out, value_int(arena, -1));
	query_add_index(&out, 3);
	assert_string_equal(buf_str(&out), "-1[3]");
	buf_release(&out);
}

static void bounds_steps(void **state)
{
	char path[2 * (QUERY_DEPTH_MAX + 1)];
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(path); i++)
		path[i] = i % 2 ? '.' : 'a';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(query_normalize(path, &out, &err), -EINVAL);
	assert_string_equal(err.text, "a path of more than 64 steps");
	path[sizeof(path) - 3] = '\0';
	buf_clear(&out);
	assert_int_equal(query_normalize(path, &out, &err), 0);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(finds),
			cmocka_unit_test(finds_the_root),
			cmocka_unit_test(says_what_is_not_there),
			cmocka_unit_test(says_what_is_malformed),
			cmocka_unit_test(normalizes),
			cmocka_unit_test(bounds_steps),
	};

	return cmocka_run_group_tests(tests, setup, arena_teardown);
}
