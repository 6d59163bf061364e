#include "src/jinja/jinja.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/str.h"
#include "src/jinja/eval.h"
#include "src/jinja/lazy.h"
#include "src/jinja/parse.h"
#include "src/value/query.h"
#include "src/value/value.h"

#define SLOTS_FIRST  64 /* a power of two */
#define HINT_LEN_MIN 3	/* bytes; everything is near to a shorter name */

/*
 * Options of whitespace control, which a template's first line can change for all that it
 * includes.
 */
enum { FLAG_TRIM_BLOCKS = 1, FLAG_LSTRIP_BLOCKS = 2, FLAG_KEEP_TRAILING_NEWLINE = 4 };

/* Parsed templates by name and flags: open addressing, at most half full. */
struct slot {
	const struct name *name;
	unsigned flags;
	bool has_header; /* the first line was looked at */
	const struct template *template;
};

struct jinja {
	struct jinja_options options;
	struct jinja_loader loader;
	struct arena *arena; /* all templates */
	struct names *names;
	struct slot *slots;
	size_t cap, count;
};

struct jinja_options jinja_defaults(bool is_ansible)
{
	return (struct jinja_options){.is_ansible = is_ansible,
			.trim_blocks = is_ansible,
			.undefined = is_ansible ? UNDEFINED_CHAINABLE : UNDEFINED_LENIENT};
}

struct jinja *jinja_new(const struct jinja_options *options, const struct jinja_loader *loader)
{
	struct jinja *jinja = calloc(1, sizeof(*jinja));

	if (!jinja)
		return NULL;
	jinja->options = *options;
	jinja->loader = *loader;
	jinja->arena = arena_new(0);
	jinja->names = jinja->arena ? names_new(jinja->arena) : NULL;
	if (jinja->names)
		return jinja;
	jinja_free(jinja);
	return NULL;
}

void jinja_free(struct jinja *jinja)
{
	if (!jinja)
		return;
	free(jinja->slots);
	names_free(jinja->names);
	arena_free(jinja->arena);
	free(jinja);
}

/* --- parsed templates --- */

static struct slot *slot_of(struct slot *slots, size_t cap, const struct slot *key)
{
	size_t i = (key->name->hash + key->flags * 2 + key->has_header) & (cap - 1);

	for (; slots[i].name; i = (i + 1) & (cap - 1)) {
		if (slots[i].name == key->name && slots[i].flags == key->flags &&
				slots[i].has_header == key->has_header)
			break;
	}
	return &slots[i];
}

static int grow(struct jinja *jinja)
{
	size_t cap = jinja->cap ? jinja->cap * 2 : SLOTS_FIRST;
	struct slot *slots = calloc(cap, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < jinja->cap; i++) {
		if (jinja->slots[i].name)
			*slot_of(slots, cap, &jinja->slots[i]) = jinja->slots[i];
	}
	free(jinja->slots);
	jinja->slots = slots;
	jinja->cap = cap;
	return 0;
}

/* --- the line "#jinja2: trim_blocks: False" --- */

struct header {
	size_t len; /* bytes of the line; 0: there is none */
	unsigned flags;
};

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '_';
}

static size_t word_len(const char *text, const char *end)
{
	size_t len = 0;

	while (text + len < end && is_word_char(text[len]))
		len++;
	return len;
}

static const char *skip_blanks(const char *text, const char *end)
{
	while (text < end && (*text == ' ' || *text == '\t' || *text == '\r'))
		text++;
	return text;
}

static int set_flag(struct header *header, const char *key, size_t key_len, bool is_on,
		struct syntax_error *error)
{
	static const char *const names[] = {
			"trim_blocks", "lstrip_blocks", "keep_trailing_newline"};

	for (unsigned i = 0; i < 3; i++) {
		if (strlen(names[i]) != key_len || memcmp(names[i], key, key_len) != 0)
			continue;
		header->flags = is_on ? header->flags | 1u << i : header->flags & ~(1u << i);
		return 0;
	}
	return syntax_fail(error, FAULT_SYNTAX, 0,
			"option '%.*s' of the first line is unknown (known are trim_blocks, "
			"lstrip_blocks, keep_trailing_newline)",
			(int)key_len, key);
}

/* "key: value" pairs, whatever stands between them. */
static int read_pairs(struct header *header, const char *text, const char *end,
		struct syntax_error *error)
{
	const char *key, *value;
	size_t key_len, len;
	bool is_on;

	while (text < end) {
		key = text;
		key_len = word_len(key, end);
		text = skip_blanks(key + key_len, end);
		if (key_len == 0 || text == end || *text != ':') {
			text = key_len ? key + key_len : key + 1;
			continue;
		}
		value = skip_blanks(text + 1, end);
		len = word_len(value, end);
		text = value + len;
		if (len == 0)
			continue;
		is_on = len == 4 &&
				(memcmp(value, "True", 4) == 0 || memcmp(value, "true", 4) == 0);
		if (set_flag(header, key, key_len, is_on, error) < 0)
			return -1;
	}
	return 0;
}

