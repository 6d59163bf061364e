#include "src/cmd/rendering.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/pairs.h"
#include "src/base/str.h"
#include "src/cmd/bounds.h"
#include "src/cmd/complaints.h"
#include "src/cmd/mounts.h"
#include "src/cmd/say.h"
#include "src/cmd/show.h"
#include "src/cmd/source.h"
#include "src/git/repo.h"
#include "src/git/rev.h"
#include "src/render/input.h"
#include "src/render/output.h"
#include "src/render/render.h"
#include "src/value/value.h"

#define STATUS_JSON  ".refmount/status.json"
#define STATUS_BYTES (64u << 20)

/* A SOURCE in words of Git. */
struct place {
	char *repository, *ref; /* owned */
	bool has_ref, is_remote;
	char *facts; /* owned: of a mount */
};

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

static void place_release(struct place *place)
{
	free(place->repository);
	free(place->ref);
	free(place->facts);
}

/* --- a mount --- */

static int take_facts(const struct value *facts, char **out)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && facts && facts->kind == VALUE_MAP && i < facts->map.count;
			i++) {
		const struct value_pair *pair = &facts->map.pairs[i];

		if (pair->value->kind == VALUE_STRING)
			rc = pairs_set(out, pair->key->string.text, pair->key->string.len,
					pair->value->string.text);
	}
	return rc;
}

static int find_mount(const char *text, struct place *out, struct err *err)
{
	struct arena *arena = arena_new(STATUS_BYTES);
	struct mount mount = MOUNT_INIT;
	struct value *status = NULL;
	int rc;

	rc = arena ? mounts_find(text, &mount, err) : no_memory(err);
	if (rc == 0)
		rc = show_parse(&mount, STATUS_JSON, arena, &status, err);
	if (rc == 0) {
		out->repository = strdup(value_get(status, "mirror") ? show_text(status, "mirror")
								     : show_text(status, "source"));
		out->ref = strdup(show_text(status, "revision"));
		out->has_ref = true;
		if (!out->repository || !out->ref ||
				take_facts(value_get(status, "facts"), &out->facts) < 0)
			rc = no_memory(err);
	}
	mount_release(&mount);
	arena_free(arena);
	return rc;
}

/* --- a repository --- */

static int find_repository(const char *text, struct place *out, struct err *err)
{
	struct source source = SOURCE_INIT;
	int rc = source_parse(text, &source, err);

	if (rc < 0)
		return rc;
	out->repository = source.repository;
	out->ref = source.ref;
	out->is_remote = source.is_remote;
	out->has_ref = strcmp(source.ref, "HEAD") != 0 || str_has_suffix(text, "#HEAD");
	return 0;
}

/* Where REF points: a name first, then whatever Git makes of it. */
static int find_commit(struct rendering *out, const char *ref, struct err *err)
{
	char full[REF_NAME_MAX];
	struct err other = ERR_INIT;
	int rc;

	rc = repo_ref(out->repo, ref, full, &out->commit, err);
	if (rc == -ENOENT && rev_parse(out->repo, ref, &out->commit, &other) == 0)
		return 0;
	return rc;
}

static int open_tree(const struct place *place, struct rendering *out, struct err *err)
{
	struct rev rev;
	int rc;

	rc = find_commit(out, place->ref, err);
	if (rc == 0)
		rc = rev_read(out->repo, &out->commit, &rev, err);
	return rc < 0 ? rc : input_new_tree(out->repo, &rev.tree, &out->input, err);
}

/* The worktree if there is one and no ref is named, else the commit. */
static int open_input(const struct place *place, struct rendering *out, struct err *err)
{
	char full[REF_NAME_MAX];
	int rc = place->has_ref ? -ENOTDIR : input_new_worktree(out->repo, &out->input, err);

	if (rc == -ENOTDIR)
		return open_tree(place, out, err);
	if (rc < 0)
		return rc;
	out->is_worktree = true;
	if (repo_ref(out->repo, "HEAD", full, &out->commit, NULL) < 0)
		out->commit = (struct oid){0};
	return 0;
}

