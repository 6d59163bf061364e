/*
 * Paths as text, by the rules of Python's posixpath and ntpath. Nothing looks at a file system, so
 * what depends on the working directory is refused.
 */
#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/ansible.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

struct part {
	const char *data;
	size_t len;
};

static struct part whole(const struct text *text)
{
	return (struct part){text->data, text->len};
}

static int to_string(struct run *run, struct part part, struct object *out)
{
	return object_string(run, part.data, part.len, out);
}

static int to_pair(struct run *run, struct part first, struct part second, struct object *out)
{
	struct object pair[2];

	if (to_string(run, first, &pair[0]) < 0 || to_string(run, second, &pair[1]) < 0)
		return -1;
	return object_tuple(run, pair, 2, out);
}

/* A filter without arguments on a path, which must be a string. */
static int bind_path(struct run *run, const struct call *call, struct part *out)
{
	const struct text *text;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || arg_text(run, call->self, "", &text) < 0)
		return -1;
	*out = whole(text);
	return run_charge(run, text->len / 64);
}

static bool is_slash(char c, bool is_windows)
{
	return c == '/' || (is_windows && c == '\\');
}

/* How much of PATH is up to and with its last slash. */
static size_t head_len(struct part path, bool is_windows)
{
	size_t len = path.len;

	while (len > 0 && !is_slash(path.data[len - 1], is_windows))
		len--;
	return len;
}

/* The slashes at the end of HEAD go, unless there is nothing else. */
static struct part trim_head(struct part head, bool is_windows)
{
	size_t len = head.len;

	while (len > 0 && is_slash(head.data[len - 1], is_windows))
		len--;
	if (len > 0)
		head.len = len;
	return head;
}

static struct part after(struct part path, size_t len)
{
	return (struct part){path.data + len, path.len - len};
}

int filter_basename(struct run *run, const struct call *call, struct object *out)
{
	struct part path;

	if (bind_path(run, call, &path) < 0)
		return -1;
	return to_string(run, after(path, head_len(path, false)), out);
}

int filter_dirname(struct run *run, const struct call *call, struct object *out)
{
	struct part path;

	if (bind_path(run, call, &path) < 0)
		return -1;
	path.len = head_len(path, false);
	return to_string(run, trim_head(path, false), out);
}

int filter_splitext(struct run *run, const struct call *call, struct object *out)
{
	struct part path;
	size_t name, dot;

	if (bind_path(run, call, &path) < 0)
		return -1;
	name = head_len(path, false);
	while (name < path.len && path.data[name] == '.')
		name++; /* leading dots begin no extension */
	for (dot = path.len; dot > name && path.data[dot - 1] != '.'; dot--)
		;
	dot = dot > name ? dot - 1 : path.len;
	return to_pair(run, (struct part){path.data, dot}, after(path, dot), out);
}

/* --- Windows --- */

/* Where \\host\share, or \\?\UNC\host\share, ends; all of PATH if it does. */
static size_t unc_len(struct part path)
{
	static const char prefix[] = "\\\\?\\UNC\\";
	size_t at = 2, slashes = 0, i;

	if (path.len >= 8) {
		for (i = 0; i < 8; i++) {
			char c = path.data[i] == '/' ? '\\' : path.data[i];

			if (c >= 'a' && c <= 'z')
				c = (char)(c - 'a' + 'A');
			if (c != prefix[i])
				break;
		}
		at = i == 8 ? 8 : 2;
	}
	for (i = at; i < path.len; i++) {
		if (is_slash(path.data[i], true) && ++slashes == 2)
			return i;
	}
	return path.len;
}

/* The length of "C:" or of a UNC share in front. */
static size_t drive_len(struct part path)
{
	if (path.len < 2)
		return 0;
	if (is_slash(path.data[0], true) && is_slash(path.data[1], true))
		return unc_len(path);
	return path.data[1] == ':' ? 2 : 0;
}

int filter_win_basename(struct run *run, const struct call *call, struct object *out)
{
	struct part path;

	if (bind_path(run, call, &path) < 0)
		return -1;
	path = after(path, drive_len(path));
	return to_string(run, after(path, head_len(path, true)), out);
}

int filter_win_dirname(struct run *run, const struct call *call, struct object *out)
{
	struct part path, rest;
	size_t drive;

	if (bind_path(run, call, &path) < 0)
		return -1;
	drive = drive_len(path);
	rest = after(path, drive);
	rest.len = head_len(rest, true);
	path.len = drive + trim_head(rest, true).len;
	return to_string(run, path, out);
}

