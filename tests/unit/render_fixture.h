/*
 * render_fixture: one manifest for all tests of a program, in the arena of value_fixture.h.
 */
#ifndef TESTS_RENDER_FIXTURE_H
#define TESTS_RENDER_FIXTURE_H

#include "tests/unit/value_fixture.h"
#include "src/render/manifest.h"

static struct manifest manifest;

/* The manifest is TEXT, which has no faults. */
static inline int manifest_setup(void **state, const char *text)
{
	struct diag findings = DIAG_INIT;

	if (arena_setup(state) < 0)
		return -1;
	if (manifest_read(arena, "m", text, strlen(text), &findings, &manifest) < 0)
		return -1;
	return findings.count == 0 ? 0 : -1;
}

static inline int manifest_teardown(void **state)
{
	manifest_release(&manifest);
	return arena_teardown(state);
}

#endif
