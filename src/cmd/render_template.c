#include "src/cmd/render_template.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/cmd/say.h"
#include "src/jinja/jinja.h"
#include "src/value/doc.h"
#include "src/value/layer.h"

/* Where the templates of one command come from. */
struct files {
	const char *main; /* the only one that may lie outside of the root */
	int root_fd;	  /* -1: there is no root */
	struct arena *arena;
};

/* --- options --- */

static int choose_undefined(const char *word, enum undefined_mode *out)
{
	static const char *const words[] = {[UNDEFINED_STRICT] = "strict",
			[UNDEFINED_LENIENT] = "lenient",
			[UNDEFINED_CHAINABLE] = "chainable"};

	for (int mode = UNDEFINED_STRICT; mode <= UNDEFINED_CHAINABLE; mode++) {
		if (strcmp(word, words[mode]) == 0) {
			*out = (enum undefined_mode)mode;
			return 0;
		}
	}
	return say_error("--undefined is one of strict, lenient, chainable, not '%s'", word);
}

static int choose_options(const struct render_template *wish, struct jinja_options *out)
{
	const char *profile = wish->profile ? wish->profile : "ansible";

	if (strcmp(profile, "ansible") != 0 && strcmp(profile, "jinja") != 0)
		return say_error("--profile is ansible or jinja, not '%s'", profile);
	*out = jinja_defaults(strcmp(profile, "ansible") == 0);
	out->trim_blocks |= wish->trim_blocks;
	out->lstrip_blocks |= wish->lstrip_blocks;
	out->keep_trailing_newline |= wish->keep_trailing_newline;
	return wish->undefined ? choose_undefined(wish->undefined, &out->undefined) : 0;
}

/* --- templates --- */

/* A template below the root, whatever links there are. A descriptor, or negative errno. */
static int open_beneath(const struct files *files, const char *name)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
	long fd;

	if (files->root_fd < 0 || !path_is_clean(name))
		return -ENOENT;
	fd = syscall(SYS_openat2, files->root_fd, name, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

static int read_descriptor(int fd, struct buf *out, struct err *err)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return file_read(AT_FDCWD, path, JINJA_SOURCE_MAX, out, err);
}

static int read_template(
		const struct files *files, const char *name, struct buf *out, struct err *err)
{
	int fd, rc;

	if (strcmp(name, files->main) == 0)
		return file_read(AT_FDCWD, name, JINJA_SOURCE_MAX, out, err);
	fd = open_beneath(files, name);
	if (fd < 0)
		return err_sys(err, -fd, "open '%s'", name);
	rc = read_descriptor(fd, out, err);
	(void)close(fd);
	return rc;
}

static int load(void *arg, const char *name, const char **text, size_t *len, char message[256])
{
	struct files *files = arg;
	struct buf content = BUF_INIT;
	struct err err = ERR_INIT;
	int rc = read_template(files, name, &content, &err);

	if (rc == 0) {
		*len = content.len;
		*text = arena_copy(files->arena, buf_str(&content), content.len + 1);
		if (!*text)
			rc = err_set(&err, ENOMEM, "out of memory");
	}
	if (rc < 0)
		str_copy(message, 256, err.text);
	buf_release(&content);
	return rc;
}

/* --- values --- */

/* The document PATH merged over *VALUES. */
static int add_values(struct arena *arena, const char *path, struct value **values)
{
	struct diag findings = DIAG_INIT;
	const struct layer_spec spec = {.arena = arena, .findings = &findings};
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct value *upper;
	int rc = 0;

	if (file_read(AT_FDCWD, path, DOC_SIZE_MAX, &text, &err) < 0) {
		rc = say_error("%s", err.text);
	} else {
		upper = doc_parse(arena, path, buf_str(&text), text.len, &findings);
		if (upper)
			*values = layer_merge(&spec, *values, upper);
		if (!upper || !*values || diag_has_errors(&findings))
			rc = say_findings(&findings);
	}
	buf_release(&text);
	diag_release(&findings);
	return rc;
}

static int read_values(struct arena *arena, const struct option_list *files, struct value **out)
{
	struct value *values = NULL;
	int rc = 0;

	for (size_t i = 0; i < files->count && rc == 0; i++)
		rc = add_values(arena, files->items[i], &values);
	if (rc == 0 && !values)
		values = value_map(arena);
	*out = values;
	return rc;
}

/* --- rendering --- */

static int say_fault(const struct jinja_fault *fault)
{
	if (fault->line == 0)
		return say_error("%s: %s", fault->file, fault->message);
	return say_error("%s:%u:%u: %s", fault->file, fault->line, fault->column, fault->message);
}

static int print(const struct buf *text)
{
	if (fwrite(buf_str(text), 1, text->len, stdout) != text->len)
		return say_error("write the output: %s", strerror(errno));
	return EXIT_DONE;
}

static int render(const struct files *files, struct jinja *jinja, const struct value *values)
{
	struct jinja_render wish = {
			.name = files->main, .values = values, .limits = JINJA_LIMITS_DEFAULT};
	struct jinja_fault fault;
	struct buf text = BUF_INIT;
	int rc;

	rc = jinja_render(jinja, &wish, &text, &fault) < 0 ? say_fault(&fault) : print(&text);
	buf_release(&text);
	return rc;
}

int render_template(const struct render_template *wish)
{
	struct files files = {.main = wish->template, .root_fd = -1, .arena = arena_new(0)};
	struct jinja_loader loader = {.load = load, .arg = &files};
	struct jinja_options options;
	struct jinja *jinja = NULL;
	struct value *values = NULL;
	int rc = choose_options(wish, &options);

	if (rc != 0)
		goto out;
	if (wish->root) {
		files.root_fd = open(wish->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (files.root_fd < 0) {
			rc = say_error("open '%s': %s", wish->root, strerror(errno));
			goto out;
		}
	}
	jinja = files.arena ? jinja_new(&options, &loader) : NULL;
	if (!jinja) {
		rc = say_error("out of memory");
		goto out;
	}
	rc = read_values(files.arena, &wish->values, &values);
	if (rc == 0)
		rc = render(&files, jinja, values);
out:
	jinja_free(jinja);
	if (files.root_fd >= 0)
		(void)close(files.root_fd);
	arena_free(files.arena);
	return rc;
}
