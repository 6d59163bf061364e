#include "src/cmd/offers.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/base/oid.h"
#include "src/base/str.h"
#include "src/cmd/doctor_subject.h"
#include "src/cmd/mounts.h"
#include "src/cmd/options.h"
#include "src/cmd/show.h"
#include "src/git/repo.h"
#include "src/value/value.h"

#define ARENA_LIMIT (64u << 20)

/* A name with control characters breaks the lines, and could tell the terminal something. */
static bool is_plain(const char *text)
{
	const char *end = text + strlen(text);

	while (text < end) {
		uint32_t code = str_next_code(&text, end);

		if (code < ' ' || (code >= 0x7f && code < 0xa0))
			return false;
	}
	return true;
}

void offers_add(struct offers *offers, const char *candidate, const char *tail, const char *about)
{
	const char *typed = offers->word + offers->kept;

	if (strncmp(candidate, typed, strlen(typed)) != 0 || !is_plain(candidate))
		return;
	buf_add(&offers->lines, offers->word, offers->kept);
	buf_printf(&offers->lines, "%s%s%s%s\n", candidate, tail, about ? "\t" : "",
			about ? about : "");
}

/* --- mounts and configurations --- */

static void add_mounts(struct offers *offers)
{
	struct mounts mounts = MOUNTS_INIT;

	if (mounts_list(&mounts, NULL) < 0)
		return;
	for (size_t i = 0; i < mounts.count; i++) {
		offers_add(offers, mounts.items[i].name, "", mounts.items[i].path);
		offers_add(offers, mounts.items[i].path, "", mounts.items[i].name);
	}
	mounts_release(&mounts);
}

static void add_configs(struct offers *offers)
{
	struct subjects subjects = SUBJECTS_INIT;

	if (subjects_list(&subjects, NULL) < 0)
		return;
	for (size_t i = 0; i < subjects.count; i++) {
		if (subjects.items[i].config)
			offers_add(offers, subjects.items[i].name, "", subjects.items[i].config);
	}
	subjects_release(&subjects);
}

/* --- refs --- */

static bool add_ref(void *offers, const char *name)
{
	offers_add(offers, name, "", NULL);
	return true;
}

static void add_refs_of(struct offers *offers, const char *repository)
{
	struct repo *repo = NULL;

	if (repo_open(repository, &repo, NULL) < 0)
		return;
	repo_each_ref(repo, add_ref, offers);
	repo_close(repo);
}

/* Those of the repository that MOUNT is of; what is elsewhere has a mirror here. */
static void add_refs_of_mount(struct offers *offers, const struct mount *mount)
{
	struct value *status = NULL;
	struct arena *arena = arena_new(ARENA_LIMIT);
	const struct value *mirror;

	if (arena && show_parse(mount, ".refmount/status.json", arena, &status, NULL) == 0) {
		mirror = value_get(status, "mirror");
		add_refs_of(offers, show_text(status, mirror ? "mirror" : "source"));
	}
	arena_free(arena);
}

/* REPO, of REPO#REF. */
static void add_refs_of_source(struct offers *offers, const char *source)
{
	const char *mark = strrchr(source, '#');
	char *repository = mark ? strndup(source, (size_t)(mark - source)) : strdup(source);

	if (repository)
		add_refs_of(offers, repository);
	free(repository);
}

static void add_sources(struct offers *offers)
{
	const char *mark = strrchr(offers->word, '#');

	if (!mark)
		return;
	offers->kept = (size_t)(mark + 1 - offers->word);
	add_refs_of_source(offers, offers->word);
	offers->kept = 0;
}

/* --- what a mount shows --- */

static DIR *open_below(const struct mount *mount, const char *path, size_t len)
{
	struct buf full = BUF_INIT;
	DIR *dir = NULL;

	buf_printf(&full, "%s/%.*s", mount->path, (int)len, path);
	if (buf_ok(&full))
		dir = opendir(full.data);
	buf_release(&full);
	return dir;
}

static bool is_folder(DIR *dir, const char *name)
{
	struct stat st;

	return fstatat(dirfd(dir), name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* What is in the folder that the word names up to its last slash. */
static void add_paths(struct offers *offers, const struct mount *mount)
{
	const char *slash = strrchr(offers->word, '/');
	const struct dirent *entry;
	DIR *dir;

	offers->kept = slash ? (size_t)(slash + 1 - offers->word) : 0;
	dir = open_below(mount, offers->word, offers->kept);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' || offers->word[offers->kept] == '.')
			offers_add(offers, entry->d_name, is_folder(dir, entry->d_name) ? "/" : "",
					NULL);
	}
	if (dir)
		(void)closedir(dir);
	offers->kept = 0;
}

/* @1, @2 ...: as many revisions as are kept besides the one that is served. */
static void add_steps(struct offers *offers, const struct mount *mount)
{
	DIR *dir = open_below(mount, ".refmount/at", strlen(".refmount/at"));
	const struct dirent *entry;
	char step[24];
	int kept = 0;

	while (dir && (entry = readdir(dir)) != NULL)
		kept += strlen(entry->d_name) == OID_HEX_SIZE - 1;
	if (dir)
		(void)closedir(dir);
	for (int n = 1; n < kept; n++) {
		(void)snprintf(step, sizeof(step), "@%d", n);
		offers_add(offers, step, "", NULL);
	}
}

static void look_up_in_mount(struct offers *offers, unsigned kinds, const struct mount *mount)
{
	if (kinds & OFFER_PATHS)
		add_paths(offers, mount);
	if (kinds & OFFER_REVISIONS)
		add_steps(offers, mount);
	if (kinds & (OFFER_REFS | OFFER_REVISIONS))
		add_refs_of_mount(offers, mount);
}

static void look_up_in_operand(struct offers *offers, unsigned kinds, const char *operand)
{
	struct mount mount = MOUNT_INIT;

	if (mounts_find(operand, &mount, NULL) == 0)
		look_up_in_mount(offers, kinds, &mount);
	else if (operand && (kinds & (OFFER_REFS | OFFER_REVISIONS)))
		add_refs_of_source(offers, operand);
	mount_release(&mount);
}

void offers_look_up(struct offers *offers, unsigned kinds, const char *operand)
{
	if (kinds & OFFER_FILES)
		offers->shell = "files";
	else if (kinds & OFFER_FOLDERS)
		offers->shell = "folders";
	if (kinds & OFFER_MOUNTS)
		add_mounts(offers);
	if (kinds & OFFER_CONFIGS)
		add_configs(offers);
	if (kinds & OFFER_SOURCES)
		add_sources(offers);
	if (kinds & (OFFER_REFS | OFFER_REVISIONS | OFFER_PATHS))
		look_up_in_operand(offers, kinds, operand);
}
