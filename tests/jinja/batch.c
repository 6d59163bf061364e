/*
 * batch: many templates rendered by one process, for the differential tests (differ).
 *
 * Cases come on stdin as fields, each a line "NAME LENGTH [WORD]" followed by LENGTH bytes and a newline:
 *
 *     options       words: ansible, trim_blocks, lstrip_blocks, keep_trailing_newline, strict, lenient,
 *                   chainable; what is not said is the profile's default
 *     values        a document of YAML or JSON: the global names
 *     file WORD     a template of that name
 *     render WORD   (LENGTH 0) the case is complete: render the template WORD, forget all fields
 *
 * Each render is answered on stdout by "ok LENGTH STEPS" or "error LENGTH KIND", LENGTH bytes and a
 * newline: the output, or "file:line:column: message". With -2 every case is rendered twice, by the same
 * engine and by a new one, and the answer is "torn" where the three differ.
 */
#include "src/jinja/jinja.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/value/doc.h"
#include "src/value/value.h"

#define FILES_MAX 32
#define FIELD_MAX (64u << 20)

struct file {
	char name[64];
	struct buf text;
};

struct batch_case {
	struct jinja_options options;
	struct buf values;
	struct file files[FILES_MAX];
	size_t file_count;
};

struct answer {
	bool is_ok;
	enum fault_kind kind;
	uint64_t steps;
	struct buf text;
};

static const char *const kind_names[] = {
		[FAULT_SYNTAX] = "syntax",
		[FAULT_UNDEFINED] = "undefined",
		[FAULT_RUNTIME] = "runtime",
		[FAULT_LIMIT] = "limit",
		[FAULT_REFUSED] = "refused",
		[FAULT_MEMORY] = "memory",
};

static void die(const char *why)
{
	(void)fprintf(stderr, "batch: %s\n", why);
	exit(2);
}

static void case_clear(struct batch_case *batch)
{
	size_t i;

	for (i = 0; i < batch->file_count; i++)
		buf_release(&batch->files[i].text);
	buf_release(&batch->values);
	memset(batch, 0, sizeof(*batch));
	batch->options = jinja_defaults(true);
}

static void set_option(struct jinja_options *options, const char *word)
{
	if (!strcmp(word, "trim_blocks"))
		options->trim_blocks = true;
	else if (!strcmp(word, "lstrip_blocks"))
		options->lstrip_blocks = true;
	else if (!strcmp(word, "keep_trailing_newline"))
		options->keep_trailing_newline = true;
	else if (!strcmp(word, "strict"))
		options->undefined = UNDEFINED_STRICT;
	else if (!strcmp(word, "lenient"))
		options->undefined = UNDEFINED_LENIENT;
	else if (!strcmp(word, "chainable"))
		options->undefined = UNDEFINED_CHAINABLE;
	else if (strcmp(word, "ansible") != 0 && strcmp(word, "jinja") != 0)
		die("unknown option");
}

static void set_options(struct jinja_options *options, char *words)
{
	char *word, *rest = words;

	*options = jinja_defaults(strstr(words, "ansible") != NULL);
	while ((word = strtok_r(rest, " ", &rest)))
		set_option(options, word);
}

static int load(void *arg, const char *name, const char **text, size_t *len, char message[256])
{
	const struct batch_case *batch = arg;
	size_t i;

	(void)message;
	for (i = 0; i < batch->file_count; i++) {
		if (strcmp(batch->files[i].name, name) != 0)
			continue;
		*text = buf_str(&batch->files[i].text);
		*len = batch->files[i].text.len;
		return 0;
	}
	return -ENOENT;
}

static struct value *parse_values(struct arena *arena, const struct buf *text)
{
	struct diag findings = DIAG_INIT;
	struct buf message = BUF_INIT;
	struct value *values;

	values = doc_parse(arena, "values", buf_str(text), text->len, &findings);
	if (!values) {
		diag_format(&findings, &message);
		die(buf_str(&message));
	}
	buf_release(&message);
	diag_release(&findings);
	return values;
}

static void render_with(struct jinja *jinja, const struct value *values, const char *name,
		struct answer *answer)
{
	struct jinja_render render = {
			.name = name, .values = values, .limits = JINJA_LIMITS_DEFAULT};
	struct jinja_fault fault = {0};

