/*
 * Statements: one function for each, by the word that the tag begins with.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/str.h"
#include "src/jinja/parse_tag.h"
#include "src/jinja/parser.h"
#include "src/jinja/scope.h"

/* --- faults of tags --- */

static bool is_one_of(enum word word, const enum word *words)
{
	for (; *words != WORD_NONE; words++) {
		if (*words == word)
			return true;
	}
	return false;
}

/* "'endif', 'else' or 'elif'" */
static void describe_ends(const enum word *ends, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; ends[i] != WORD_NONE && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s'%s'",
				i == 0					   ? ""
						: ends[i + 1] == WORD_NONE ? " or "
									   : ", ",
				word_text(ends[i]));
}

static int fail_end(struct parser *parser)
{
	const struct open_tag *open = parser->open;
	char ends[128];

	describe_ends(open->ends, ends, sizeof(ends));
	return parser_fail(parser, open->at, "'%s' is not closed: %s is missing",
			word_text(open->word), ends);
}

/* The current token is the name of a tag that cannot stand here. */
static int fail_tag(struct parser *parser)
{
	const struct name *name = parser->current.name;
	const struct open_tag *open = parser->open;
	const char *words[WORD_STATEMENTS + 1] = {NULL};
	const char *near;
	uint32_t line, column;
	char ends[128];

	if (open && name->word > WORD_STATEMENTS && name->word <= WORD_ENDWITH) {
		source_place(parser->lexer.source, open->at, &line, &column);
		describe_ends(open->ends, ends, sizeof(ends));
		return parser_fail(parser, parser->current.at,
				"unexpected '%s': '%s' of line %u is still open, expected %s",
				name->text.data, word_text(open->word), line, ends);
	}
	if (name->word > WORD_STATEMENTS && name->word <= WORD_ENDWITH)
		return parser_fail(parser, parser->current.at, "unexpected '%s': nothing is open",
				name->text.data);
	for (int i = WORD_AUTOESCAPE; i < WORD_STATEMENTS; i++)
		words[i - WORD_AUTOESCAPE] = word_text((enum word)i);
	near = str_suggest(name->text.data, words);
	return parser_fail(parser, parser->current.at, "unknown tag '%s'%s%s%s", name->text.data,
			near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

/* --- bodies --- */

static int parse_statement(struct parser *parser, struct stmt *stmt);

static struct stmt *append(struct parser *parser, struct stmt ***tail, enum stmt_kind kind)
{
	struct stmt *stmt = parser_alloc(parser, sizeof(*stmt));

	if (!stmt)
		return NULL;
	stmt->kind = kind;
	stmt->at = parser->current.at;
	**tail = stmt;
	*tail = &stmt->next;
	return stmt;
}

static int parse_data(struct parser *parser, struct stmt ***tail)
{
	struct stmt *stmt;

	if (parser->current.text.len > 0) {
		stmt = append(parser, tail, STMT_DATA);
		if (!stmt)
			return -1;
		stmt->data = parser->current.text;
	}
	parser_next(parser);
	return 0;
}

static int parse_print(struct parser *parser, struct stmt ***tail)
{
	struct stmt *stmt = append(parser, tail, STMT_PRINT);

	if (!stmt)
		return -1;
	parser_next(parser);
	stmt->expr = parse_tuple(parser, true, WORD_NONE);
	if (!stmt->expr)
		return -1;
	return parser_expect(parser, TOKEN_PRINT_END);
}

/* {% print a, b %}: one statement for each. */
static int parse_print_tag(struct parser *parser, struct stmt ***tail)
{
	struct stmt *stmt;
	bool is_first = true;

	parser_next(parser);
	while (parser->current.kind != TOKEN_STATEMENT_END) {
		if (!is_first && parser_expect(parser, TOKEN_COMMA) < 0)
			return -1;
		is_first = false;
		stmt = append(parser, tail, STMT_PRINT);
		if (!stmt)
			return -1;
		stmt->expr = parse_expression(parser);
		if (!stmt->expr)
			return -1;
	}
	return 0;
}

/* The current token begins a tag: a statement. *ENDED: it is a word that ends the body. */
static int parse_tag(struct parser *parser, struct stmt ***tail, bool *ended)
{
	uint32_t at = parser->current.at;
	struct stmt *stmt;

	parser_next(parser);
	if (parser->current.kind != TOKEN_NAME)
		return parser_unexpected(parser, "the name of a tag");
	if (parser->open && is_one_of(parser->current.name->word, parser->open->ends)) {
		*ended = true;
		return 0;
	}
	if (parser_is(parser, WORD_PRINT)) {
		if (parse_print_tag(parser, tail) < 0)
			return -1;
		return parser_expect(parser, TOKEN_STATEMENT_END);
	}
	stmt = append(parser, tail, STMT_DATA);
	if (!stmt)
		return -1;
	stmt->at = at;
	if (parse_statement(parser, stmt) < 0)
		return -1;
	return parser_expect(parser, TOKEN_STATEMENT_END);
}

/*
 * Statements into *OUT up to the end of the template or the tag that ends the innermost open one.
 */
static int parse_statements(struct parser *parser, struct stmt **out)
{
	struct stmt **tail = out;
	bool ended = false;
	int rc = 0;

	while (rc == 0 && !ended && parser->current.kind != TOKEN_END) {
		if (parser->current.kind == TOKEN_DATA)
			rc = parse_data(parser, &tail);
		else if (parser->current.kind == TOKEN_PRINT_BEGIN)
			rc = parse_print(parser, &tail);
		else
			rc = parse_tag(parser, &tail, &ended);
	}
	return parser->error->is_set ? -1 : rc;
}

int parse_body(struct parser *parser, struct body *body, struct stmt **out)
{
	struct open_tag open = {.word = body->word,
			.at = body->at,
			.ends = body->ends,
			.outer = parser->open};
	struct watcher watcher = {.mentions = body->mentions,
			.is_block = body->word == WORD_BLOCK,
			.outer = parser->watchers};

	(void)parser_skip(parser, TOKEN_COLON);
	if (parser_expect(parser, TOKEN_STATEMENT_END) < 0 || parser_enter(parser) < 0)
		return -1;
	parser->open = &open;
	if (body->mentions)
		parser->watchers = &watcher;
	if (parse_statements(parser, out) == 0 && parser->current.kind == TOKEN_END)
		(void)fail_end(parser);
	parser->open = open.outer;
	parser->watchers = watcher.outer;
	parser_leave(parser);
	if (parser->error->is_set)
		return -1;
	body->end = parser->current.name->word;
	parser_next(parser);
	return 0;
}

/* --- statements --- */

static int parse_if(struct parser *parser, struct stmt *stmt)
{
	struct body body = {.word = WORD_IF, .at = stmt->at};
	struct if_branch *branches = NULL;
	size_t count = 0, cap = 0;

	stmt->kind = STMT_IF;
	body.end = WORD_ELIF;
	while (body.end != WORD_ENDIF) {
		branches = parser_grow(parser, branches, count, &cap, sizeof(*branches));
		if (!branches)
			return -1;
		branches[count] = (struct if_branch){0};
		if (body.end == WORD_ELIF) {
			branches[count].test = parse_tuple(parser, false, WORD_NONE);
			if (!branches[count].test)
				return -1;
		}
		body.ends = body.end == WORD_ELIF ? ENDS(WORD_ELIF, WORD_ELSE, WORD_ENDIF)
						  : ENDS(WORD_ENDIF);
		if (parse_body(parser, &body, &branches[count].body) < 0)
			return -1;
		count++;
	}
	stmt->branch.branches = branches;
	stmt->branch.count = count;
	return 0;
}

static int parse_for(struct parser *parser, struct stmt *stmt)
{
	struct for_loop *loop = parser_alloc(parser, sizeof(*loop));
	struct body body = {.word = WORD_FOR, .at = stmt->at};

	if (!loop)
		return -1;
	stmt->kind = STMT_FOR;
	stmt->loop = loop;
	loop->target = parse_target(parser, false, WORD_IN);
	if (!loop->target)
		return -1;
	if (!parser_skip_word(parser, WORD_IN))
		return parser_unexpected(parser, "'in'");
	loop->iterable = parse_tuple(parser, false, WORD_RECURSIVE);
	if (!loop->iterable)
		return -1;
	if (parser_skip_word(parser, WORD_IF)) {
		loop->test = parse_expression(parser);
		if (!loop->test)
			return -1;
	}
	loop->is_recursive = parser_skip_word(parser, WORD_RECURSIVE);
	body.ends = ENDS(WORD_ENDFOR, WORD_ELSE);
	body.mentions = &loop->mentions;
	if (parse_body(parser, &body, &loop->body) < 0)
		return -1;
	if (body.end == WORD_ENDFOR)
		return 0;
	body.ends = ENDS(WORD_ENDFOR);
	body.mentions = NULL;
	return parse_body(parser, &body, &loop->otherwise);
}

static int parse_set(struct parser *parser, struct stmt *stmt)
{
	struct body body = {.word = WORD_SET, .at = stmt->at, .ends = ENDS(WORD_ENDSET)};

	stmt->kind = STMT_SET;
	stmt->set.target = parse_target(parser, true, WORD_NONE);
	if (!stmt->set.target)
		return -1;
	if (parser_skip(parser, TOKEN_ASSIGN)) {
		stmt->set.value = parse_tuple(parser, true, WORD_NONE);
		return stmt->set.value ? 0 : -1;
	}
	stmt->kind = STMT_SET_BLOCK;
	stmt->set.scope = parser_alloc(parser, sizeof(*stmt->set.scope));
	if (!stmt->set.scope)
		return -1;
	stmt->set.value = parse_filters(parser, NULL, false);
	return parse_body(parser, &body, &stmt->set.body);
}

static int add_with(struct parser *parser, struct stmt *stmt, size_t *target_cap, size_t *value_cap)
{
	size_t n = stmt->with.count;

	stmt->with.targets = parser_grow(
			parser, stmt->with.targets, n, target_cap, sizeof(*stmt->with.targets));
	stmt->with.values = parser_grow(
			parser, stmt->with.values, n, value_cap, sizeof(*stmt->with.values));
	if (!stmt->with.targets || !stmt->with.values)
		return -1;
	stmt->with.targets[n] = parse_target(parser, false, WORD_NONE);
	if (!stmt->with.targets[n] || parser_expect(parser, TOKEN_ASSIGN) < 0)
		return -1;
	stmt->with.values[n] = parse_expression(parser);
	if (!stmt->with.values[n])
		return -1;
	stmt->with.count++;
	return 0;
}

static int parse_with(struct parser *parser, struct stmt *stmt)
{
	struct body body = {.word = WORD_WITH, .at = stmt->at, .ends = ENDS(WORD_ENDWITH)};
	size_t target_cap = 0, value_cap = 0;

	stmt->kind = STMT_WITH;
	while (parser->current.kind != TOKEN_STATEMENT_END) {
		if (stmt->with.count > 0 && parser_expect(parser, TOKEN_COMMA) < 0)
			return -1;
		if (add_with(parser, stmt, &target_cap, &value_cap) < 0)
			return -1;
	}
	return parse_body(parser, &body, &stmt->with.body);
}

static int parse_filter_block(struct parser *parser, struct stmt *stmt)
{
	struct body body = {.word = WORD_FILTER, .at = stmt->at, .ends = ENDS(WORD_ENDFILTER)};

	stmt->kind = STMT_FILTER;
	stmt->filter.filter = parse_filters(parser, NULL, true);
	if (!stmt->filter.filter)
		return -1;
	return parse_body(parser, &body, &stmt->filter.body);
}

static int parse_autoescape(struct parser *parser, struct stmt *stmt)
{
	struct body body = {
			.word = WORD_AUTOESCAPE, .at = stmt->at, .ends = ENDS(WORD_ENDAUTOESCAPE)};

	stmt->kind = STMT_AUTOESCAPE;
	stmt->filter.filter = parse_expression(parser);
	if (!stmt->filter.filter)
		return -1;
	return parse_body(parser, &body, &stmt->filter.body);
}

static int parse_do(struct parser *parser, struct stmt *stmt)
{
	stmt->kind = STMT_DO;
	stmt->expr = parse_tuple(parser, true, WORD_NONE);
	return stmt->expr ? 0 : -1;
}

static int parse_break(struct parser *parser, struct stmt *stmt)
{
	(void)parser;
	stmt->kind = STMT_BREAK;
	return 0;
}

static int parse_continue(struct parser *parser, struct stmt *stmt)
{
	(void)parser;
	stmt->kind = STMT_CONTINUE;
	return 0;
}

/* The current token is the name of the tag. */
static int parse_statement(struct parser *parser, struct stmt *stmt)
{
	static parse_fn *const statements[WORD_COUNT] = {
			[WORD_AUTOESCAPE] = parse_autoescape,
			[WORD_BLOCK] = parse_block,
			[WORD_BREAK] = parse_break,
			[WORD_CALL] = parse_call_block,
			[WORD_CONTINUE] = parse_continue,
			[WORD_DO] = parse_do,
			[WORD_EXTENDS] = parse_extends,
			[WORD_FILTER] = parse_filter_block,
			[WORD_FOR] = parse_for,
			[WORD_FROM] = parse_from,
			[WORD_IF] = parse_if,
			[WORD_IMPORT] = parse_import,
			[WORD_INCLUDE] = parse_include,
			[WORD_MACRO] = parse_macro,
			[WORD_SET] = parse_set,
			[WORD_WITH] = parse_with,
	};
	parse_fn *parse = statements[parser->current.name->word];

	if (!parse)
		return fail_tag(parser);
	parser_next(parser);
	return parse(parser, stmt);
}

/* --- the whole --- */

static int parse_whole(struct parser *parser)
{
	struct watcher watcher = {.mentions = &parser->template->mentions, .is_block = true};
	int rc;

	parser->watchers = &watcher;
	parser_next(parser);
	rc = parse_statements(parser, &parser->template->body);
	parser->watchers = NULL;
	return rc < 0 ? rc : scope_resolve(parser->template, parser->setup, parser->error);
}

struct template *template_parse(const struct parse_setup *setup, const char *name, const char *text,
		size_t len, struct syntax_error *error)
{
	struct template *template = arena_alloc(setup->arena, sizeof(*template));
	struct parser parser = {.template = template, .setup = setup, .error = error};

	if (template)
		template->name = arena_strndup(setup->arena, name, strlen(name));
	if (!template || !template->name ||
			source_init(setup->arena, text, len, setup->keep_trailing_newline,
					&template->source) < 0) {
		(void)syntax_fail(error, FAULT_MEMORY, 0, "no memory");
		return NULL;
	}
	template->source.lines_before = setup->lines_before;
	while (template->trailing_newlines < len &&
			text[len - 1 - template->trailing_newlines] == '\n')
		template->trailing_newlines++;
	parser.lexer = (struct lexer){.source = &template->source,
			.trim_blocks = setup->trim_blocks,
			.lstrip_blocks = setup->lstrip_blocks,
			.arena = setup->arena,
			.names = setup->names,
			.error = error};
	if (parse_whole(&parser) == 0)
		return template;
	source_place(&template->source, error->at, &error->line, &error->column);
	return NULL;
}
