#include "src/engine/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/engine/kept.h"
#include "src/snap/builder.h"
#include "src/snap/index.h"

/* Folder numbers of the overlay, all below DIR_FIRST_FREE. */
enum { DIR_CONTROL = 2, DIR_AT = 3 };

#define MODE_FILE 0444
#define MODE_DIR  0555
#define MODE_LINK 0777

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

#define TEXT_FIRST_CONTROL TEXT_STATUS_JSON /* from here on in .refmount */

static const char *const names[TEXT_COUNT] = {
		[TEXT_STATUS] = ".status",
		[TEXT_DRIFT] = ".drift",
		[TEXT_STATUS_JSON] = "status.json",
		[TEXT_DRIFT_JSON] = "drift.json",
		[TEXT_REVISION] = "revision",
		[TEXT_HISTORY] = "history",
		[TEXT_HISTORY_JSON] = "history.json",
		[TEXT_DIFF] = "diff",
		[TEXT_READERS] = "readers",
		[TEXT_METRICS] = "metrics",
};

void texts_release(struct texts *texts)
{
	for (int i = 0; i < TEXT_COUNT; i++)
		buf_release(&texts->of[i]);
}

struct maker {
	const struct overlay_spec *spec;
	struct builder *builder;
	struct index_change changes[3]; /* one a folder, by number */
};

static struct node_spec named(
		const struct maker *maker, const char *name, uint32_t mode, uint32_t parent)
{
	return (struct node_spec){
			.name = name,
			.name_len = strlen(name),
			.mode = mode,
			.uid = maker->spec->uid,
			.gid = maker->spec->gid,
			.parent = parent,
			.revision = PLACE_NONE,
	};
}

static place add_text(struct maker *maker, enum text which, uint32_t parent)
{
	struct node_spec spec = named(maker, names[which], MODE_FILE, parent);
	const struct buf *text = &maker->spec->texts->of[which];
	place data = builder_data(maker->builder, buf_str(text), text->len);

	return builder_file(maker->builder, NODE_FILE, &spec, data, text->len, NULL);
}

static place add_link(struct maker *maker, const char *name, const struct oid *commit)
{
	struct node_spec spec = named(maker, name, MODE_LINK, DIR_AT);
	char hex[OID_HEX_SIZE];
	place data;

	oid_format(commit, hex);
	data = builder_data(maker->builder, hex, OID_HEX_SIZE - 1);
	return builder_file(maker->builder, NODE_LINK, &spec, data, OID_HEX_SIZE - 1, NULL);
}

static place add_pin(struct maker *maker, const struct generation *generation)
{
	struct node_spec spec;
	char hex[OID_HEX_SIZE];

	oid_format(&generation->commit, hex);
	spec = named(maker, hex, MODE_DIR, DIR_AT);
	return builder_pin(maker->builder, &spec, generation->number);
}

static place add_candidate(struct maker *maker)
{
	struct node_spec spec = named(maker, "candidate", MODE_DIR, DIR_CONTROL);

	return builder_pin(maker->builder, &spec, maker->spec->candidate);
}

/* PARENT 0: the root, which has no name. */
static place add_dir(struct maker *maker, const char *name, uint32_t dir, const place *entries,
		uint32_t count)
{
	uint32_t parent = dir == DIR_ROOT ? 0 : dir == DIR_AT ? DIR_CONTROL : DIR_ROOT;
	struct node_spec spec = named(maker, name, MODE_DIR, parent);
	place at = builder_dir(maker->builder, &spec, dir, entries, count);

	maker->changes[dir - DIR_ROOT] = (struct index_change){.dir = dir, .to = at};
	return at;
}

