#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/file.h"
#include "src/build/cache.h"
#include "src/render/output.h"
#include "src/render/reads.h"
#include "src/value/value.h"

static char dir[64];
static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/refmount-test-XXXXXX");
	assert_non_null(mkdtemp(dir));
	arena = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return file_remove_tree(AT_FDCWD, dir, NULL);
}

/* {port: PORT}, and a template that has not changed. */
static struct value *values(int64_t port)
{
	struct value *map = value_map(arena);

	assert_int_equal(value_set(arena, map, "port", value_int(arena, port)), 0);
	return map;
}

static int blob(void *arg, const char *name, struct oid *out)
{
	(void)arg;
	*out = (struct oid){.bytes = {(uint8_t)name[0]}};
	return 0;
}

static struct reads_world world(int64_t port)
{
	return (struct reads_world){.root = values(port), .blob = blob};
}

static struct render_key key(const char *path)
{
	return (struct render_key){.path = path, .source = "template.j2", .settings = 7};
}

/* PATH was made of template "t" and `port`, which was PORT. */
static void keep(struct cache *cache, const char *path, int64_t port)
{
	const struct trail root = {0};
	const struct value *name = value_string(arena, "port"), *map = values(port);
	const struct trail trail = {.up = &root, .key = name, .depth = 1};
	const struct output output = {
			.size = (uint64_t)port, .oid = {.bytes = {9}}, .is_secret = port == 2};
	const struct render_key what = key(path);
	const struct render_cache hooks = cache_for_render(cache);
	struct read_list reads = READ_LIST_INIT;
	struct oid oid;

	(void)blob(NULL, "t", &oid);
	assert_int_equal(reads_add_name(&reads, "t", &oid), 0);
	assert_int_equal(reads_add_value(&reads, READ_WHOLE, &trail, value_get(map, "port")), 0);
	assert_int_equal(hooks.keep(hooks.arg, &what, &reads, &output, 50), 0);
	reads_release(&reads);
}

static bool find_key(struct cache *cache, const struct render_key *what, int64_t port,
		struct output *out)
{
	const struct render_cache hooks = cache_for_render(cache);
	const struct reads_world now = world(port);
	uint64_t steps = 0;
	bool is_found = hooks.find(hooks.arg, what, &now, out, &steps);

	assert_int_equal(steps, is_found ? 50 : 0);
	return is_found;
}

static bool find(struct cache *cache, const char *path, int64_t port)
{
	const struct render_key what = key(path);
	struct output out = {0};

	if (!find_key(cache, &what, port, &out))
		return false;
	assert_int_equal(out.size, port);
	assert_int_equal(out.oid.bytes[0], 9);
	assert_int_equal(out.is_secret, port == 2);
	return true;
}

static void remembers(void **state)
{
	struct cache *cache = cache_open(dir);
	struct render_key other;
	struct output out;
	struct stat st;
	char path[100];

	(void)state;
	assert_int_equal(cache_generation(cache), 0);
	assert_false(find(cache, "b", 1));
	keep(cache, "b", 1);
	keep(cache, "a/x", 2);
	assert_false(find(cache, "b", 1)); /* not before the next time */
	assert_int_equal(cache_store(cache, dir, 17, NULL), 0);
	cache_free(cache);
	(void)snprintf(path, sizeof(path), "%s/render.cache", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);

	cache = cache_open(dir);
	assert_int_equal(cache_generation(cache), 17);
	assert_true(find(cache, "a/x", 2));
	assert_false(find(cache, "b", 2)); /* the value is another one */
	assert_false(find(cache, "c", 1));
	other = key("b");
	other.settings++;
	assert_false(find_key(cache, &other, 1, &out));
	other = key("b");
	other.source = "other.j2";
	assert_false(find_key(cache, &other, 1, &out));
	assert_true(find(cache, "b", 1));
	assert_int_equal(cache_store(cache, dir, 18, NULL), 0);
	cache_free(cache);

	cache = cache_open(dir); /* what was found was kept as well */
	assert_int_equal(cache_generation(cache), 18);
	assert_true(find(cache, "a/x", 2));
	assert_true(find(cache, "b", 1));
	cache_forget(cache);
	assert_int_equal(cache_generation(cache), 0);
	assert_false(find(cache, "b", 1));
	cache_free(cache);
}

/* Cut anywhere, or with any byte changed: there is nothing, and nobody stumbles. */
static void damage_is_nothing(void **state)
{
	struct cache *cache = cache_open(dir);
	struct buf bytes = BUF_INIT;
	char path[100];

	(void)state;
	keep(cache, "a", 1);
	assert_int_equal(cache_store(cache, dir, 17, NULL), 0);
	cache_free(cache);
	(void)snprintf(path, sizeof(path), "%s/render.cache", dir);
	assert_int_equal(file_read(AT_FDCWD, path, CACHE_SIZE_MAX, &bytes, NULL), 0);
	for (size_t i = 0; i < bytes.len; i++) {
		cache = cache_of(bytes.data, i);
		assert_int_equal(cache_generation(cache), 0);
		cache_free(cache);
		bytes.data[i] ^= 0x55;
		cache = cache_of(bytes.data, bytes.len);
		assert_int_equal(cache_generation(cache), 0);
		assert_false(find(cache, "a", 1));
		cache_free(cache);
		bytes.data[i] ^= 0x55;
	}
	cache = cache_of(bytes.data, bytes.len);
	assert_true(find(cache, "a", 1));
	cache_free(cache);
	buf_release(&bytes);
}

static void cannot_be_written(void **state)
{
	struct cache *cache = cache_open("/nonexistent");

	(void)state;
	assert_int_equal(cache_store(cache, "/nonexistent", 1, NULL), -ENOENT);
	cache_free(cache);
	cache_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(remembers, setup, teardown),
			cmocka_unit_test_setup_teardown(damage_is_nothing, setup, teardown),
			cmocka_unit_test_setup_teardown(cannot_be_written, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
