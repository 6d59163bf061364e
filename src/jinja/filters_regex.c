#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/ansible.h"
#include "src/jinja/number.h"
#include "src/jinja/regex.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

int ansible_text(struct run *run, struct object object, const struct text **out)
{
	struct object string;

	if (object.kind == OBJECT_UNDEFINED && object_is_strict(run, object))
		return object_undefined_fail(run, object);
	if (object_to_string(run, object, &string) < 0)
		return -1;
	*out = string.text;
	return 0;
}

int filter_regex_replace(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {
			{"pattern"}, {"replacement"}, {"ignorecase"}, {"multiline"}};
	const struct text *subject, *replacement;
	struct object args[4];
	struct buf buf = BUF_INIT;
	struct regex regex;
	int rc;

	if (call_bind(run, call, params, 4, 0, args) < 0 ||
			ansible_text(run, call->self, &subject) < 0 ||
			arg_text(run, args[1], "", &replacement) < 0 ||
			regex_new(run, args[0], args[2], args[3], &regex) < 0)
		return -1;
	rc = regex_replace(run, &regex, subject, replacement, &buf);
	regex_release(&regex);
	if (rc == 0)
		return object_string_buf(run, &buf, out);
	buf_release(&buf);
	return -1;
}

/* A group's text; what did not take part is as IF_ABSENT. */
static int group_text(struct run *run, const struct text *subject,
		const struct pattern_match *match, size_t group, struct object if_absent,
		struct object *out)
{
	size_t start = match->groups[group].start;

	*out = if_absent;
	if (start == SIZE_MAX)
		return 0;
	return object_string(run, subject->data + start, match->groups[group].end - start, out);
}

/* What re.findall lists for one match: all of it, its one group, or a tuple of its groups. */
static int found_item(struct run *run, const struct text *subject,
		const struct pattern_match *match, struct object *out)
{
	struct object empty, groups[PATTERN_GROUPS_MAX];
	size_t i;

	if (object_string_z(run, "", &empty) < 0)
		return -1;
	if (match->count <= 2)
		return group_text(run, subject, match, match->count - 1, empty, out);
	for (i = 1; i < match->count; i++) {
		if (group_text(run, subject, match, i, empty, &groups[i - 1]) < 0)
			return -1;
	}
	return object_tuple(run, groups, match->count - 1, out);
}

static int find_all(
		struct run *run, struct regex *regex, const struct text *subject, struct list *list)
{
	struct pattern_match match = {.count = 0};
	struct object item;
	bool found;

	for (;;) {
		if (regex_next(run, regex, subject, &match, &found) < 0)
			return -1;
		if (!found)
			return 0;
		if (found_item(run, subject, &match, &item) < 0 || list_append(run, list, item) < 0)
			return -1;
	}
}

int filter_regex_findall(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"regex"}, {"multiline"}, {"ignorecase"}};
	const struct text *subject;
	struct object args[3];
	struct regex regex;
	int rc;

	if (call_bind(run, call, params, 3, 1, args) < 0 ||
			ansible_text(run, call->self, &subject) < 0 || object_list(run, out) < 0 ||
			regex_new(run, args[0], args[2], args[1], &regex) < 0)
		return -1;
	rc = find_all(run, &regex, subject, out->list);
	regex_release(&regex);
	return rc;
}

/* --- regex_search --- */