static int open_remote(const struct place *place, struct rendering *out, struct err *err)
{
	int rc;

	rc = borrowed_fetch(place->repository, place->ref, &out->borrowed, err);
	if (rc == 0)
		rc = repo_open(out->borrowed.mirror, &out->repo, err);
	return rc < 0 ? rc : open_tree(place, out, err);
}

/* A repository that is one wins over a mount of that name; what is neither, Git explains best. */
static int open_place(const char *text, struct place *place, struct rendering *out, struct err *err)
{
	struct err other = ERR_INIT;
	int rc;

	rc = find_repository(text, place, err);
	if (rc == 0 && place->is_remote)
		return open_remote(place, out, err);
	if (rc == 0)
		rc = repo_open(place->repository, &out->repo, err);
	if (rc == -ENOENT || rc == -ENOTDIR) {
		struct place mounted = {0};

		if (find_mount(text, &mounted, &other) == 0) {
			place_release(place);
			*place = mounted;
			rc = repo_open(place->repository, &out->repo, err);
		} else {
			place_release(&mounted);
		}
	}
	return rc < 0 ? rc : open_input(place, out, err);
}

/* --- all of it --- */

static int add_facts(const struct option_list *given, char **facts, struct err *err)
{
	for (size_t i = 0; i < given->count; i++) {
		const char *text = given->items[i];
		size_t len = strcspn(text, "=");
		int rc = text[len] ? pairs_set(facts, text, len, text + len + 1) : -EINVAL;

		if (rc == -EINVAL)
			return err_set(err, EINVAL, "a fact is given as NAME=VALUE, not '%s'",
					text);
		if (rc < 0)
			return no_memory(err);
	}
	return 0;
}

int rendering_open(const struct rendering_wish *wish, struct diag *findings, struct rendering *out,
		struct err *err)
{
	struct rendering rendering = RENDERING_INIT;
	struct place place = {0};
	struct render_spec spec = {.limits = RENDER_LIMITS_DEFAULT,
			.secrets = {.dir = wish->secrets, .has_stand_in = wish->has_stand_in},
			.uid = geteuid(),
			.gid = getegid()};
	int rc;

	bounds_set();
	rc = open_place(wish->source, &place, &rendering, err);
	if (rc == 0) {
		rendering.facts = place.facts;
		place.facts = NULL;
		rc = add_facts(&wish->facts, &rendering.facts, err);
	}
	if (rc == 0) {
		if (!spec.secrets.dir)
			spec.secrets.dir = getenv("CREDENTIALS_DIRECTORY");
		spec.input = rendering.input;
		rc = render_open(&spec, findings, &rendering.render, err);
	}
	place_release(&place);
	if (rc < 0)
		rendering_close(&rendering);
	else
		*out = rendering;
	return rc;
}

void rendering_close(struct rendering *rendering)
{
	render_free(rendering->render);
	input_free(rendering->input);
	repo_close(rendering->repo);
	borrowed_release(&rendering->borrowed);
	free(rendering->facts);
	*rendering = (struct rendering)RENDERING_INIT;
}

int rendering_finish(
		struct rendering *rendering, struct diag *findings, int rc, const struct err *err)
{
	int code = EXIT_DONE;

	diag_sort(findings);
	complaints_print(stderr, "refmount: ", findings, rendering->input);
	if (rc < 0)
		code = say_error("%s", err->text);
	else if (diag_has_errors(findings))
		code = EXIT_NO;
	rendering_close(rendering);
	diag_release(findings);
	return code;
}

int rendering_read(struct rendering *rendering, const struct output *output, struct buf *out,
		struct err *err)
{
	struct tree_entry entry = {.kind = output->kind == OUTPUT_LINK ? TREE_LINK : TREE_FILE,
			.oid = output->oid};

	if (output->kind != OUTPUT_TEXT)
		return input_read_entry(rendering->input, output->source, &entry,
				RENDERING_FILE_BYTES, out, err);
	buf_add(out, output->text, output->size);
	return buf_ok(out) ? 0 : no_memory(err);
}
