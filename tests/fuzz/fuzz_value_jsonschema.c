/*
 * A list of a schema and a value: whatever they are, both functions end, a schema that has passed can
 * be used, and the same question has the same answer.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "src/base/arena.h"
#include "src/base/diag.h"
#include "src/value/doc.h"
#include "src/value/jsonschema.h"
#include "src/value/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How many findings VALUE gets. */
static size_t validate(const struct value *schema, const struct value *value)
{
	struct diag findings = DIAG_INIT;
	size_t errors;
	int rc = jsonschema_validate(schema, value, &findings);

	errors = findings.errors;
	if (rc < 0 && rc != -E2BIG)
		abort();
	if (rc == -E2BIG && errors == 0)
		abort();
	diag_release(&findings);
	return errors;
}

static void try_schema(const struct value *schema, const struct value *value)
{
	struct diag findings = DIAG_INIT;

	jsonschema_check(schema, &findings);
	if (!diag_has_errors(&findings) && validate(schema, value) != validate(schema, value))
		abort();
	diag_release(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64u << 20);
	struct diag findings = DIAG_INIT;
	struct value *pair = NULL;

	if (arena)
		pair = doc_parse(arena, "fuzz.yaml", (const char *)data, size, &findings);
	if (pair && pair->kind == VALUE_LIST && pair->list.count == 2)
		try_schema(pair->list.items[0], pair->list.items[1]);
	diag_release(&findings);
	arena_free(arena);
	return 0;
}
