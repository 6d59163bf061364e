#include "src/jinja/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/str.h"

/* Bytes of memory or text that cost as much as evaluating one node. */
#define BYTES_A_STEP 64

int run_fail(struct run *run, enum fault_kind kind, const char *fmt, ...)
{
	char text[sizeof(run->message) + 4]; /* longer than the message, so that a cut is seen */
	va_list ap;

	if (run->has_failed)
		return -1;
	run->has_failed = true;
	run->fault = kind;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *p = text; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	}
	str_copy(run->message, sizeof(run->message), text);
	return -1;
}

int run_fail_steps(struct run *run)
{
	run->steps_left = 0;
	return run_fail(run, FAULT_LIMIT,
			"the template takes too many steps: a loop that is too long, or never "
			"ends");
}

void *run_alloc(struct run *run, size_t size)
{
	void *data;

	if (run_charge(run, size / BYTES_A_STEP) < 0)
		return NULL;
	data = arena_alloc(run->arena, size);
	if (!data)
		(void)run_fail(run, FAULT_LIMIT,
				"the template needs too much memory (%zu bytes are in use)",
				arena_used(run->arena));
	return data;
}

int run_enter(struct run *run)
{
	if (run->depth >= RUN_NESTING_MAX)
		return run_fail(run, FAULT_LIMIT,
				"more than %d levels of values, macros, includes or recursive "
				"loops inside each other: does one contain itself?",
				RUN_NESTING_MAX);
	run->depth++;
	return 0;
}

void run_leave(struct run *run)
{
	run->depth--;
}
