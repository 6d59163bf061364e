#include "src/render/shown.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/glob.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/render/files.h"
#include "src/render/output.h"
#include "src/value/value.h"

struct reading {
	const struct manifest *manifest;
	struct shown *shown;
};

void shown_release(struct shown *shown)
{
	for (size_t i = 0; i < shown->count; i++) {
		free(shown->items[i].source);
		free(shown->items[i].path);
	}
	free(shown->items);
	*shown = (struct shown)SHOWN_INIT;
}

/* A file with copies of both texts; PATH_LEN bytes of PATH. NULL: no memory. */
static struct shown_file *add(
		struct shown *shown, const char *source, const char *path, size_t path_len)
{
	struct shown_file *file;

	if (vec_reserve(&shown->items, &shown->cap, shown->count + 1, sizeof(*shown->items)) < 0)
		return NULL;
	file = &shown->items[shown->count++];
	*file = (struct shown_file){.source = strdup(source), .path = strndup(path, path_len)};
	return file->source && file->path ? file : NULL;
}

static const struct engine_rule *find_engine(const struct manifest *manifest, const char *name)
{
	const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;

	for (size_t i = 0; manifest && i < manifest->engine_count; i++) {
		const struct engine_rule *rule = &manifest->engines[i];

		if (str_has_suffix(last, rule->suffix) && strlen(last) > strlen(rule->suffix))
			return rule;
	}
	return NULL;
}

static bool is_ignored(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; manifest && i < manifest->ignore_count; i++) {
		if (glob_matches(manifest->ignores[i].glob, name))
			return true;
	}
	return false;
}

/* files_fn */
static int take(void *arg, const char *path, const char *name, const struct tree_entry *entry,
		struct err *err)
{
	struct reading *reading = arg;
	const struct engine_rule *rule = NULL;
	struct shown_file *file;
	size_t len = strlen(name);

	if (is_ignored(reading->manifest, name))
		return 0;
	if (entry->kind != TREE_LINK)
		rule = find_engine(reading->manifest, name);
	if (rule)
		len -= strlen(rule->suffix);
	file = add(reading->shown, path, name, len);
	if (!file)
		return err_set(err, ENOMEM, "out of memory");
	file->name = file->source + (name - path);
	file->engine = rule ? rule->engine : ENGINE_NONE;
	file->kind = entry->kind;
	file->oid = entry->oid;
	return 0;
}

static int add_views(const struct manifest *manifest, struct shown *shown, struct err *err)
{
	for (size_t i = 0; manifest && i < manifest->view_count; i++) {
		const struct view_spec *view = &manifest->views[i];
		struct shown_file *file = add(shown, MANIFEST_NAME, view->path, strlen(view->path));

		if (!file)
			return err_set(err, ENOMEM, "out of memory");
		file->name = file->source;
		file->view = view;
	}
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct shown_file *a = left, *b = right;
	int rc = output_compare_paths(a->path, b->path);

	return rc != 0 ? rc : strcmp(a->source, b->source);
}

int shown_read(const struct files_spec *spec, const struct manifest *manifest, struct shown *out,
		struct err *err)
{
	struct reading reading = {.manifest = manifest, .shown = out};
	struct err reason = ERR_INIT;
	int rc;

	rc = files_walk(spec, take, &reading, &reason);
	if (rc == -ENOENT || rc == -ENOTDIR) {
		rc = 0;
		/* Only views: then nothing else need be there. */
		if (!manifest || manifest->view_count == 0)
			diag_add(spec->findings, DIAG_ERROR, MANIFEST_NAME, 0, 0,
					"there is no folder '%s' with the files to show "
					"(files.root)",
					spec->folder);
	}
	if (rc == 0)
		rc = add_views(manifest, out, &reason);
	if (rc == 0 && out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), compare);
	if (rc < 0 && err)
		*err = reason;
	return rc;
}

static bool is_met(const struct fact_condition *condition, const struct value *facts)
{
	const struct value *fact = value_get(facts, condition->fact);

	for (const char *const *word = condition->words; fact && *word; word++) {
		if (strcmp(fact->string.text, *word) == 0)
			return true;
	}
	return false;
}

/* All rules that match have to agree. */
static bool is_wanted(const struct manifest *manifest, const struct value *facts, const char *path)
{
	for (size_t i = 0; manifest && i < manifest->only_count; i++) {
		const struct only_rule *rule = &manifest->onlys[i];

		if (!glob_matches(rule->glob, path))
			continue;
		for (size_t k = 0; k < rule->count; k++) {
			if (!is_met(&rule->conditions[k], facts))
				return false;
		}
	}
	return true;
}

static void complain(const struct shown_file *file, struct diag *findings, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));

static void complain(const struct shown_file *file, struct diag *findings, const char *fmt, ...)
{
	uint32_t line = file->view ? file->view->origin.line : 0;
	uint32_t column = file->view ? file->view->origin.column : 0;
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_add(findings, DIAG_ERROR, file->source, line, column, "%s", text);
}

static const char *what(const struct shown_file *file)
{
	return file->view ? "a view of the manifest" : file->source;
}

/* Sorted as they are, what is below a file follows it at once, as does what has its path. */
static void check_neighbours(
		const struct shown_file *file, const struct shown_file *next, struct diag *findings)
{
	size_t len = strlen(file->path);

	if (strcmp(file->path, next->path) == 0)
		complain(next, findings, "'%s' is made twice: by this and by %s", next->path,
				what(file));
	else if (strncmp(file->path, next->path, len) == 0 && next->path[len] == '/')
		complain(next, findings, "'%s' cannot be a folder: %s makes a file of it",
				file->path, what(file));
}

static void check_name(const struct shown_file *file, struct diag *findings)
{
	if (manifest_is_virtual(file->path))
		complain(file, findings,
				"'%s' is a name that the mount uses itself: call it something else",
				file->path);
}

int shown_select(const struct shown *all, const struct manifest *manifest,
		const struct value *facts, struct diag *findings, const struct shown_file ***out,
		size_t *count)
{
	const struct shown_file **files = calloc(all->count + 1, sizeof(*files));
	size_t used = 0;

	if (!files)
		return -ENOMEM;
	for (size_t i = 0; i < all->count; i++) {
		const struct shown_file *file = &all->items[i];

		if (!is_wanted(manifest, facts, file->path))
			continue;
		check_name(file, findings);
		if (used > 0)
			check_neighbours(files[used - 1], file, findings);
		files[used++] = file;
	}
	*out = files;
	*count = used;
	return 0;
}
