/*
 * The test `version`: four ways to order versions, each as Python's module for it does.
 *
 * Every version becomes a row of atoms that compare from left to right, by rank first and then by
 * text or number; a row that ends early is closed by an atom of the lowest rank. So what the
 * schemes say in words ("a release comes after its candidates") is which rank stands where
 * something is missing. Numbers stay digits, so that they may be of any length.
 *
 * Sources: LooseVersion and StrictVersion of distutils; semver.org 2.0.0; PEP 440, appendix B.
 */
#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/ansible.h"
#include "src/jinja/regex.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

#define ATOMS_EXTRA 16 /* beyond those that are part of the text */

enum scheme { SCHEME_LOOSE, SCHEME_STRICT, SCHEME_SEMANTIC, SCHEME_PEP440 };

enum rank { RANK_LOWEST, RANK_FIRST, RANK_SECOND, RANK_HIGHEST };

struct atom {
	enum rank rank;
	bool is_number;
	const char *text; /* a number without leading zeros */
	size_t len;
};

struct version {
	struct atom *atoms;
	size_t count;
};

static void add(struct version *version, enum rank rank, const char *text, size_t len)
{
	version->atoms[version->count++] = (struct atom){rank, false, text, len};
}

static void add_number(struct version *version, enum rank rank, const char *text, size_t len)
{
	while (len > 0 && *text == '0') {
		text++;
		len--;
	}
	version->atoms[version->count++] = (struct atom){rank, true, text, len};
}

static void add_mark(struct version *version, enum rank rank)
{
	add(version, rank, "", 0);
}

static bool is_digits(const char *text, size_t len)
{
	return strspn(text, "0123456789") >= len;
}

/* The parts of TEXT between any of SEPARATORS. */
static void add_parts(struct version *version, const char *text, size_t len, const char *separators,
		enum rank of_words, enum rank of_numbers)
{
	const char *end = text + len;

	while (text < end) {
		size_t part = strcspn(text, separators);

		part = part < (size_t)(end - text) ? part : (size_t)(end - text);
		if (is_digits(text, part))
			add_number(version, of_numbers, text, part);
		else
			add(version, of_words, text, part);
		text += part + 1;
	}
	add_mark(version, RANK_LOWEST);
}

/* --- loose --- */

static size_t span_lower(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz");
}

/* P[LEN] goes on with what is no number, small letter or dot, as P[0] is. */
static bool is_between(const char *p, size_t len, const char *end)
{
	return span_lower(p) == 0 && p + len < end && p[len] != '.' && !is_digits(p + len, 1) &&
			span_lower(p + len) == 0;
}

/* Numbers, runs of small letters, and whatever is between them; dots only separate. */
static void parse_loose(const struct text *text, struct version *version)
{
	const char *p = text->data, *end = p + text->len;

	while (p < end) {
		size_t len = strspn(p, "0123456789");

		if (len > 0) {
			add_number(version, RANK_FIRST, p, len);
		} else if (*p == '.') {
			len = 1;
		} else {
			len = span_lower(p);
			while (len == 0 || is_between(p, len, end))
				len++;
			add(version, RANK_FIRST, p, len);
		}
		p += len;
	}
	add_mark(version, RANK_LOWEST);
}

/* --- the others, by regular expression --- */

static const char *group(const struct text *text, const struct pattern_match *match, size_t index,
		size_t *len)
{
	*len = 0;
	if (match->groups[index].start == SIZE_MAX)
		return NULL;
	*len = match->groups[index].end - match->groups[index].start;
	return text->data + match->groups[index].start;
}

/* The numbers of groups 1 to 3; one that is missing is 0. */
static void add_core(
		const struct text *text, const struct pattern_match *match, struct version *version)
{
	for (size_t i = 1; i <= 3; i++) {
		size_t len;
		const char *number = group(text, match, i, &len);

		add_number(version, RANK_FIRST, number ? number : "", len);
	}
}

#define STRICT_REGEX "^(\\d+)\\.(\\d+)(?:\\.(\\d+))?([ab])?(?(4)(\\d+))$"

static void parse_strict(
		const struct text *text, const struct pattern_match *match, struct version *version)
{
	size_t len;
	const char *letter;

	add_core(text, match, version);
	letter = group(text, match, 4, &len);
	if (!letter) {
		add_mark(version, RANK_HIGHEST);
		return;
	}
	add(version, RANK_FIRST, letter, len);
	letter = group(text, match, 5, &len);
	add_number(version, RANK_FIRST, letter, len);
}

#define IDENTIFIER "(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)"
#define SEMANTIC_REGEX                                                                             \
	"^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)"                                           \
	"(?:-(" IDENTIFIER "(?:\\." IDENTIFIER ")*))?"                                             \
	"(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$"

