#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/value_fixture.h"
#include "src/base/buf.h"
#include "src/render/reads.h"

static const char text[] = "app: {port: 80, hosts: [a, b]}\n7: seven\nsecrets: {pw: x}\n";

/* A trail of up to three steps; a NULL key is an index of 1. */
static void add(struct read_list *list, const struct value *root, enum read_kind kind,
		const char *first, const char *second, int index)
{
	struct trail trails[4] = {{.up = NULL}};
	const struct value *at = root;
	struct value *keys[2] = {value_string(arena, first), value_string(arena, second)};
	int depth = 0;

	if (first && strcmp(first, "7") == 0)
		keys[0] = value_int(arena, 7);
	for (int i = 0; i < 2 && (i == 0 ? first : second); i++) {
		struct value_pair *pair = value_find_pair(at, keys[i]);

		trails[depth + 1] = (struct trail){.up = &trails[depth], .key = keys[i]};
		depth++;
		at = pair ? pair->value : NULL;
	}
	if (index >= 0) {
		trails[depth + 1] = (struct trail){.up = &trails[depth], .index = (size_t)index};
		depth++;
		at = at && (size_t)index < at->list.count ? at->list.items[index] : NULL;
	}
	assert_int_equal(reads_add_value(list, kind, &trails[depth], at), 0);
}

static int blob(void *arg, const char *name, struct oid *out)
{
	if (strcmp(name, arg) != 0)
		return -ENOENT;
	out->bytes[0] = 1;
	return 0;
}

static bool holds(const struct read_list *list, const char *yaml, const char *template)
{
	char name[32];
	struct reads_world world = {.root = parse(yaml), .blob = blob, .arg = name};

	struct buf bytes = BUF_INIT;
	bool answer;

	(void)snprintf(name, sizeof(name), "%s", template);
	answer = reads_hold(list, &world);
	reads_encode(list, &bytes);
	assert_int_equal(reads_hold_encoded(bytes.data, bytes.len, &world), answer);
	for (size_t i = 0; i < bytes.len; i++)
		assert_false(reads_hold_encoded(bytes.data, i, &world));
	buf_release(&bytes);
	return answer;
}

/* Through its bytes and back. */
static void recode(struct read_list *list)
{
	struct buf bytes = BUF_INIT;
	struct read_list copy = READ_LIST_INIT;

	reads_encode(list, &bytes);
	assert_int_equal(reads_decode(bytes.data, bytes.len, &copy, NULL), 0);
	for (size_t len = 0; len < bytes.len; len++) {
		struct read_list cut = READ_LIST_INIT;

		assert_int_not_equal(reads_decode(bytes.data, len, &cut, NULL), 0);
	}
	reads_release(list);
	*list = copy;
	buf_release(&bytes);
}

