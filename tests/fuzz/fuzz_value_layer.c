/*
 * A stream of documents is merged one over the other, by rules that are always the same. No deletion
 * is left in what comes out, and merging it over itself changes nothing where no rule says so.
 */
#include <stdint.h>
#include <stdlib.h>

#include "src/base/arena.h"
#include "src/base/diag.h"
#include "src/value/doc.h"
#include "src/value/layer.h"
#include "src/value/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct merge_rule rules[] = {
		{.path = "a", .kind = MERGE_APPEND},
		{.path = "b", .kind = MERGE_PREPEND},
		{.path = "c", .kind = MERGE_UNIQUE},
		{.path = "d", .kind = MERGE_REPLACE},
		{.path = "e", .kind = MERGE_BY, .key = "n"},
		{.path = "e.a", .kind = MERGE_APPEND},
		{.path = "f.\"g h\".i", .kind = MERGE_UNIQUE},
};

static void check_no_deletion(const struct value *value)
{
	size_t i;

	if (value->is_deletion)
		abort();
	for (i = 0; value->kind == VALUE_LIST && i < value->list.count; i++)
		check_no_deletion(value->list.items[i]);
	for (i = 0; value->kind == VALUE_MAP && i < value->map.count; i++)
		check_no_deletion(value->map.pairs[i].value);
}

static void merge_all(struct arena *arena, const struct value *documents)
{
	struct diag findings = DIAG_INIT;
	struct layer_spec spec = {.arena = arena,
			.rules = rules,
			.rule_count = sizeof(rules) / sizeof(rules[0]),
			.findings = &findings};
	struct value *merged = NULL, *twice;
	size_t i;

	for (i = 0; i < documents->list.count && findings.errors == 0; i++) {
		merged = layer_merge(&spec, merged, documents->list.items[i]);
		if (!merged != diag_has_errors(&findings))
			abort();
	}
	if (merged) {
		check_no_deletion(merged);
		spec.rule_count = 0;
		twice = layer_merge(&spec, merged, merged);
		if (!twice || !value_equal(twice, merged))
			abort();
	}
	diag_release(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct doc_options options = {.allows_deletion = true, .is_stream = true};
	struct arena *arena = size < 20000 ? arena_new(0) : NULL;
	struct diag findings = DIAG_INIT;
	struct value *documents = NULL;

	if (arena)
		documents = doc_parse_as(
				arena, &options, "fuzz.yaml", (const char *)data, size, &findings);
	if (documents)
		merge_all(arena, documents);
	diag_release(&findings);
	arena_free(arena);
	return 0;
}
