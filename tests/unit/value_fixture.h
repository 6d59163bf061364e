/*
 * value_fixture: one arena for all tests of a program, and values read into it.
 */
#ifndef TESTS_VALUE_FIXTURE_H
#define TESTS_VALUE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/diag.h"
#include "src/value/doc.h"
#include "src/value/value.h"

static struct arena *arena;

static inline int arena_setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static inline int arena_teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* TEXT, which has no faults, as if it stood in FILE. */
static inline struct value *parse_as_of(const char *file, const char *text)
{
	struct diag diag = DIAG_INIT;
	struct value *value;

	value = doc_parse(arena, file, text, strlen(text), &diag);
	diag_release(&diag);
	assert_non_null(value);
	return value;
}

static inline struct value *parse(const char *text)
{
	return parse_as_of("f", text);
}

#endif
