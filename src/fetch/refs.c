#include "src/fetch/refs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"

#define NAMED_MAX   5	 /* branches that a sentence names */
#define SUGGEST_MAX 2000 /* refs looked at for "did you mean" */
#define HEADS	    "refs/heads/"
#define TAGS	    "refs/tags/"
#define PEELED	    "^{}"

/* As in git-check-ref-format(1), and a little stricter: nothing that is not printable. */
bool refs_is_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len >= REFS_NAME_MAX - sizeof(HEADS) || name[0] == '-' || name[0] == '/' ||
			name[len - 1] == '/' || name[len - 1] == '.')
		return false;
	if (strstr(name, "..") || strstr(name, "//") || strstr(name, "@{") || strstr(name, "/.") ||
			name[0] == '.' || strstr(name, ".lock/") || str_has_suffix(name, ".lock") ||
			strcmp(name, "@") == 0)
		return false;
	for (const char *at = name; *at; at++) {
		if ((unsigned char)*at <= ' ' || *at == 0x7f || strchr("~^:?*[\\", *at))
			return false;
	}
	return str_is_utf8(name, len);
}

/* A line "ID\tNAME" of a list; lines of another form ("ref: NAME\tHEAD") are passed over. */
struct ref_line {
	struct oid oid;
	char name[REFS_NAME_MAX];
	bool is_peeled; /* "NAME^{}": what the tag leads to */
};

static bool parse_line(const char *line, size_t len, struct ref_line *out)
{
	const char *tab = memchr(line, '\t', len);
	char hex[OID_HEX_SIZE];

	if (!tab || tab - line != OID_HEX_SIZE - 1)
		return false;
	memcpy(hex, line, OID_HEX_SIZE - 1);
	hex[OID_HEX_SIZE - 1] = '\0';
	len -= OID_HEX_SIZE;
	if (oid_parse(hex, &out->oid) < 0 || len == 0 || len >= REFS_NAME_MAX ||
			memchr(tab + 1, '\0', len))
		return false;
	memcpy(out->name, tab + 1, len);
	out->name[len] = '\0';
	out->is_peeled = str_has_suffix(out->name, PEELED);
	if (out->is_peeled)
		out->name[len - strlen(PEELED)] = '\0';
	return refs_is_name(out->name);
}

static bool next_line(const char **at, const char *end, struct ref_line *out)
{
	while (*at < end) {
		const char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));

		if (!stop)
			stop = end;
		*at = stop + (stop < end);
		if (parse_line(line, (size_t)(stop - line), out))
			return true;
	}
	return false;
}

static bool next_name(const char **at, const char *end, char name[static REFS_NAME_MAX])
{
	struct ref_line line;

	while (next_line(at, end, &line)) {
		if (line.is_peeled)
			continue;
		str_copy(name, REFS_NAME_MAX, line.name);
		return true;
	}
	return false;
}

static bool contains(const char *list, size_t len, const char *wanted)
{
	const char *at = list, *end = list + len;
	char name[REFS_NAME_MAX];

	while (next_name(&at, end, name)) {
		if (strcmp(name, wanted) == 0)
			return true;
	}
	return false;
}

static const char *short_name(const char *full)
{
	if (str_has_prefix(full, HEADS))
		return full + strlen(HEADS);
	if (str_has_prefix(full, TAGS))
		return full + strlen(TAGS);
	return full;
}

/* The name in LIST nearest to WORD in NEAR, or "". */
static void suggest(const char *list, size_t len, const char *word, char near[static REFS_NAME_MAX])
{
	char **names = calloc(SUGGEST_MAX + 1, sizeof(*names));
	const char *at = list, *end = list + len, *found = NULL;
	char name[REFS_NAME_MAX];
	size_t count = 0;

	near[0] = '\0';
	while (names && count < SUGGEST_MAX && next_name(&at, end, name)) {
		names[count] = strdup(short_name(name));
		if (!names[count])
			break;
		count++;
	}
	if (names)
		found = str_suggest(word, (const char *const *)names);
	if (found)
		str_copy(near, REFS_NAME_MAX, found);
	while (count > 0)
		free(names[--count]);
	free(names);
}

/* "main, stable, test, ..." */
static void name_branches(const char *list, size_t len, struct buf *out)
{
	const char *at = list, *end = list + len;
	char name[REFS_NAME_MAX];
	size_t count = 0;

	while (next_name(&at, end, name)) {
		if (!str_has_prefix(name, HEADS))
			continue;
		if (count++ == NAMED_MAX) {
			buf_add_str(out, ", ...");
			return;
		}
		buf_printf(out, "%s%s", count > 1 ? ", " : "", short_name(name));
	}
}

static int not_found(const char *list, size_t len, const char *name, struct err *err)
{
	struct buf branches = BUF_INIT;
	char near[REFS_NAME_MAX];
	int rc;

	suggest(list, len, name, near);
	name_branches(list, len, &branches);
	if (branches.len == 0)
		rc = err_set(err, ENOENT, "the repository has no '%s': it has no branches", name);
	else if (near[0] && strcmp(near, name) != 0)
		rc = err_set(err, ENOENT, "no ref '%s' (did you mean '%s'?)", name, near);
	else
		rc = err_set(err, ENOENT, "no ref '%s': the repository has the branches %.500s",
				name, buf_str(&branches));
	buf_release(&branches);
	return rc;
}

int refs_find(const char *list, size_t len, const char *name, char full[static REFS_NAME_MAX],
		struct err *err)
{
	static const char *const prefixes[] = {"", "refs/", TAGS, HEADS, NULL};
	char candidate[REFS_NAME_MAX + sizeof(HEADS)];

	if (!refs_is_name(name))
		return err_set(err, EINVAL, "'%.200s' is not the name of a ref", name);
	for (const char *const *prefix = prefixes; *prefix; prefix++) {
		if (!**prefix && strcmp(name, "HEAD") != 0 && !str_has_prefix(name, "refs/"))
			continue;
		str_copy(candidate, sizeof(candidate), *prefix);
		str_copy(candidate + strlen(*prefix), sizeof(candidate) - strlen(*prefix), name);
		if (contains(list, len, candidate)) {
			str_copy(full, REFS_NAME_MAX, candidate);
			return 0;
		}
	}
	return not_found(list, len, name, err);
}

size_t refs_tags_of(const char *list, size_t len, const struct oid *tip, struct refs_tag *out,
		size_t most)
{
	const char *at = list, *end = list + len;
	struct ref_line line, last = {.is_peeled = true};
	size_t count = 0;

	while (count < most && next_line(&at, end, &line)) {
		if (line.is_peeled && !last.is_peeled && oid_equal(&line.oid, tip) &&
				strcmp(line.name, last.name) == 0 &&
				str_has_prefix(line.name, TAGS)) {
			out[count].tag = last.oid;
			str_copy(out[count].full, REFS_NAME_MAX, last.name);
			count++;
		}
		last = line;
	}
	return count;
}
