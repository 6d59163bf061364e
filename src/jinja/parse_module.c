/* Blocks, and the statements that bring in other templates. */
#include <string.h>

#include "src/jinja/parse_tag.h"
#include "src/jinja/parser.h"

static int register_block(struct parser *parser, struct block *block)
{
	struct template *template = parser->template;

	for (size_t i = 0; i < template->block_count; i++) {
		if (template->blocks[i]->name == block->name)
			return parser_fail(parser, block->at, "block '%s' is defined twice",
					block->name->text.data);
	}
	if (template->block_count == PARSER_BLOCKS_MAX)
		return parser_fail(parser, block->at, "more than %d blocks", PARSER_BLOCKS_MAX);
	template->blocks = parser_grow(parser, template->blocks, template->block_count,
			&template->block_cap, sizeof(*template->blocks));
	if (!template->blocks)
		return -1;
	template->blocks[template->block_count++] = block;
	return 0;
}

static int check_required(struct parser *parser, const struct block *block)
{
	const struct stmt *stmt;

	if (!block->is_required)
		return 0;
	for (stmt = block->body; stmt; stmt = stmt->next) {
		if (stmt->kind != STMT_DATA ||
				strspn(stmt->data.data, " \t\n\v\f") < stmt->data.len)
			return parser_fail(parser, stmt->at,
					"a required block holds whitespace and comments only");
	}
	return 0;
}

int parse_block(struct parser *parser, struct stmt *stmt)
{
	struct block *block = parser_alloc(parser, sizeof(*block));
	struct body body = {.word = WORD_BLOCK, .at = stmt->at, .ends = ENDS(WORD_ENDBLOCK)};

	if (!block)
		return -1;
	stmt->kind = STMT_BLOCK;
	stmt->block.block = block;
	block->at = stmt->at;
	block->template = parser->template;
	block->name = parser_expect_name(parser);
	if (!block->name)
		return -1;
	block->is_scoped = parser_skip_word(parser, WORD_SCOPED);
	for (struct watcher *outer = parser->watchers; outer && block->is_scoped;
			outer = outer->outer)
		outer->mentions->has_scoped_block = true;
	block->is_required = parser_skip_word(parser, WORD_REQUIRED);
	if (parser->current.kind == TOKEN_SUB)
		return parser_fail(parser, parser->current.at,
				"the name of a block has no hyphens: use an underscore");
	if (register_block(parser, block) < 0)
		return -1;
	body.mentions = &block->mentions;
	if (parse_body(parser, &body, &block->body) < 0 || check_required(parser, block) < 0)
		return -1;
	if (parser->current.kind == TOKEN_NAME && parser->current.name == block->name)
		parser_next(parser);
	return 0;
}

int parse_extends(struct parser *parser, struct stmt *stmt)
{
	stmt->kind = STMT_EXTENDS;
	parser->template->has_extends = true;
	stmt->include.template = parse_expression(parser);
	return stmt->include.template ? 0 : -1;
}

/* `with context` or `without context`, else as it was. */
static bool parse_context(struct parser *parser, struct stmt *stmt)
{
	const struct token *ahead;
	bool is_with = parser_is(parser, WORD_WITH);

	if (!is_with && !parser_is(parser, WORD_WITHOUT))
		return false;
	ahead = parser_look(parser);
	if (ahead->kind != TOKEN_NAME || ahead->name->word != WORD_CONTEXT)
		return false;
	parser_next(parser);
	parser_next(parser);
	stmt->include.with_context = is_with;
	return true;
}

static int parse_loaded(struct parser *parser, struct stmt *stmt)
{
	stmt->include.locals = parser_alloc(parser, sizeof(*stmt->include.locals));
	stmt->include.template = parse_expression(parser);
	return stmt->include.locals && stmt->include.template ? 0 : -1;
}

int parse_include(struct parser *parser, struct stmt *stmt)
{
	const struct token *ahead;

	stmt->kind = STMT_INCLUDE;
	stmt->include.with_context = true;
	if (parse_loaded(parser, stmt) < 0)
		return -1;
	if (parser_is(parser, WORD_IGNORE)) {
		ahead = parser_look(parser);
		if (ahead->kind == TOKEN_NAME && ahead->name->word == WORD_MISSING) {
			parser_next(parser);
			parser_next(parser);
			stmt->include.ignore_missing = true;
		}
	}
	(void)parse_context(parser, stmt);
	return 0;
}

int parse_import(struct parser *parser, struct stmt *stmt)
{
	stmt->kind = STMT_IMPORT;
	if (parse_loaded(parser, stmt) < 0)
		return -1;
	if (!parser_skip_word(parser, WORD_AS))
		return parser_unexpected(parser, "'as' and the name of the module");
	stmt->include.target = parse_target_name(parser);
	if (!stmt->include.target)
		return -1;
	(void)parse_context(parser, stmt);
	return 0;
}

static int add_import_name(struct parser *parser, struct stmt *stmt, size_t *cap)
{
	struct import_name import = {0};
	uint32_t at = parser->current.at;

	import.alias = parse_target_name(parser);
	if (!import.alias)
		return -1;
	import.name = import.alias->name;
	if (import.name->text.data[0] == '_')
		return parser_fail(parser, at, "'%s' cannot be imported: it begins with '_'",
				import.name->text.data);
	if (parser_skip_word(parser, WORD_AS)) {
		import.alias = parse_target_name(parser);
		if (!import.alias)
			return -1;
	}
	stmt->include.names = parser_grow(
			parser, stmt->include.names, stmt->include.name_count, cap, sizeof(import));
	if (!stmt->include.names)
		return -1;
	stmt->include.names[stmt->include.name_count++] = import;
	return 0;
}

int parse_from(struct parser *parser, struct stmt *stmt)
{
	size_t cap = 0;

	stmt->kind = STMT_FROM;
	if (parse_loaded(parser, stmt) < 0)
		return -1;
	if (!parser_skip_word(parser, WORD_IMPORT))
		return parser_unexpected(parser, "'import' and the names");
	do {
		if (parse_context(parser, stmt))
			return 0;
		if (add_import_name(parser, stmt, &cap) < 0)
			return -1;
		if (parse_context(parser, stmt))
			return 0;
	} while (parser_skip(parser, TOKEN_COMMA));
	return 0;
}
