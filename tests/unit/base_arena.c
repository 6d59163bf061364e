#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"

static void objects_are_zeroed_aligned_and_apart(void **state)
{
	struct arena *arena = arena_new(0);
	char *previous = NULL, *data;
	size_t i, size;

	(void)state;
	for (i = 0; i < 5000; i++) {
		size = i * 7 % 300;
		data = arena_alloc(arena, size);
		assert_non_null(data);
		assert_ptr_not_equal(data, previous);
		assert_int_equal((uintptr_t)data % _Alignof(max_align_t), 0);
		assert_true(size == 0 || (data[0] == 0 && data[size - 1] == 0));
		memset(data, 0xff, size);
		previous = data;
	}
	arena_free(arena);
	arena_free(NULL);
}

static void large_objects_fit(void **state)
{
	struct arena *arena = arena_new(0);
	char *small, *large, *next;

	(void)state;
	small = arena_alloc(arena, 10);
	large = arena_alloc(arena, 1 << 20);
	next = arena_alloc(arena, 10);
	memset(large, 1, 1 << 20);
	assert_ptr_equal(next, small + 16); /* the open chunk stays open */
	assert_true(arena_used(arena) >= (1 << 20) + 20);
	arena_free(arena);
}

static void limit_holds(void **state)
{
	struct arena *arena = arena_new(64);

	(void)state;
	assert_non_null(arena_alloc(arena, 48));
	assert_null(arena_alloc(arena, 17));
	assert_non_null(arena_alloc(arena, 16));
	assert_null(arena_alloc(arena, 0));
	assert_null(arena_alloc(arena, SIZE_MAX));
	assert_int_equal(arena_used(arena), 64);
	arena_free(arena);
}

static void copies_are_strings(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, "", 0), "");
	assert_memory_equal(arena_copy(arena, "a\0b", 3), "a\0b", 3);
	assert_non_null(arena_copy(arena, NULL, 0));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(objects_are_zeroed_aligned_and_apart),
			cmocka_unit_test(large_objects_fit),
			cmocka_unit_test(limit_holds),
			cmocka_unit_test(copies_are_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