static int read_header(const char *text, size_t len, unsigned flags, struct header *out,
		struct syntax_error *error)
{
	static const char mark[] = "#jinja2:";
	const char *end;

	*out = (struct header){.flags = flags};
	if (len < sizeof(mark) || memcmp(text, mark, sizeof(mark) - 1) != 0)
		return 0;
	end = memchr(text, '\n', len);
	if (!end)
		return 0;
	out->len = (size_t)(end - text) + 1;
	return read_pairs(out, text + sizeof(mark) - 1, end, error);
}

/* --- loading --- */

static int check_text(const char *text, size_t len, struct syntax_error *error)
{
	if (len > JINJA_SOURCE_MAX)
		return syntax_fail(error, FAULT_LIMIT, 0, "template is larger than %u bytes",
				JINJA_SOURCE_MAX);
	if (!str_is_utf8(text, len))
		return syntax_fail(error, FAULT_SYNTAX, 0, "template is not valid UTF-8");
	return 0;
}

/*
 * Load and parse the template of KEY. NULL with ERROR set, or without: there is no such template.
 */
static const struct template *get_template(
		struct jinja *jinja, const struct slot *key, struct syntax_error *error)
{
	struct run profile = {.is_ansible = jinja->options.is_ansible};
	struct parse_setup setup = {
			.arena = jinja->arena, .names = jinja->names, .profile = &profile};
	struct header header = {.flags = key->flags};
	struct template *template;
	char message[256] = "";
	const char *text;
	size_t len;
	int rc;

	rc = jinja->loader.load(jinja->loader.arg, key->name->text.data, &text, &len, message);
	if (rc == -ENOENT)
		return NULL;
	if (rc < 0) {
		(void)syntax_fail(error, FAULT_RUNTIME, 0, "%s", message);
		return NULL;
	}
	if (check_text(text, len, error) < 0)
		return NULL;
	if (key->has_header && read_header(text, len, key->flags, &header, error) < 0)
		return NULL;
	setup.trim_blocks = header.flags & FLAG_TRIM_BLOCKS;
	setup.lstrip_blocks = header.flags & FLAG_LSTRIP_BLOCKS;
	setup.keep_trailing_newline = header.flags & FLAG_KEEP_TRAILING_NEWLINE;
	setup.lines_before = header.len > 0;
	template = template_parse(
			&setup, key->name->text.data, text + header.len, len - header.len, error);
	if (template)
		template->flags = header.flags;
	return template;
}

/* The loader learns of each use (jinja.h); what it says is what it said before. */
static void tell_loader(struct jinja *jinja, const struct slot *key)
{
	char message[256];
	const char *text;
	size_t len;

	(void)jinja->loader.load(jinja->loader.arg, key->name->text.data, &text, &len, message);
}

/* The same from those that were parsed before. */
static const struct template *find_template(struct jinja *jinja, const char *name, size_t len,
		struct slot key, struct syntax_error *error)
{
	struct slot *slot;

	if (!str_is_utf8(name, len)) {
		(void)syntax_fail(error, FAULT_RUNTIME, 0, "the name of a template is not UTF-8");
		return NULL;
	}
	key.name = names_intern(jinja->names, name, len);
	if (!key.name || (jinja->count * 2 >= jinja->cap && grow(jinja) < 0)) {
		(void)syntax_fail(error, FAULT_MEMORY, 0, "no memory");
		return NULL;
	}
	slot = slot_of(jinja->slots, jinja->cap, &key);
	if (slot->name) {
		tell_loader(jinja, &key);
		return slot->template;
	}
	key.template = get_template(jinja, &key, error);
	if (!key.template)
		return NULL;
	*slot = key;
	jinja->count++;
	return key.template;
}

/*
 * The run fails with what is wrong with a template that it loads: there, or where it is asked
 * for.
 */
static int fail_syntax(struct eval *eval, const char *name, const struct syntax_error *error)
{
	if (error->line == 0)
		return run_fail(eval->run, error->kind, "template '%s': %s", name, error->message);
	eval->fault_name = name;
	eval->fault_line = error->line;
	eval->fault_column = error->column;
	eval->is_placed = true;
	return run_fail(eval->run, error->kind, "%s", error->message);
}

const struct template *jinja_template(struct eval *eval, const char *name, size_t len, bool *found)
{
	struct slot key = {.flags = eval->flags};
	struct syntax_error error = {0};
	const struct template *template = find_template(eval->jinja, name, len, key, &error);

	*found = template != NULL;
	if (!template && error.is_set)
		(void)fail_syntax(eval, name, &error);
	return template;
}

/* --- faults --- */

static void put_fault(struct jinja_fault *fault, enum fault_kind kind, const char *file,
		const char *message)
{
	*fault = (struct jinja_fault){.kind = kind};
	str_copy(fault->file, sizeof(fault->file), file);
	str_copy(fault->message, sizeof(fault->message), message);
}

