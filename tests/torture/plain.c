#include "tests/torture/plain.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/torture/journal.h"
#include "tests/torture/model.h"
#include "tests/torture/witness.h"

/* Whole trees that stay behind the link, for readers on their way. */
#define TREES_KEPT 20

bool plain_method_parse(const char *name, enum plain_method *out)
{
	static const char *const names[] = {"static", "rewrite", "replace", "swap"};
	unsigned i;

	for (i = 0; i < 4; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum plain_method)i;
			return true;
		}
	}
	return false;
}

static void write_file(const char *path, const struct model_span *span)
{
	char content[MODEL_CONTENT_MAX];
	size_t len = model_content_fill(span->written, span->origin, content);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, content, len) != (ssize_t)len ||
			fchmod(fd, span->is_executable ? 0755 : 0644) < 0)
		err(2, "write '%s'", path);
	(void)close(fd);
}

/* Make PATH what SPAN says; FRESH goes through a file beside it. */
static void put(const char *path, const struct model_span *span, bool is_fresh)
{
	char aside[4096], target[64];

	(void)snprintf(aside, sizeof(aside), "%.4000s.new", path);
	switch (span->kind) {
	case MODEL_FOLDER:
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			err(2, "make '%s'", path);
		return;
	case MODEL_LINK:
		(void)model_target(span->written, span->origin, target, sizeof(target));
		if (symlink(target, aside) < 0 || rename(aside, path) < 0)
			err(2, "link '%s'", path);
		return;
	case MODEL_FILE:
		write_file(is_fresh ? aside : path, span);
		if (is_fresh && rename(aside, path) < 0)
			err(2, "rename '%s'", aside);
		return;
	default:
		return;
	}
}

static void write_tree(const struct model *model, const char *dir, uint32_t revision)
{
	char path[4096];
	uint32_t i;

	for (i = 0; i < model->slot_count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, model->slots[i].path);
		put(path, model_at(model, i, revision), false);
	}
}

static void swap_link(const char *dir, uint32_t revision)
{
	char target[64], aside[4096], link[4096];

	(void)snprintf(target, sizeof(target), "rev-%" PRIu32, revision);
	(void)snprintf(aside, sizeof(aside), "%s/tree.new", dir);
	(void)snprintf(link, sizeof(link), "%s/tree", dir);
	if (symlink(target, aside) < 0 || rename(aside, link) < 0)
		err(2, "swap '%s'", link);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void swap_tree(const struct model *model, const char *dir, uint32_t revision)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/rev-%" PRIu32, dir, revision);
	write_tree(model, path, revision);
	swap_link(dir, revision);
	if (revision < TREES_KEPT)
		return;
	(void)snprintf(path, sizeof(path), "%s/rev-%" PRIu32, dir, revision - TREES_KEPT);
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* From the revision before to REVISION, one path after the other. */
static void change_tree(
		const struct model *model, const char *dir, uint32_t revision, bool is_fresh)
{
	size_t from = model->changed_from[revision], to = model->changed_from[revision + 1], i;
	char path[4096];

	/* Inner paths were put down after their folders, so they go before them. */
	for (i = to; i-- > from;) {
		uint32_t slot = model->changed[i];
		enum model_kind was = model_at(model, slot, revision - 1)->kind;

		if (was == MODEL_ABSENT ||
				was == (enum model_kind)model_at(model, slot, revision)->kind)
			continue;
		(void)snprintf(path, sizeof(path), "%s/tree/%s", dir, model->slots[slot].path);
		(void)remove(path);
	}
	/* A morph's old folder is emptied only now; whatever refused above goes here. */
	for (i = from; i < to; i++) {
		uint32_t slot = model->changed[i];
		enum model_kind was = model_at(model, slot, revision - 1)->kind;

		(void)snprintf(path, sizeof(path), "%s/tree/%s", dir, model->slots[slot].path);
		if (was != (enum model_kind)model_at(model, slot, revision)->kind)
			(void)remove(path);
		put(path, model_at(model, slot, revision), is_fresh);
	}
}

void plain_start(const struct model *model, const char *dir, enum plain_method method)
{
	char path[4096];

	if (method == PLAIN_SWAP) {
		swap_tree(model, dir, 0);
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/tree", dir);
	write_tree(model, path, 0);
}

static void nap(uint32_t us)
{
	struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000L};

	(void)nanosleep(&time, NULL);
}

void plain_run(const struct model *model, struct journal *journal, const char *dir,
		enum plain_method method, uint32_t switches, uint32_t pause_us)
{
	uint32_t revision, place;

	for (revision = 1; revision <= switches && revision < model->revisions; revision++) {
		nap(pause_us);
		if (method == PLAIN_STATIC)
			continue;
		place = journal_add(journal, revision);
		if (method == PLAIN_SWAP)
			swap_tree(model, dir, revision);
		else
			change_tree(model, dir, revision, method == PLAIN_REPLACE);
		journal_raise(journal, place, MODEL_STAMP, SWITCHED, MODEL_FILE);
	}
	atomic_store(&journal->is_over, 1);
}