static void values(void **state)
{
	static const struct {
		enum read_kind kind;
		const char *first, *second;
		int index;
		const char *same, *other; /* values for which it holds, and does not */
	} cases[] = {
			{READ_WHOLE, "app", "port", -1, "app: {x: 1, port: 80}", "app: {port: 81}"},
			{READ_WHOLE, "app", "port", -1, "app: {port: 80}", "app: {}"},
			{READ_WHOLE, "app", NULL, -1, "app: {port: 80, hosts: [a, b]}\n8: 2",
					"app: {port: 80, hosts: [a, b, c]}"},
			{READ_WHOLE, "app", "hosts", 1, "app: {hosts: [c, b, d]}",
					"app: {hosts: [b]}"},
			{READ_WHOLE, "7", NULL, -1, "7: seven", "'7': seven"},
			{READ_KIND, "app", NULL, -1, "app: {}", "app: []"},
			{READ_KIND, "app", NULL, -1, "app: {q: 1}", "none: 1"},
			{READ_ABSENT, "app", "nope", -1, "app: {}", "app: {nope: null}"},
			{READ_ABSENT, "nope", NULL, -1, "app: {}", "nope: 1"},
			{READ_ABSENT, "app", "hosts", 2, "app: {hosts: [1, 2]}",
					"app: {hosts: [1, 2, 3]}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct read_list list = READ_LIST_INIT;

		add(&list, parse(text), cases[i].kind, cases[i].first, cases[i].second,
				cases[i].index);
		assert_true(holds(&list, text, ""));
		assert_true(holds(&list, cases[i].same, ""));
		assert_false(holds(&list, cases[i].other, ""));
		recode(&list);
		assert_true(holds(&list, cases[i].same, ""));
		assert_false(holds(&list, cases[i].other, ""));
		assert_false(list.has_secret);
		reads_release(&list);
	}
}

static void names(void **state)
{
	struct read_list list = READ_LIST_INIT;
	struct oid one = {.bytes = {1}}, two = {.bytes = {2}};

	(void)state;
	assert_int_equal(reads_add_name(&list, "a.j2", &one), 0);
	assert_int_equal(reads_add_name(&list, "gone.j2", NULL), 0);
	assert_int_equal(reads_add_name(&list, "a.j2", &two), 0); /* known already */
	assert_int_equal(list.name_count, 2);
	recode(&list);
	assert_true(holds(&list, text, "a.j2"));
	assert_false(holds(&list, text, "gone.j2"));
	reads_release(&list);

	assert_int_equal(reads_add_name(&list, "a.j2", &two), 0);
	assert_false(holds(&list, text, "a.j2"));
	reads_release(&list);
}

static void secrets(void **state)
{
	static const struct {
		enum read_kind kind;
		const char *first, *second;
		bool want;
	} cases[] = {
			{READ_WHOLE, "secrets", "pw", true},
			{READ_WHOLE, "secrets", NULL, true},
			{READ_WHOLE, NULL, NULL, true},
			{READ_KIND, "secrets", NULL, false},
			{READ_ABSENT, "secrets", "other", false},
			{READ_WHOLE, "app", "port", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct read_list list = READ_LIST_INIT;

		add(&list, parse(text), cases[i].kind, cases[i].first, cases[i].second, -1);
		recode(&list);
		assert_int_equal(list.has_secret, cases[i].want);
		reads_release(&list);
	}
}

static void finds_the_value(void **state)
{
	const struct value *root = parse(text);
	struct read_list list = READ_LIST_INIT;

	(void)state;
	add(&list, root, READ_WHOLE, "app", "port", -1);
	assert_ptr_equal(reads_find(&list.values[0], root),
			value_get(value_get(root, "app"), "port"));
	assert_null(reads_find(&list.values[0], parse("{}")));
	reads_release(&list);
}

static void queries(void **state)
{
	const struct value *root = parse(text);
	struct read_list list = READ_LIST_INIT;
	struct buf shown = BUF_INIT;

	(void)state;
	assert_int_equal(reads_add_query(&list, "app.port",
					 value_get(value_get(root, "app"), "port")),
			0);
	assert_int_equal(reads_add_query(&list, "nope", NULL), 0);
	recode(&list);
	assert_true(holds(&list, text, ""));
	assert_true(holds(&list, "app: {port: 80}", ""));
	assert_false(holds(&list, "app: {port: 80}\nnope: 1", ""));
	assert_false(holds(&list, "app: {port: 81}", ""));
	assert_false(list.has_secret);
	reads_show(&list.values[0], &shown);
	assert_string_equal(buf_str(&shown), "app.port");
	buf_release(&shown);
	assert_int_equal(reads_add_query(&list, "\"secrets\".pw", root), 0);
	assert_true(list.has_secret);
	reads_release(&list);
	assert_int_equal(reads_add_query(&list, "secretsx", root), 0);
	assert_false(list.has_secret);
	add(&list, root, READ_WHOLE, "app", "hosts", 1);
	reads_show(&list.values[1], &shown);
	assert_string_equal(buf_str(&shown), "app.hosts[1]");
	buf_release(&shown);
	reads_release(&list);
}

static void bounds(void **state)
{
	struct read_list list = READ_LIST_INIT;
	const struct value *root = parse(text);

	(void)state;
	for (int i = 0; i <= READS_NAMES_MAX; i++) {
		char name[32];

		assert_false(list.is_cut);
		(void)snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(reads_add_name(&list, name, NULL), 0);
	}
	assert_true(list.is_cut);
	assert_false(holds(&list, text, ""));
	/* What was secret is noted all the same. */
	add(&list, root, READ_WHOLE, "secrets", "pw", -1);
	assert_true(list.has_secret);
	recode(&list);
	assert_true(list.is_cut);
	reads_release(&list);
}

static void refuses_rubbish(void **state)
{
	struct read_list list = READ_LIST_INIT;
	struct buf bytes = BUF_INIT;

	(void)state;
	add(&list, parse(text), READ_WHOLE, "app", "port", -1);
	reads_encode(&list, &bytes);
	reads_release(&list);
	for (size_t i = 0; i < bytes.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			bytes.data[i] = (char)(bytes.data[i] ^ 1 << bit);
			if (reads_decode(bytes.data, bytes.len, &list, NULL) == 0)
				(void)holds(&list, text, "");
			reads_release(&list);
			bytes.data[i] = (char)(bytes.data[i] ^ 1 << bit);
		}
	}
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(values),
			cmocka_unit_test(names),
			cmocka_unit_test(secrets),
			cmocka_unit_test(finds_the_value),
			cmocka_unit_test(queries),
			cmocka_unit_test(bounds),
			cmocka_unit_test(refuses_rubbish),
	};

	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
