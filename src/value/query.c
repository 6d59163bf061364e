#include "src/value/query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/value/value.h"

#define SUGGEST_KEYS_MAX 1000 /* of a larger map only so many are looked at */

#define ROOT_NAME "(all)" /* in messages: what has no name */

struct step {
	bool is_index;
	bool is_quoted;
	int64_t index;
	struct buf name;
};

/* "[-12]" at *P, which is behind the bracket. */
static int read_index(const char *path, const char **p, struct step *step, struct err *err)
{
	const char *digits = *p + (**p == '-');
	char *end;
	long long index;

	if (*digits < '0' || *digits > '9')
		return err_set(err, EINVAL, "malformed path '%s': an index is a number", path);
	errno = 0;
	index = strtoll(*p, &end, 10);
	if (errno == ERANGE)
		return err_set(err, EINVAL, "malformed path '%s': the index is too large", path);
	if (*end != ']')
		return err_set(err, EINVAL, "malformed path '%s': ']' is missing", path);
	step->is_index = true;
	step->index = index;
	*p = end + 1;
	return 0;
}

/* `a.b"` at *P, which is behind the first quote. */
static int read_quoted(const char *path, const char **p, struct step *step, struct err *err)
{
	step->is_quoted = true;
	for (; **p && **p != '"'; ++*p) {
		if (**p == '\\') {
			++*p;
			if (**p != '"' && **p != '\\')
				return err_set(err, EINVAL,
						"malformed path '%s': a backslash stands before "
						"'\"' or '\\' only",
						path);
		}
		buf_add_char(&step->name, **p);
	}
	if (!**p)
		return err_set(err, EINVAL, "malformed path '%s': the closing '\"' is missing",
				path);
	++*p;
	return 0;
}

/* One step at *P and what separates it from the next; -EINVAL as for query_find(). */
static int read_step(const char *path, const char **p, struct step *step, struct err *err)
{
	size_t len = strcspn(*p, ".[]\"");
	int rc = 0;

	buf_clear(&step->name);
	step->is_index = step->is_quoted = false;
	if (len > 0) {
		buf_add(&step->name, *p, len);
		*p += len;
	} else if (**p == '[') {
		++*p;
		rc = read_index(path, p, step, err);
	} else if (**p == '"') {
		++*p;
		rc = read_quoted(path, p, step, err);
	} else {
		rc = err_set(err, EINVAL, "malformed path '%s': a name is missing at byte %zu",
				path, (size_t)(*p - path) + 1);
	}
	if (rc < 0)
		return rc;
	if (**p == '.' && !(*p)[1])
		return err_set(err, EINVAL, "malformed path '%s': it ends with a dot", path);
	if (**p && **p != '[' && (**p != '.' || (*p)[1] == '['))
		return err_set(err, EINVAL,
				"malformed path '%s': '.' or '[' is missing at byte %zu", path,
				(size_t)(*p - path) + 1);
	*p += **p == '.';
	return buf_ok(&step->name) ? 0 : err_set(err, ENOMEM, "not enough memory for a path");
}

/* The integer that NAME stands for. False: it is not one, or too large. */
static bool integer_of(const struct buf *name, int64_t *out)
{
	const char *text = buf_str(name);
	bool is_negative = text[0] == '-';
	uint64_t number;

	if (strlen(text) != name->len || str_to_u64(text + is_negative, &number) < 0 ||
			number > INT64_MAX)
		return false;
	*out = is_negative ? -(int64_t)number : (int64_t)number;
	return true;
}

static struct value_pair *find_key(const struct value *map, const struct step *step)
{
	struct value key = {.kind = VALUE_STRING};
	struct value_pair *pair;

	key.string.text = buf_str(&step->name);
	key.string.len = step->name.len;
	pair = value_find_pair(map, &key);
	if (pair || step->is_quoted || !integer_of(&step->name, &key.integer))
		return pair;
	key.kind = VALUE_INT;
	return value_find_pair(map, &key);
}

const char *query_suggest(const struct value *map, const char *name)
{
	const char *names[SUGGEST_KEYS_MAX + 1];
	const struct value *key;
	size_t count = 0, i;

	for (i = 0; i < map->map.count && count < SUGGEST_KEYS_MAX; i++) {
		key = map->map.pairs[i].key;
		if (key->kind == VALUE_STRING)
			names[count++] = key->string.text;
	}
	names[count] = NULL;
	return str_suggest(name, names);
}

/* WHERE: what comes before the step, as the user wrote it. */
static int complain_key(const struct value *map, const struct step *step, const char *where,
		struct err *err)
{
	const char *near = query_suggest(map, buf_str(&step->name));
	const char *in = *where ? " in '" : "", *quote = *where ? "'" : "";