int filter_win_splitdrive(struct run *run, const struct call *call, struct object *out)
{
	struct part path;
	size_t drive;

	if (bind_path(run, call, &path) < 0)
		return -1;
	drive = drive_len(path);
	return to_pair(run, (struct part){path.data, drive}, after(path, drive), out);
}

/* --- several paths --- */

int filter_path_join(struct run *run, const struct call *call, struct object *out)
{
	struct buf joined = BUF_INIT;
	const struct text *text;
	struct list *paths;
	size_t i;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	*out = call->self;
	if (call->self.kind == OBJECT_STRING)
		return 0;
	if (!ansible_is_sequence(call->self))
		return run_fail(run, FAULT_RUNTIME, "path_join expects a string or a list, not %s",
				object_type(call->self));
	if (object_items(run, call->self, &paths) < 0)
		return -1;
	if (paths->count == 0)
		return run_fail(run, FAULT_RUNTIME, "path_join: the list is empty");
	for (i = 0; i < paths->count; i++) {
		if (arg_text(run, paths->items[i], "", &text) < 0 ||
				run_charge(run, 1 + text->len / 64) < 0) {
			buf_release(&joined);
			return -1;
		}
		if (text->len > 0 && text->data[0] == '/')
			buf_clear(&joined);
		else if (i > 0 && joined.len > 0 && joined.data[joined.len - 1] != '/')
			buf_add_char(&joined, '/');
		buf_add(&joined, text->data, text->len);
	}
	return object_string_buf(run, &joined, out);
}

/* The next name in *PATH, which moves behind it; false at the end. */
static bool next_name(struct part *path, struct part *name)
{
	while (path->len > 0 && path->data[0] == '/')
		*path = after(*path, 1);
	name->data = path->data;
	for (name->len = 0; name->len < path->len && path->data[name->len] != '/'; name->len++)
		;
	*path = after(*path, name->len);
	return name->len > 0;
}

static bool is_name(struct part name, const char *str)
{
	return name.len == strlen(str) && memcmp(name.data, str, name.len) == 0;
}

/* The last name of OUT, behind the first ROOT bytes, goes; false if there is none to go. */
static bool drop_last(struct buf *out, size_t root)
{
	size_t len = out->len;

	while (len > root && out->data[len - 1] != '/')
		len--;
	if (out->len == root || is_name((struct part){out->data + len, out->len - len}, ".."))
		return false;
	out->len = len > root ? len - 1 : root;
	out->data[out->len] = '\0';
	return true;
}

/* os.path.normpath(), appended to the empty OUT. */
static void normalize(struct part path, struct buf *out)
{
	struct part name;
	size_t root = path.len > 0 && path.data[0] == '/';

	if (path.len > 1 && root && path.data[1] == '/' && (path.len == 2 || path.data[2] != '/'))
		root = 2; /* POSIX leaves exactly two slashes to the system */
	buf_add(out, "//", root);
	while (next_name(&path, &name)) {
		if (is_name(name, ".") ||
				(is_name(name, "..") && (drop_last(out, root) || root > 0)))
			continue;
		if (out->len > root)
			buf_add_char(out, '/');
		buf_add(out, name.data, name.len);
	}
	if (out->len == 0)
		buf_add_char(out, '.');
}

int filter_normpath(struct run *run, const struct call *call, struct object *out)
{
	struct buf normal = BUF_INIT;
	struct part path;

	if (bind_path(run, call, &path) < 0)
		return -1;
	normalize(path, &normal);
	return object_string_buf(run, &normal, out);
}

/* What leads from the directory START to PATH, both normalized. */
static void add_relative(struct part path, struct part start, struct buf *out)
{
	struct part path_name = {NULL, 0}, start_name = {NULL, 0}, rest = path;
	bool has_path, has_start;

	for (;;) {
		rest = path;
		has_path = next_name(&path, &path_name);
		has_start = next_name(&start, &start_name);
		if (!has_path || !has_start || path_name.len != start_name.len ||
				memcmp(path_name.data, start_name.data, path_name.len) != 0)
			break;
	}
	for (; has_start; has_start = next_name(&start, &start_name))
		buf_add_str(out, out->len > 0 ? "/.." : "..");
	if (has_path && out->len > 0)
		buf_add_char(out, '/');
	while (rest.len > 0 && rest.data[0] == '/')
		rest = after(rest, 1);
	if (has_path)
		buf_add(out, rest.data, rest.len);
	if (out->len == 0)
		buf_add_char(out, '.');
}

