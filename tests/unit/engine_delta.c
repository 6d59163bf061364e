#include "src/engine/delta.h"

#include <stdio.h>

#include "src/base/buf.h"
#include "src/snap/generation.h"
#include "tests/unit/snap_tree.h"

static place put_mode(struct builder *builder, const char *name, const char *text, uint32_t mode,
		bool is_secret)
{
	struct node_spec spec = spec_named(name, DIR_ROOT);

	spec.mode = mode;
	spec.is_secret = is_secret;
	return builder_file(builder, NODE_FILE, &spec, builder_data(builder, text, strlen(text)),
			strlen(text), NULL);
}

/* Two generations in one set: two files change for everybody, and two that not everybody may see. */
static void a_patch_without_what_is_not_for_everybody(void **state)
{
	struct segment_set *set = segment_set_new();
	struct generation from = {0}, to = {0};
	struct buf out = BUF_INIT;
	struct builder *builder;
	place top[4];
	int fd;

	(void)state;
	builder = begin(1, set, &fd);
	top[0] = put_mode(builder, "a", "one\n", 0644, false);
	top[1] = put_mode(builder, "key", "hush-1\n", 0600, false);
	top[2] = put_mode(builder, "token", "hush-2\n", 0644, true);
	from.root = put_root(builder, top, 3);
	finish_into(builder, fd, 1, set);
	builder = begin(2, set, &fd);
	top[0] = put_mode(builder, "a", "two\n", 0644, false);
	top[1] = put_mode(builder, "key", "hush-3\n", 0644, false);
	top[2] = put_mode(builder, "token", "hush-4\n", 0644, false);
	top[3] = put_link(builder, 1, "link", "a");
	to.root = put_root(builder, top, 4);
	finish_into(builder, fd, 2, set);

	assert_int_equal(delta_text(set, &from, &to, &out), 0);
	assert_non_null(strstr(buf_str(&out), "-one\n+two\n"));
	assert_non_null(strstr(buf_str(&out), "link"));
	assert_non_null(strstr(buf_str(&out), "key"));
	assert_non_null(strstr(buf_str(&out), "token"));
	assert_null(strstr(buf_str(&out), "hush"));
	buf_clear(&out);
	assert_int_equal(delta_text(set, &to, &to, &out), 0);
	assert_int_equal(out.len, 0);
	buf_release(&out);
	segment_set_free(set);
}

static void is_bounded(void **state)
{
	enum { FILES = DELTA_FILES_MAX + 10 };
	struct segment_set *set = segment_set_new();
	struct generation from = {0}, to = {0};
	struct buf out = BUF_INIT;
	struct builder *builder;
	place top[FILES];
	char name[16];
	int fd;

	(void)state;
	builder = begin(1, set, &fd);
	from.root = put_root(builder, NULL, 0);
	finish_into(builder, fd, 1, set);
	builder = begin(2, set, &fd);
	for (int i = 0; i < FILES; i++) {
		(void)snprintf(name, sizeof(name), "f%04d", i);
		top[i] = put_mode(builder, name, "x\n", 0644, false);
	}
	to.root = put_root(builder, top, FILES);
	finish_into(builder, fd, 2, set);
	assert_int_equal(delta_text(set, &from, &to, &out), 0);
	assert_non_null(strstr(buf_str(&out), "f0499"));
	assert_null(strstr(buf_str(&out), "f0500"));
	assert_non_null(strstr(buf_str(&out), "# there is more"));
	buf_release(&out);
	segment_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(a_patch_without_what_is_not_for_everybody),
			cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