/* Whether BYTE is one of \S, as far as names of groups can have it. */
static bool is_blank(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* A group that is asked for: "\\g<name>" or "\\2". */
struct wanted {
	const char *name; /* NULL: INDEX */
	size_t len, index;
};

static int bad_group(struct run *run, const struct text *arg)
{
	return run_fail(run, FAULT_RUNTIME,
			"regex_search: unknown argument '%s': groups are written as '\\\\1' or "
			"'\\\\g<name>'",
			arg->data);
}

/* ARG's name is up to the last '>' before a blank. */
static int parse_wanted(struct run *run, struct object object, struct wanted *wanted)
{
	const struct text *arg;
	const char *p, *close = NULL;

	*wanted = (struct wanted){0};
	if (arg_text(run, object, "", &arg) < 0)
		return -1;
	if (strncmp(arg->data, "\\g", 2) == 0) {
		if (arg->data[2] != '<')
			return bad_group(run, arg);
		wanted->name = arg->data + 3;
		for (p = wanted->name; *p && !is_blank(*p); p++) {
			if (*p == '>' && p > wanted->name)
				close = p;
		}
		wanted->len = close ? (size_t)(close - wanted->name) : 0;
		return close ? 0 : bad_group(run, arg);
	}
	if (arg->data[0] != '\\' || arg->data[1] < '0' || arg->data[1] > '9')
		return bad_group(run, arg);
	for (p = arg->data + 1; *p >= '0' && *p <= '9'; p++) {
		if (wanted->index <= PATTERN_GROUPS_MAX)
			wanted->index = wanted->index * 10 + (size_t)(*p - '0');
	}
	return 0;
}

static int find_wanted(struct run *run, const struct regex *regex, const struct wanted *wanted,
		size_t *group)
{
	*group = wanted->index;
	if (wanted->name)
		*group = pattern_group_number(regex->pattern, wanted->name, wanted->len);
	if ((wanted->name && *group == 0) || *group > pattern_group_count(regex->pattern))
		return run_fail(run, FAULT_RUNTIME, "regex_search: no such group");
	return 0;
}

static int search_groups(struct run *run, const struct regex *regex, const struct text *subject,
		const struct pattern_match *match, const struct call *groups, struct object *out)
{
	struct wanted wanted;
	struct object item;
	size_t i, group = 0;

	if (groups->count == 0)
		return group_text(run, subject, match, 0, object_none(), out);
	if (object_list(run, out) < 0)
		return -1;
	for (i = 0; i < groups->count; i++) {
		if (parse_wanted(run, groups->args[i], &wanted) < 0 ||
				find_wanted(run, regex, &wanted, &group) < 0 ||
				group_text(run, subject, match, group, object_none(), &item) < 0 ||
				list_append(run, out->list, item) < 0)
			return -1;
	}
	return 0;
}

/* Arguments behind the pattern are groups, without end; Python ignores unknown keywords here. */
static int bind_search(struct run *run, const struct call *call, struct object args[3],
		struct call *groups)
{
	const struct keyword *keyword;
	struct wanted wanted;
	size_t i;

	memset(args, 0, 3 * sizeof(*args));
	*groups = *call;
	if (call->count > 0) {
		args[0] = call->args[0];
		groups->args++;
		groups->count--;
	}
	for (i = 0; i < call->keyword_count; i++) {
		keyword = &call->keywords[i];
		if (text_equal_z(keyword->name, "regex") && is_absent(args[0]))
			args[0] = keyword->value;
		else if (text_equal_z(keyword->name, "ignorecase"))
			args[1] = keyword->value;
		else if (text_equal_z(keyword->name, "multiline"))
			args[2] = keyword->value;
	}
	if (is_absent(args[0]))
		return run_fail(run, FAULT_RUNTIME,
				"regex_search() missing required argument 'regex'");
	for (i = 0; i < groups->count; i++) {
		if (parse_wanted(run, groups->args[i], &wanted) < 0)
			return -1;
	}
	return 0;
}

int filter_regex_search(struct run *run, const struct call *call, struct object *out)
{
	struct pattern_match match;
	const struct text *subject;
	struct object args[3];
	struct call groups;
	struct regex regex;
	bool found;
	int rc;

	if (bind_search(run, call, args, &groups) < 0 ||
			ansible_text(run, call->self, &subject) < 0 ||
			regex_new(run, args[0], args[1], args[2], &regex) < 0)
		return -1;
	*out = object_none();
	rc = regex_find(run, &regex, subject, PATTERN_SEARCH, &match, &found);
	if (rc == 0 && found)
		rc = search_groups(run, &regex, subject, &match, &groups, out);
	regex_release(&regex);
	return rc;
}

int filter_regex_escape(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"re_type"}};
	static const char basic[] = "].[^$*\\", python[] = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f";
	const struct text *text, *type;
	struct buf buf = BUF_INIT;
	struct object arg;
	const char *special;
	size_t i;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 ||
			ansible_text(run, call->self, &text) < 0 ||
			arg_text(run, arg, "python", &type) < 0 ||
			run_charge(run, text->len / 64) < 0)
		return -1;
	if (text_equal_z(type, "posix_basic"))
		special = basic;
	else if (text_equal_z(type, "python"))
		special = python;
	else
		return run_fail(run, FAULT_RUNTIME,
				"regex_escape: re_type is python or posix_basic, not '%s'",
				type->data);
	for (i = 0; i < text->len; i++) {
		if (text->data[i] && strchr(special, text->data[i]))
			buf_add_char(&buf, '\\');
		buf_add_char(&buf, text->data[i]);
	}
	return object_string_buf(run, &buf, out);
}