/*
 * A relative path below the working directory, as "a" and "." after normalization: rooted at "/".
 */
static bool is_below(const struct buf *path)
{
	return path->len > 0 && path->data[0] != '/' && strcmp(path->data, "..") != 0 &&
			strncmp(path->data, "../", 3) != 0;
}

int filter_relpath(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"start"}};
	struct buf path = BUF_INIT, start = BUF_INIT, relative = BUF_INIT;
	const struct text *path_text, *start_text;
	struct object arg;
	int rc = -1;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 ||
			arg_text(run, call->self, "", &path_text) < 0)
		return -1;
	if (arg.kind == OBJECT_NONE)
		arg = (struct object){0};
	if (arg_text(run, arg, ".", &start_text) < 0 ||
			run_charge(run, (path_text->len + start_text->len) / 64) < 0)
		return -1;
	if (path_text->len == 0)
		return run_fail(run, FAULT_RUNTIME, "relpath: no path specified");
	normalize(whole(path_text), &path);
	normalize(whole(start_text), &start);
	if (!((path_text->data[0] == '/' && start_text->len > 0 && start_text->data[0] == '/') ||
			    (is_below(&path) && is_below(&start)))) {
		(void)run_fail(run, FAULT_REFUSED,
				"relpath: the way from '%s' to '%s' depends on the working "
				"directory",
				start_text->data, path_text->data);
		goto out;
	}
	if (strcmp(path.data, ".") == 0)
		buf_clear(&path);
	if (strcmp(start.data, ".") == 0)
		buf_clear(&start);
	add_relative((struct part){buf_str(&path), path.len},
			(struct part){buf_str(&start), start.len}, &relative);
	rc = object_string_buf(run, &relative, out);
out:
	buf_release(&relative);
	buf_release(&start);
	buf_release(&path);
	return rc;
}

/* How many leading names A and B share are kept in A. */
static void keep_common(struct buf *a, struct part b)
{
	struct part left = {buf_str(a), a->len}, name, other;
	size_t kept = a->len > 0 && a->data[0] == '/';

	while (next_name(&left, &name) && next_name(&b, &other) && name.len == other.len &&
			memcmp(name.data, other.data, name.len) == 0)
		kept = (size_t)(name.data + name.len - a->data);
	if (a->len > kept) {
		a->len = kept;
		a->data[kept] = '\0';
	}
}

static bool is_absolute(struct part path)
{
	return path.len > 0 && path.data[0] == '/';
}

/* PATH without "." and empty names, appended to the empty OUT. */
static void add_names(struct part path, struct buf *out)
{
	size_t root = is_absolute(path);
	struct part name;

	buf_add(out, "/", root);
	while (next_name(&path, &name)) {
		if (is_name(name, "."))
			continue;
		if (out->len > root)
			buf_add_char(out, '/');
		buf_add(out, name.data, name.len);
	}
}

/* What COMMON, which is that of the paths before, and PATH share; PATH is the first if IS_FIRST. */
static void share(struct buf *common, struct part path, bool is_first)
{
	struct buf names = BUF_INIT;

	add_names(path, &names);
	if (is_first)
		buf_add(common, names.data, names.len);
	else
		keep_common(common, (struct part){buf_str(&names), names.len});
	buf_release(&names);
}

/* A newcomer of ansible-core 2.15: os.path.commonpath(). */
int filter_commonpath(struct run *run, const struct call *call, struct object *out)
{
	struct buf common = BUF_INIT;
	const struct text *text;
	struct list *paths;
	bool are_absolute = false;
	int rc = 0;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || object_items(run, call->self, &paths) < 0)
		return -1;
	if (call->self.kind == OBJECT_STRING || paths->count == 0)
		return run_fail(run, FAULT_RUNTIME, "commonpath needs a list of paths");
	for (size_t i = 0; rc == 0 && i < paths->count; i++) {
		rc = arg_text(run, paths->items[i], "", &text);
		if (rc == 0)
			rc = run_charge(run, 1 + text->len / 64);
		if (rc < 0)
			break;
		if (i == 0)
			are_absolute = is_absolute(whole(text));
		if (is_absolute(whole(text)) != are_absolute)
			rc = run_fail(run, FAULT_RUNTIME,
					"commonpath: can't mix absolute and relative paths");
		else
			share(&common, whole(text), i == 0);
	}
	if (rc == 0)
		return object_string_buf(run, &common, out);
	buf_release(&common);
	return -1;
}