static void parse_semantic(
		const struct text *text, const struct pattern_match *match, struct version *version)
{
	size_t len;
	const char *identifiers;

	add_core(text, match, version);
	identifiers = group(text, match, 4, &len);
	if (identifiers)
		add_parts(version, identifiers, len, ".", RANK_SECOND, RANK_FIRST);
	else
		add_mark(version, RANK_HIGHEST);
}

/*
 * Groups: 1 epoch, 2 release, 3 4 pre, 5 post, 6 7 post, 8 9 dev, 10 local. Of a text in small
 * letters.
 */
#define PEP440_REGEX                                                                               \
	"^\\s*v?(?:([0-9]+)!)?([0-9]+(?:\\.[0-9]+)*)"                                              \
	"(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?([0-9]+)?)?"                              \
	"(?:-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]+)?)?"                                         \
	"(?:[-_.]?(dev)[-_.]?([0-9]+)?)?"                                                          \
	"(?:\\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\\s*$"

static void add_group_number(const struct text *text, const struct pattern_match *match,
		size_t index, struct version *version)
{
	size_t len;
	const char *number = group(text, match, index, &len);

	add_number(version, RANK_SECOND, number ? number : "", len);
}

/* Zeros at the end of a release do not count. */
static void add_release(
		const struct text *text, const struct pattern_match *match, struct version *version)
{
	size_t len, start = version->count;
	const char *release = group(text, match, 2, &len);

	add_parts(version, release, len, ".", RANK_FIRST, RANK_SECOND);
	version->count--;
	while (version->count > start && version->atoms[version->count - 1].len == 0)
		version->count--;
	add_mark(version, RANK_LOWEST);
}

static void add_pre(
		const struct text *text, const struct pattern_match *match, struct version *version)
{
	bool has_post = match->groups[5].start != SIZE_MAX || match->groups[6].start != SIZE_MAX;
	bool has_dev = match->groups[8].start != SIZE_MAX;
	size_t len;
	const char *word = group(text, match, 3, &len);

	if (!word) {
		add_mark(version, has_dev && !has_post ? RANK_LOWEST : RANK_HIGHEST);
		return;
	}
	if (word[0] == 'c' || word[0] == 'p')
		add(version, RANK_FIRST, "rc", 2);
	else
		add(version, RANK_FIRST, word, word[0] == 'r' ? 2 : 1);
	add_group_number(text, match, 4, version);
}

static void parse_pep440(
		const struct text *text, const struct pattern_match *match, struct version *version)
{
	size_t len;
	const char *local;

	add_group_number(text, match, 1, version);
	add_release(text, match, version);
	add_pre(text, match, version);
	if (match->groups[5].start != SIZE_MAX)
		add_group_number(text, match, 5, version);
	else if (match->groups[6].start != SIZE_MAX)
		add_group_number(text, match, 7, version);
	else
		add_mark(version, RANK_LOWEST);
	if (match->groups[8].start != SIZE_MAX)
		add_group_number(text, match, 9, version);
	else
		add_mark(version, RANK_HIGHEST);
	local = group(text, match, 10, &len);
	if (local)
		add_parts(version, local, len, "-_.", RANK_FIRST, RANK_SECOND);
	else
		add_mark(version, RANK_LOWEST);
}

typedef void parse_fn(const struct text *text, const struct pattern_match *match,
		struct version *version);

static const struct {
	const char *name, *alias, *regex;
	parse_fn *parse;
} schemes[] = {
		[SCHEME_LOOSE] = {"loose", NULL, NULL, NULL},
		[SCHEME_STRICT] = {"strict", NULL, STRICT_REGEX, parse_strict},
		[SCHEME_SEMANTIC] = {"semver", "semantic", SEMANTIC_REGEX, parse_semantic},
		[SCHEME_PEP440] = {"pep440", NULL, PEP440_REGEX, parse_pep440},
};

static int parse_by_regex(struct run *run, enum scheme scheme, const struct text *text,
		struct version *version)
{
	struct object source, absent = {0};
	struct pattern_match match;
	struct regex regex;
	bool found;
	int rc;

	if (object_string_z(run, schemes[scheme].regex, &source) < 0 ||
			regex_new(run, source, absent, absent, &regex) < 0)
		return -1;
	rc = regex_find(run, &regex, text, PATTERN_SEARCH, &match, &found);
	if (rc == 0 && !found)
		rc = run_fail(run, FAULT_RUNTIME,
				"Version comparison failed: '%s' is no version of type %s",
				text->data, schemes[scheme].name);
	if (rc == 0)
		schemes[scheme].parse(text, &match, version);
	regex_release(&regex);
	return rc;
}

