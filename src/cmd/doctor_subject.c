#include "src/cmd/doctor_subject.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/cmd/config.h"
#include "src/cmd/mounts.h"
#include "src/cmd/plan.h"
#include "src/cmd/show.h"
#include "src/fetch/remote.h"
#include "src/link/settings.h"
#include "src/value/value.h"

#define ARENA_LIMIT (16u << 20) /* bytes */
#define CONFIG_END  ".yaml"
#define STATUS_JSON ".refmount/status.json"

/* --- which there are --- */

static void subject_release(struct subject *subject)
{
	if (subject->mount)
		mount_release(subject->mount);
	free(subject->mount);
	free(subject->name);
	free(subject->config);
	free(subject->source);
}

void subjects_release(struct subjects *subjects)
{
	for (size_t i = 0; i < subjects->count; i++)
		subject_release(&subjects->items[i]);
	free(subjects->items);
	*subjects = (struct subjects)SUBJECTS_INIT;
}

/* The subject NAME (NULL: a source), made if there is none; NULL without memory. */
static struct subject *get(struct subjects *subjects, const char *name)
{
	struct subject *subject;

	for (size_t i = 0; name && i < subjects->count; i++) {
		if (strcmp(subjects->items[i].name, name) == 0)
			return &subjects->items[i];
	}
	if (vec_reserve(&subjects->items, &subjects->cap, subjects->count + 1,
			    sizeof(*subjects->items)) < 0)
		return NULL;
	subject = &subjects->items[subjects->count];
	*subject = (struct subject){.name = name ? strdup(name) : NULL};
	if (name && !subject->name)
		return NULL;
	subjects->count++;
	return subject;
}

static int add_config(struct subjects *subjects, const char *name)
{
	struct subject *subject = get(subjects, name);
	struct buf path = BUF_INIT;

	if (!subject)
		return -ENOMEM;
	buf_printf(&path, "%s/%s" CONFIG_END, CONFIG_DIR, name);
	subject->config = buf_steal(&path);
	return subject->config ? 0 : -ENOMEM;
}

static int add_configs(struct subjects *subjects)
{
	DIR *dir = opendir(CONFIG_DIR);
	const struct dirent *entry;
	char name[NAME_MAX + 1];
	int rc = 0;

	while (dir && rc == 0 && (entry = readdir(dir)) != NULL) {
		if (!str_has_suffix(entry->d_name, CONFIG_END))
			continue;
		str_copy(name, sizeof(name), entry->d_name);
		name[strlen(name) - strlen(CONFIG_END)] = '\0';
		if (path_is_name(name))
			rc = add_config(subjects, name);
	}
	if (dir)
		(void)closedir(dir);
	return rc;
}

/* MOUNT is moved out of where it is. */
static int add_mount(struct subjects *subjects, struct mount *mount)
{
	struct subject *subject = get(subjects, mount->name);

	if (!subject)
		return -ENOMEM;
	if (subject->mount) /* root's and ours have the same name: root's comes last */
		return 0;
	subject->mount = malloc(sizeof(*subject->mount));
	if (!subject->mount)
		return -ENOMEM;
	*subject->mount = *mount;
	*mount = (struct mount)MOUNT_INIT;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct subject *)a)->name, ((const struct subject *)b)->name);
}

int subjects_list(struct subjects *out, struct err *err)
{
	struct subjects subjects = SUBJECTS_INIT;
	struct mounts mounts = MOUNTS_INIT;
	int rc;

	rc = mounts_list(&mounts, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < mounts.count && rc == 0; i++)
		rc = add_mount(&subjects, &mounts.items[i]);
	if (rc == 0)
		rc = add_configs(&subjects);
	mounts_release(&mounts);
	if (rc < 0) {
		subjects_release(&subjects);
		return err_sys(err, -rc, "list of mounts");
	}
	if (subjects.count > 1)
		qsort(subjects.items, subjects.count, sizeof(*subjects.items), compare);
	*out = subjects;
	return 0;
}

/* --- which is meant --- */