	buf_clear(&answer->text);
	answer->is_ok = jinja_render(jinja, &render, &answer->text, &fault) == 0;
	answer->kind = fault.kind;
	answer->steps = render.steps_used;
	if (answer->is_ok)
		return;
	if (answer->text.len > 0)
		die("output of a failed rendering");
	buf_printf(&answer->text, "%s:%u:%u: %s", fault.file, fault.line, fault.column,
			fault.message);
}

static bool same_answer(const struct answer *a, const struct answer *b)
{
	return a->is_ok == b->is_ok && a->steps == b->steps && a->text.len == b->text.len &&
			memcmp(buf_str(&a->text), buf_str(&b->text), a->text.len) == 0;
}

/* Is ANSWER what the same engine and a new one say again? */
static bool is_repeatable(struct jinja *jinja, struct batch_case *batch, const struct value *values,
		const char *name, const struct answer *answer)
{
	const struct jinja_loader loader = {.load = load, .arg = batch};
	struct answer again = {0};
	struct jinja *other;
	bool same;

	render_with(jinja, values, name, &again);
	same = same_answer(answer, &again);
	other = jinja_new(&batch->options, &loader);
	if (!other)
		die("no memory");
	render_with(other, values, name, &again);
	same = same && same_answer(answer, &again);
	jinja_free(other);
	buf_release(&again.text);
	return same;
}

static void render_case(struct batch_case *batch, const char *name, bool is_twice)
{
	const struct jinja_loader loader = {.load = load, .arg = batch};
	struct arena *arena = arena_new(0);
	struct jinja *jinja = jinja_new(&batch->options, &loader);
	struct answer answer = {0};
	const struct value *values;

	if (!arena || !jinja)
		die("no memory");
	values = batch->values.len > 0 ? parse_values(arena, &batch->values) : value_map(arena);
	render_with(jinja, values, name, &answer);
	if (is_twice && !is_repeatable(jinja, batch, values, name, &answer))
		(void)printf("torn %zu 0\n", answer.text.len);
	else if (answer.is_ok)
		(void)printf("ok %zu %llu\n", answer.text.len, (unsigned long long)answer.steps);
	else
		(void)printf("error %zu %s\n", answer.text.len, kind_names[answer.kind]);
	(void)fwrite(buf_str(&answer.text), 1, answer.text.len, stdout);
	(void)printf("\n");
	(void)fflush(stdout);

	buf_release(&answer.text);
	jinja_free(jinja);
	arena_free(arena);
}

static void read_field(size_t len, struct buf *out)
{
	char chunk[4096];
	size_t want;

	while (len > 0) {
		want = len < sizeof(chunk) ? len : sizeof(chunk);
		if (fread(chunk, 1, want, stdin) != want)
			die("a field ends early");
		buf_add(out, chunk, want);
		len -= want;
	}
	if (getchar() != '\n' || !buf_ok(out))
		die("a field does not end with a newline");
}

static void take_field(struct batch_case *batch, const char *field, const char *word, size_t len)
{
	struct buf text = BUF_INIT;
	struct file *file;

	if (!strcmp(field, "values")) {
		read_field(len, &batch->values);
	} else if (!strcmp(field, "file")) {
		if (batch->file_count == FILES_MAX)
			die("too many files");
		file = &batch->files[batch->file_count++];
		(void)snprintf(file->name, sizeof(file->name), "%s", word);
		read_field(len, &file->text);
	} else if (!strcmp(field, "options")) {
		read_field(len, &text);
		buf_add_char(&text, ' ');
		set_options(&batch->options, text.data);
		buf_release(&text);
	} else {
		die("unknown field");
	}
}

int main(int argc, char **argv)
{
	const bool is_twice = argc > 1 && !strcmp(argv[1], "-2");
	static struct batch_case batch;
	char line[256], field[16], word[64];
	unsigned long len;

	case_clear(&batch);
	while (fgets(line, sizeof(line), stdin)) {
		word[0] = 0;
		if (sscanf(line, "%15s %lu %63s", field, &len, word) < 2 || len > FIELD_MAX)
			die("not a field");
		if (strcmp(field, "render") != 0) {
			take_field(&batch, field, word, len);
			continue;
		}
		render_case(&batch, word, is_twice);
		case_clear(&batch);
	}
	case_clear(&batch);
	return 0;
}