static int small_letters(struct run *run, const struct text *text, const struct text **out)
{
	struct buf buf = BUF_INIT;
	struct object lower;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->data[i];

		buf_add_char(&buf, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
	if (object_string_buf(run, &buf, &lower) < 0)
		return -1;
	*out = lower.text;
	return 0;
}

static int parse(struct run *run, enum scheme scheme, const struct text *text,
		struct version *version)
{
	version->count = 0;
	version->atoms = run_alloc(run, (text->len + ATOMS_EXTRA) * sizeof(*version->atoms));
	if (!version->atoms || run_charge(run, text->len) < 0)
		return -1;
	if (scheme == SCHEME_LOOSE) {
		parse_loose(text, version);
		return 0;
	}
	if (scheme == SCHEME_PEP440 && small_letters(run, text, &text) < 0)
		return -1;
	return parse_by_regex(run, scheme, text, version);
}

/* --- comparing --- */

static int compare_atoms(const struct atom *a, const struct atom *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->is_number && a->len != b->len)
		return a->len < b->len ? -1 : 1;
	order = memcmp(a->text, b->text, len);
	if (order != 0 || a->len == b->len)
		return order;
	return a->len < b->len ? -1 : 1;
}

/* Both end with an atom of the lowest rank or have the same atoms up to where they differ. */
static int compare(struct run *run, const struct version *a, const struct version *b, int *order)
{
	size_t i;

	*order = 0;
	for (i = 0; *order == 0 && i < a->count && i < b->count; i++) {
		const struct atom *left = &a->atoms[i], *right = &b->atoms[i];

		if (left->rank == right->rank && left->is_number != right->is_number)
			return run_fail(run, FAULT_RUNTIME,
					"Version comparison failed: '%.*s' and '%.*s' cannot be "
					"compared",
					(int)left->len, left->text, (int)right->len, right->text);
		*order = compare_atoms(left, right);
	}
	return 0;
}

static const struct {
	const char *name;
	bool if_less, if_equal, if_greater;
} operators[] = {
		{"==", false, true, false},
		{"=", false, true, false},
		{"eq", false, true, false},
		{"<", true, false, false},
		{"lt", true, false, false},
		{"<=", true, true, false},
		{"le", true, true, false},
		{">", false, false, true},
		{"gt", false, false, true},
		{">=", false, true, true},
		{"ge", false, true, true},
		{"!=", true, false, true},
		{"<>", true, false, true},
		{"ne", true, false, true},
};

static int apply(struct run *run, const struct text *name, int order, struct object *out)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		if (!text_equal_z(name, operators[i].name))
			continue;
		*out = object_bool(order < 0		    ? operators[i].if_less
						: order > 0 ? operators[i].if_greater
							    : operators[i].if_equal);
		return 0;
	}
	return run_fail(run, FAULT_RUNTIME, "Invalid operator type (%s)", name->data);
}

static int find_scheme(struct run *run, struct object strict, struct object type, enum scheme *out)
{
	bool has_strict = !is_absent(strict) && strict.kind != OBJECT_NONE, is_strict, has_type;
	const struct text *name;

	if (has_strict && !is_absent(type) && type.kind != OBJECT_NONE)
		return run_fail(run, FAULT_RUNTIME,
				"Cannot specify both 'strict' and 'version_type'");
	if (arg_bool(run, strict, false, &is_strict) < 0 ||
			arg_bool(run, type, false, &has_type) < 0)
		return -1;
	*out = is_strict ? SCHEME_STRICT : SCHEME_LOOSE;
	if (is_strict || !has_type)
		return 0;
	if (arg_text(run, type, "", &name) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		if (text_equal_z(name, schemes[i].name) ||
				(schemes[i].alias && text_equal_z(name, schemes[i].alias))) {
			*out = (enum scheme)i;
			return 0;
		}
	}
	return run_fail(run, FAULT_RUNTIME,
			"Invalid version type (%s): it is loose, strict, semver, semantic or "
			"pep440",
			name->data);
}

static int version_text(
		struct run *run, struct object object, const char *what, const struct text **out)
{
	bool is_true;

	if (object_truth(run, object, &is_true) < 0)
		return -1;
	if (!is_true)
		return run_fail(run, FAULT_RUNTIME, "%s cannot be empty", what);
	return ansible_text(run, object, out);
}

int test_version(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {
			{"version"}, {"operator"}, {"strict"}, {"version_type"}};
	const struct text *left, *right, *operator;
	struct version a, b;
	struct object args[4];
	enum scheme scheme;
	int order;

	if (call_bind(run, call, params, 4, 1, args) < 0 ||
			version_text(run, call->self, "Input version value", &left) < 0 ||
			version_text(run, args[0], "Version parameter to compare against", &right) <
					0 ||
			find_scheme(run, args[2], args[3], &scheme) < 0 ||
			arg_text(run, args[1], "eq", &operator) < 0 ||
			parse(run, scheme, left, &a) < 0 || parse(run, scheme, right, &b) < 0 ||
			compare(run, &a, &b, &order) < 0)
		return -1;
	return apply(run, operator, order, out);
}
