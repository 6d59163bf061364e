/*
 * values: the modules about values, one request after the other, so that a script in another
 * language can compare what they do with what others do.
 *
 * A request is a line "LEN OPERATION WORD...\n" and LEN bytes; the answer a line "LEN STATUS\n" and
 * LEN bytes, where STATUS is `ok` or `no`, and then the bytes say why. The bytes of a request are
 * YAML (and so JSON), 1.2 where nothing else is said.
 *
 *     parse [1.1] [stream]                          -> JSON
 *     json INDENT SORT ASCII                        -> JSON
 *     yaml INDENT WIDTH leaves|never|always SORT    -> YAML
 *     view FORMAT                                   -> FORMAT
 *     schema      (a list: schema, value)           -> `valid`, or `invalid` and why
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/render/views.h"
#include "src/value/doc.h"
#include "src/value/dump.h"
#include "src/value/jsonschema.h"
#include "src/value/value.h"

#define WORDS_MAX 8

struct request {
	char line[256];
	const char *words[WORDS_MAX]; /* from the operation on; "" for those left out */
	struct buf body;
};

/* 1, or 0 at the end of the input. */
static int read_request(struct request *request)
{
	char *rest, *word;
	size_t len, i = 0;

	buf_clear(&request->body);
	if (!fgets(request->line, sizeof(request->line), stdin))
		return 0;
	len = strtoul(request->line, &rest, 10);
	for (i = 0; i < WORDS_MAX; i++) {
		word = strtok_r(NULL, " \n", &rest);
		request->words[i] = word ? word : "";
	}
	buf_add_zeros(&request->body, len);
	return buf_ok(&request->body) && fread(request->body.data, 1, len, stdin) == len;
}

/* OUT is the answer when this returns 0; else the findings are. */
typedef int operation(const struct request *request, const struct value *value, struct buf *out,
		struct diag *findings);

static int to_yaml(const struct request *request, const struct value *value, struct buf *out,
		struct diag *findings)
{
	struct dump_yaml_options options = DUMP_YAML_OPTIONS_DEFAULT;

	(void)findings;
	options.indent = (unsigned)atoi(request->words[1]);
	options.width = (unsigned)atoi(request->words[2]);
	options.flow = request->words[3][0] == 'l'    ? DUMP_FLOW_LEAVES
			: request->words[3][0] == 'n' ? DUMP_FLOW_NEVER
						      : DUMP_FLOW_ALWAYS;
	options.sort_keys = atoi(request->words[4]);
	options.allow_unicode = true;
	return dump_yaml(value, &options, out);
}

static int to_json(const struct request *request, const struct value *value, struct buf *out,
		struct diag *findings)
{
	struct dump_json_options options = DUMP_JSON_OPTIONS_DEFAULT;

	(void)findings;
	options.indent = atoi(request->words[1]);
	options.sort_keys = atoi(request->words[2]);
	options.ensure_ascii = atoi(request->words[3]);
	return dump_json(value, &options, out);
}

static int parsed(const struct request *request, const struct value *value, struct buf *out,
		struct diag *findings)
{
	struct dump_json_options options = DUMP_JSON_OPTIONS_DEFAULT;

	(void)request;
	(void)findings;
	return dump_json(value, &options, out);
}

static int to_view(const struct request *request, const struct value *value, struct buf *out,
		struct diag *findings)
{
	enum view_format format;

	if (view_format_find(request->words[1], &format, NULL) < 0)
		return -EINVAL;
	return view_format(value, format, "view", out, findings);
}

static int against_schema(const struct request *request, const struct value *value, struct buf *out,
		struct diag *findings)
{
	const struct value *schema = value->list.items[0];
	size_t errors_before;
	int rc;

	(void)request;
	jsonschema_check(schema, findings);
	if (diag_has_errors(findings))
		return -EINVAL;
	errors_before = findings->errors;
	rc = jsonschema_validate(schema, value->list.items[1], findings);
	if (rc < 0)
		return rc;
	buf_add_str(out, findings->errors > errors_before ? "invalid\n" : "valid\n");
	diag_format(findings, out);
	return 0;
}

static const struct {
	const char *name;
	operation *run;
} operations[] = {
		{"parse", parsed},
		{"json", to_json},
		{"yaml", to_yaml},
		{"view", to_view},
		{"schema", against_schema},
};

static int run(const struct request *request, const struct value *value, struct buf *out,
		struct diag *findings)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (strcmp(operations[i].name, request->words[0]) == 0)
			return operations[i].run(request, value, out, findings);
	}
	return -ENOSYS;
}

static void answer(const struct request *request)
{
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct buf out = BUF_INIT;
	struct doc_options options = {0};
	struct value *value;
	int rc = -EINVAL;

	options.is_yaml11 = strcmp(request->words[1], "1.1") == 0;
	options.is_stream = strcmp(request->words[2], "stream") == 0;
	value = doc_parse_as(arena, &options, "request", request->body.data, request->body.len,
			&findings);
	if (value)
		rc = run(request, value, &out, &findings);
	if (rc < 0) {
		buf_clear(&out);
		diag_format(&findings, &out);
		buf_add_str(&out, value ? strerror(-rc) : "");
	}
	(void)printf("%zu %s\n", out.len, rc < 0 ? "no" : "ok");
	(void)fwrite(buf_str(&out), 1, out.len, stdout);
	(void)fflush(stdout);
	buf_release(&out);
	diag_release(&findings);
	arena_free(arena);
}

int main(void)
{
	struct request request = {.body = BUF_INIT};

	while (read_request(&request))
		answer(&request);
	buf_release(&request.body);
	return 0;
}