/* One pin a commit: of twins (a rebuilt generation) the one that is shown, else the newer. */
static bool has_better_twin(const struct overlay_spec *spec, size_t i)
{
	const struct generation *twin, *item = spec->kept->items[i];
	size_t j;

	for (j = 0; j < spec->kept->count; j++) {
		twin = spec->kept->items[j];
		if (j == i || twin->number == spec->candidate ||
				!oid_equal(&item->commit, &twin->commit))
			continue;
		if (twin->number == spec->shown || (j > i && item->number != spec->shown))
			return true;
	}
	return false;
}

static place add_at(struct maker *maker)
{
	const struct overlay_spec *spec = maker->spec;
	place *entries = calloc(spec->kept->count + 2, sizeof(*entries));
	place at = PLACE_NONE;
	uint32_t count = 0;
	size_t i;

	if (!entries)
		return PLACE_NONE;
	for (i = 0; i < spec->kept->count; i++) {
		if (spec->kept->items[i]->number != spec->candidate && !has_better_twin(spec, i))
			entries[count++] = add_pin(maker, spec->kept->items[i]);
	}
	if (!oid_is_zero(&spec->current))
		entries[count++] = add_link(maker, "current", &spec->current);
	if (!oid_is_zero(&spec->previous))
		entries[count++] = add_link(maker, "previous", &spec->previous);
	at = add_dir(maker, "at", DIR_AT, entries, count);
	free(entries);
	return at;
}

static place add_control(struct maker *maker)
{
	const struct overlay_spec *spec = maker->spec;
	place entries[TEXT_COUNT + 2];
	uint32_t count = 0;

	for (int i = TEXT_FIRST_CONTROL; spec->texts && i < TEXT_COUNT; i++)
		entries[count++] = add_text(maker, i, DIR_CONTROL);
	if (spec->candidate > 0)
		entries[count++] = add_candidate(maker);
	entries[count++] = add_at(maker);
	return add_dir(maker, ".refmount", DIR_CONTROL, entries, count);
}

/* What is seen where there is no generation yet. */
static int add_bare(struct maker *maker, struct overlay *out)
{
	struct node_spec spec = named(maker, "", MODE_DIR, 0);
	struct index_change change = {.dir = DIR_ROOT};

	out->bare_root = builder_dir(maker->builder, &spec, DIR_ROOT, NULL, 0);
	change.to = out->bare_root;
	return index_update(maker->builder, PLACE_NONE, &change, 1, &out->bare_index);
}

static int fill(struct maker *maker, struct overlay *out, struct err *err)
{
	place entries[TEXT_FIRST_CONTROL + 1];
	uint32_t count = 0;
	int rc;

	for (int i = 0; maker->spec->texts && i < TEXT_FIRST_CONTROL; i++)
		entries[count++] = add_text(maker, i, DIR_ROOT);
	entries[count++] = add_control(maker);
	out->root = add_dir(maker, "", DIR_ROOT, entries, count);
	rc = index_update(maker->builder, PLACE_NONE, maker->changes, 3, &out->index);
	if (rc == 0 && !maker->spec->texts)
		rc = add_bare(maker, out);
	if (rc < 0)
		return err_sys(err, -rc, "index of the virtual files");
	return builder_seal(maker->builder, err);
}

int overlay_make(const struct overlay_spec *spec, struct overlay *out, struct err *err)
{
	const struct revision revision = {.commit = spec->current, .time = spec->time};
	struct maker maker = {.spec = spec};
	struct overlay made = {.fd = -1};
	int rc;

	made.fd = memfd_create("refmount-overlay", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (made.fd < 0)
		return err_sys(err, errno, "memory file for the virtual files");
	rc = builder_new(made.fd, spec->number, NULL, &revision, &maker.builder, err);
	if (rc == 0)
		rc = fill(&maker, &made, err);
	builder_free(maker.builder);
	if (rc == 0 && fcntl(made.fd, F_ADD_SEALS, SEALS) < 0)
		rc = err_sys(err, errno, "seal the virtual files");
	if (rc < 0) {
		(void)close(made.fd);
		return rc;
	}
	*out = made;
	return 0;
}