/* The name in "'NAME' is undefined", or false. */
static bool undefined_name(const char *message, char *name, size_t size)
{
	const char *end = strstr(message, "' is undefined");

	if (message[0] != '\'' || !end || strcmp(end, "' is undefined") != 0 ||
			(size_t)(end - message) > size)
		return false;
	memcpy(name, message + 1, (size_t)(end - message) - 1);
	name[end - message - 1] = '\0';
	return true;
}

/* What may have been meant by a name that is undefined. */
static void add_hint(struct jinja_fault *fault, const struct value *values)
{
	size_t len = strlen(fault->message), size = sizeof(fault->message) - len;
	char *end = fault->message + len, name[256];
	const char *near;

	if (fault->kind != FAULT_UNDEFINED || !values || values->kind != VALUE_MAP ||
			!undefined_name(fault->message, name, sizeof(name)))
		return;
	if (value_get(values, name)) {
		(void)snprintf(end, size, " here: the template is imported without context");
		return;
	}
	near = strlen(name) >= HINT_LEN_MIN ? query_suggest(values, name) : NULL;
	if (near)
		(void)snprintf(end, size, " (did you mean '%s'?)", near);
}

static void put_run_fault(const struct eval *eval, const struct jinja_render *render,
		struct jinja_fault *fault)
{
	const struct run *run = eval->run;
	const char *file = render->name;

	if (eval->fault_name)
		file = eval->fault_name;
	else if (eval->fault_template)
		file = eval->fault_template->name;
	put_fault(fault, run->fault, file, run->message);
	if (eval->fault_name) {
		fault->line = eval->fault_line;
		fault->column = eval->fault_column;
	} else if (eval->fault_template) {
		source_place(&eval->fault_template->source, eval->fault_at, &fault->line,
				&fault->column);
	}
	add_hint(fault, render->values);
}

/* --- rendering --- */

static unsigned flags_of(const struct jinja_options *options)
{
	return (options->trim_blocks ? FLAG_TRIM_BLOCKS : 0u) |
			(options->lstrip_blocks ? FLAG_LSTRIP_BLOCKS : 0u) |
			(options->keep_trailing_newline ? FLAG_KEEP_TRAILING_NEWLINE : 0u);
}

/* The template that is rendered, not one that is included; NULL with FAULT set. */
static const struct template *main_template(
		struct jinja *jinja, const char *name, struct jinja_fault *fault)
{
	struct slot key = {.flags = flags_of(&jinja->options),
			.has_header = jinja->options.is_ansible};
	struct syntax_error error = {0};
	const struct template *template = find_template(jinja, name, strlen(name), key, &error);

	if (template)
		return template;
	if (!error.is_set)
		(void)syntax_fail(&error, FAULT_RUNTIME, 0, "there is no such template");
	put_fault(fault, error.kind, name, error.message);
	fault->line = error.line;
	fault->column = error.column;
	return NULL;
}

/* Ansible gives the output as many newlines at its end as the template has. */
static void pad_newlines(struct buf *out, size_t start, size_t wanted)
{
	size_t count = 0;

	while (count < out->len - start && out->data[out->len - 1 - count] == '\n')
		count++;
	for (; count < wanted; count++)
		buf_add_char(out, '\n');
}

static int execute(struct eval *eval, const struct template *template, const struct value *values)
{
	struct context *context;

	if (lazy_root(eval->run, values, &eval->values) < 0)
		return -1;
	context = context_new(eval, template, NULL);
	if (!context)
		return -1;
	context->sees_values = true;
	if (module_render(eval, template, context) < 0)
		return -1;
	if (eval->run->is_ansible)
		pad_newlines(eval->out, eval->out_start, template->trailing_newlines);
	return eval_check_output(eval);
}

int jinja_render(struct jinja *jinja, struct jinja_render *render, struct buf *out,
		struct jinja_fault *fault)
{
	const struct template *template = main_template(jinja, render->name, fault);
	struct run run = {.steps_left = render->limits.steps,
			.is_ansible = jinja->options.is_ansible,
			.undefined = jinja->options.undefined,
			.reads = render->reads};
	struct eval eval = {.run = &run,
			.jinja = jinja,
			.out = out,
			.out_start = out->len,
			.out_max = render->limits.output_bytes,
			.managed = render->managed};
	int rc;

	render->steps_used = 0;
	if (!template)
		return -1;
	run.eval = &eval;
	eval.flags = template->flags;
	run.arena = arena_new(render->limits.memory_bytes);
	if (!run.arena)
		rc = run_fail(&run, FAULT_MEMORY, "no memory");
	else
		rc = execute(&eval, template, render->values);
	render->steps_used = render->limits.steps - run.steps_left;
	if (rc < 0) {
		put_run_fault(&eval, render, fault);
		out->len = eval.out_start;
		if (out->data)
			out->data[out->len] = '\0';
	}
	arena_free(run.arena);
	return rc < 0 ? -1 : 0;
}

int jinja_check(struct jinja *jinja, const char *name, struct jinja_fault *fault)
{
	return main_template(jinja, name, fault) ? 0 : -1;
}