	if (near)
		return err_set(err, ENOENT, "no key '%s'%s%s%s (did you mean '%s'?)",
				buf_str(&step->name), in, where, quote, near);
	return err_set(err, ENOENT, "no key '%s'%s%s%s", buf_str(&step->name), in, where, quote);
}

static int complain_kind(const struct value *value, const struct step *step, const char *where,
		struct err *err)
{
	const char *kind = value_kind_noun(value->kind);
	const char *what = *where ? where : ROOT_NAME;

	if (step->is_index)
		return err_set(err, ENOENT, "'%s' is %s and has no items", what, kind);
	return err_set(err, ENOENT, "'%s' is %s and has no key '%s'", what, kind,
			buf_str(&step->name));
}

static int take_step(const struct value *value, const struct step *step, const char *where,
		struct value **out, struct err *err)
{
	struct value_pair *pair;
	int64_t index = step->index;

	if (value->kind != (step->is_index ? VALUE_LIST : VALUE_MAP))
		return complain_kind(value, step, where, err);
	if (!step->is_index) {
		pair = find_key(value, step);
		if (!pair)
			return complain_key(value, step, where, err);
		*out = pair->value;
		return 0;
	}
	if (index < 0)
		index += (int64_t)value->list.count;
	if (index < 0 || (uint64_t)index >= value->list.count)
		return err_set(err, ENOENT, "no item [%" PRId64 "] in '%s', which has %zu",
				step->index, *where ? where : ROOT_NAME, value->list.count);
	*out = value->list.items[index];
	return 0;
}

/* PATH up to P, without the dot there. */
static void set_where(struct buf *where, const char *path, const char *p)
{
	size_t len = (size_t)(p - path);

	if (len > 0 && p[-1] == '.')
		len--;
	buf_clear(where);
	buf_add(where, path, len);
}

int query_find(const struct value *root, const char *path, struct value **out, struct err *err)
{
	struct step step = {.name = BUF_INIT};
	struct buf where = BUF_INIT;
	struct value *value = (struct value *)root;
	const char *p = path;
	unsigned steps = 0;
	int rc = 0;

	while (*p && rc == 0) {
		set_where(&where, path, p);
		rc = read_step(path, &p, &step, err);
		if (rc == 0 && ++steps > QUERY_DEPTH_MAX)
			rc = err_set(err, EINVAL, "a path of more than %d steps", QUERY_DEPTH_MAX);
		if (rc == 0)
			rc = take_step(value, &step, buf_str(&where), &value, err);
	}
	if (rc == 0)
		*out = value;
	buf_release(&where);
	buf_release(&step.name);
	return rc;
}

int query_normalize(const char *path, struct buf *out, struct err *err)
{
	struct step step = {.name = BUF_INIT};
	struct value key = {.kind = VALUE_STRING};
	const char *p = path;
	unsigned steps = 0;
	int rc = 0;

	while (*p && rc == 0) {
		rc = read_step(path, &p, &step, err);
		if (rc == 0 && ++steps > QUERY_DEPTH_MAX)
			rc = err_set(err, EINVAL, "a path of more than %d steps", QUERY_DEPTH_MAX);
		key.string.text = buf_str(&step.name);
		key.string.len = step.name.len;
		if (rc == 0 && step.is_index)
			buf_printf(out, "[%" PRId64 "]", step.index);
		else if (rc == 0)
			query_add_key(out, &key);
	}
	buf_release(&step.name);
	if (rc == 0 && !buf_ok(out))
		rc = err_set(err, ENOMEM, "not enough memory for a path");
	return rc;
}

static bool needs_quotes(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (strchr(".[]\"\\", name[i]) || (unsigned char)name[i] <= ' ')
			return true;
	}
	return len == 0;
}

void query_add_key(struct buf *path, const struct value *key)
{
	size_t i;

	if (path->len > 0)
		buf_add_char(path, '.');
	if (key->kind == VALUE_INT) {
		buf_printf(path, "%" PRId64, key->integer);
	} else if (!needs_quotes(key->string.text, key->string.len)) {
		buf_add(path, key->string.text, key->string.len);
	} else {
		buf_add_char(path, '"');
		for (i = 0; i < key->string.len; i++) {
			if (key->string.text[i] == '"' || key->string.text[i] == '\\')
				buf_add_char(path, '\\');
			buf_add_char(path, key->string.text[i]);
		}
		buf_add_char(path, '"');
	}
}

void query_add_index(struct buf *path, size_t index)
{
	buf_printf(path, "[%zu]", index);
}
