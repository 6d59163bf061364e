#include "src/render/check.h"

#include <errno.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/glob.h"
#include "src/render/input.h"
#include "src/render/jsontext.h"
#include "src/render/manifest.h"
#include "src/value/doc.h"
#include "src/value/jsonschema.h"
#include "src/value/value.h"

#define ARENA_BYTES  (256u << 20) /* of one document */
#define WARNINGS_MAX 20
#define DEPTH_MAX    128

bool check_wants(const struct manifest *manifest, const char *path)
{
	for (size_t i = 0; i < manifest->parse_count; i++) {
		if (glob_matches(manifest->parses[i].glob, path))
			return true;
	}
	return false;
}

/* A fault at a place of the text, which is the source's own unless it was rendered. */
static void complain(const struct check_file *file, const char *language,
		const struct finding *fault, struct diag *findings)
{
	const char *message = file->is_secret ? "not shown, since the file holds a secret"
					      : fault->message;

	if (file->is_rendered)
		diag_add(findings, DIAG_ERROR, file->source, 0, 0,
				"the output '%s' is not %s: line %u, column %u: %s", file->path,
				language, fault->line, fault->column, message);
	else
		diag_add(findings, DIAG_ERROR, file->source, fault->line, fault->column,
				"not %s: %s", language, message);
}

static void check_json(const struct check_file *file, struct diag *findings)
{
	struct jsontext_fault fault;
	struct finding finding = {0};

	if (jsontext_check(file->text, file->len, &fault) == 0)
		return;
	finding.line = fault.line;
	finding.column = fault.column;
	finding.message = (char *)fault.message;
	complain(file, "JSON", &finding, findings);
}

static int check_yaml(const struct check_file *file, struct diag *findings)
{
	const struct doc_options options = {.is_stream = true};
	struct diag faults = DIAG_INIT;
	struct arena *arena = arena_new(ARENA_BYTES);
	int rc = arena ? 0 : -ENOMEM;

	if (arena && !doc_parse_as(arena, &options, file->path, file->text, file->len, &faults) &&
			!diag_has_errors(&faults))
		rc = -ENOMEM;
	for (size_t i = 0; i < faults.count; i++) {
		if (faults.items[i].level == DIAG_ERROR)
			complain(file, "YAML", &faults.items[i], findings);
	}
	diag_release(&faults);
	arena_free(arena);
	return rc;
}

int check_file(const struct manifest *manifest, const struct check_file *file,
		struct diag *findings)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < manifest->parse_count; i++) {
		const struct parse_rule *rule = &manifest->parses[i];

		if (!glob_matches(rule->glob, file->path))
			continue;
		if (rule->kind == PARSE_JSON)
			check_json(file, findings);
		else
			rc = check_yaml(file, findings);
	}
	return rc;
}

static void complain_schema(
		const struct manifest *manifest, const char *text, struct diag *findings)
{
	const struct origin *origin = &manifest->values_schema_origin;

	diag_add(findings, DIAG_ERROR, origin->file, origin->line, origin->column, "%s", text);
}

int check_schema(struct input *input, const struct manifest *manifest, struct arena *arena,
		struct diag *findings, struct value **out, struct err *err)
{
	size_t errors = findings->errors;
	struct err reason = ERR_INIT;
	struct buf text = BUF_INIT;
	struct value *schema = NULL;
	int rc;

	*out = NULL;
	if (!manifest->values_schema)
		return 0;
	rc = input_read(input, manifest->values_schema, DOC_SIZE_MAX, &text, &reason);
	if (rc == 0) {
		schema = doc_parse(
				arena, manifest->values_schema, buf_str(&text), text.len, findings);
		if (schema)
			jsonschema_check(schema, findings);
		else if (findings->errors == errors)
			rc = err_set(&reason, ENOMEM, "the schema needs more memory than there is");
	} else if (rc == -ENOENT || rc == -EISDIR || rc == -EFBIG || rc == -EINVAL) {
		complain_schema(manifest, rc == -ENOENT ? "there is no such file" : reason.text,
				findings);
		rc = 0;
	}
	buf_release(&text);
	if (findings->errors == errors)
		*out = schema;
	if (rc < 0 && err)
		*err = reason;
	return rc;
}

/* Of the values that hold `{{`, as far as they were counted. */
struct braces {
	struct diag *findings;
	unsigned count;
};

static void warn_of_braces(struct braces *braces, const struct value *value)
{
	if (!strstr(value->string.text, "{{") || braces->count++ >= WARNINGS_MAX)
		return;
	diag_add(braces->findings, DIAG_WARNING, value->origin.file, value->origin.line,
			value->origin.column,
			"'{{' in a value is just text: no template is rendered in values");
}

static void look_for_braces(struct braces *braces, const struct value *value, unsigned depth)
{
	size_t i;

	if (depth > DEPTH_MAX || braces->count >= WARNINGS_MAX)
		return;
	if (value->kind == VALUE_STRING)
		warn_of_braces(braces, value);
	for (i = 0; value->kind == VALUE_LIST && i < value->list.count; i++)
		look_for_braces(braces, value->list.items[i], depth + 1);
	for (i = 0; value->kind == VALUE_MAP && i < value->map.count; i++)
		look_for_braces(braces, value->map.pairs[i].value, depth + 1);
}

void check_values(const struct value *schema, const struct value *values, struct diag *findings)
{
	struct braces braces = {.findings = findings};

	if (schema)
		(void)jsonschema_validate(schema, values, findings);
	look_for_braces(&braces, values, 0);
}