/* WHAT as an absolute path without a final slash. */
static void absolute(struct buf *out, const char *what)
{
	char here[PATH_MAX];

	if (what[0] == '/')
		buf_add_str(out, what);
	else if (getcwd(here, sizeof(here)))
		path_join(out, here, what);
	while (out->len > 1 && out->data[out->len - 1] == '/')
		buf_cut(out, out->len - 1);
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool is_meant(const struct subject *subject, const char *what, const char *path)
{
	if (strcmp(subject->name, what) == 0)
		return true;
	return subject->mount && is_below(path, subject->mount->path);
}

/* Only what WHAT means; false: nothing. */
static bool keep_meant(struct subjects *subjects, const char *what)
{
	struct buf path = BUF_INIT;
	size_t i, found;

	absolute(&path, what);
	for (found = 0; found < subjects->count; found++) {
		if (is_meant(&subjects->items[found], what, buf_str(&path)))
			break;
	}
	buf_release(&path);
	if (found == subjects->count)
		return false;
	for (i = 0; i < subjects->count; i++) {
		if (i != found)
			subject_release(&subjects->items[i]);
	}
	subjects->items[0] = subjects->items[found];
	subjects->count = 1;
	return true;
}

static int not_found(const struct subjects *subjects, const char *what, struct err *err)
{
	const char **names = calloc(subjects->count + 1, sizeof(*names)), *near = NULL;

	for (size_t i = 0; names && i < subjects->count; i++)
		names[i] = subjects->items[i].name;
	if (names)
		near = str_suggest(what, names);
	if (near)
		(void)err_set(err, ENOENT, "no mount or configuration '%s' (did you mean '%s'?)",
				what, near);
	else
		(void)err_set(err, ENOENT,
				"no mount '%s', no %s/%s" CONFIG_END " (a repository: ./%s)", what,
				CONFIG_DIR, what, what);
	free(names);
	return -ENOENT;
}

/* A word alone is a name; what has a slash, a ref or a host in it is a source. */
static bool is_source(const char *what)
{
	return strpbrk(what, "/#") || remote_is_url(what) || strcmp(what, ".") == 0;
}

int subjects_find(const char *what, struct subjects *out, struct err *err)
{
	struct subjects subjects = SUBJECTS_INIT;
	struct subject *subject;
	int rc;

	rc = subjects_list(&subjects, err);
	if (rc < 0)
		return rc;
	if (!keep_meant(&subjects, what)) {
		if (!is_source(what)) {
			rc = not_found(&subjects, what, err);
			subjects_release(&subjects);
			return rc;
		}
		subjects_release(&subjects);
		subject = get(&subjects, NULL);
		if (subject)
			subject->source = strdup(what);
		if (!subject || !subject->source) {
			subjects_release(&subjects);
			return err_sys(err, ENOMEM, "'%s'", what);
		}
	}
	*out = subjects;
	return 0;
}

/* --- its settings --- */

/* REPO#REF as .status has them. */
static int status_source(const struct mount *mount, struct buf *out, struct err *err)
{
	struct arena *arena = arena_new(ARENA_LIMIT);
	struct value *status;
	int rc;

	rc = arena ? show_parse(mount, STATUS_JSON, arena, &status, err)
		   : err_sys(err, ENOMEM, "status");
	if (rc == 0) {
		buf_add_str(out, show_text(status, "source"));
		if (value_get(status, "ref"))
			buf_printf(out, "#%s", show_text(status, "ref"));
	}
	arena_free(arena);
	return rc;
}

int subject_settings(const struct subject *subject, struct settings *out, struct diag *findings,
		struct err *err)
{
	struct plan plan = {.config = subject->config,
			.name = subject->name,
			.source = subject->source};
	struct buf source = BUF_INIT;
	int rc = 0;

	if (!subject->config && subject->mount) {
		rc = status_source(subject->mount, &source, err);
		plan.source = buf_str(&source);
	}
	if (!subject->config)
		plan.mountpoint = subject->mount ? subject->mount->path : "/";
	if (rc == 0)
		rc = plan_settings(&plan, out, findings, err);
	buf_release(&source);
	return rc;
}
