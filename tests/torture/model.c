/*
 * The simulation. A model is played from its seed, revision by revision: each revision touches a
 * handful of slots (sometimes very many), each at most once, in the ways that its role allows.
 *
 *     role     looks like                     can
 *     FIXED    d003/                          nothing
 *     STAMP    REVISION                       change in every revision
 *     PLAIN    d003/f07                       appear, change, chmod, return to old bytes, vanish
 *     LINK     d003/l1                        appear, be retargeted, vanish
 *     MORPH    d003/m0, d003/m0/in1           be a file, a folder with files, or nothing
 *     PAIR     d003/a0 and d003/b0            be renamed one to the other, with the same bytes
 *     FOLDER   d003/g/deep/x1, t2/z           come and go as a whole
 *     INNER    what is inside a MORPH or FOLDER
 *
 * Old bytes come back on purpose: a path whose content equals that of an earlier revision must not
 * be taken for a step back, and must not make the file system mix up its nodes.
 */
#include "tests/torture/model.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/torture/chance.h"

enum role { FIXED, STAMP, PLAIN, LINK, MORPH, PAIR, FOLDER, INNER };

#define PLAIN_PER_FOLDER 24
#define SLOTS_PER_FOLDER 44
#define TOP_FOLDERS	 4

/* Usual number of slots touched by one revision, and that of one revision in BIG_EVERY. */
#define OPS_USUAL 9
#define OPS_BIG	  150
#define BIG_EVERY 40

struct play {
	struct model *model;
	uint64_t chance;
	uint32_t revision;
	uint32_t *touched; /* per slot: revision + 1 of the last touch */
	bool *is_dirty;	   /* per slot: its listing may have changed */
};

static void *grown(void *array, size_t count, size_t *room, size_t size)
{
	void *more = array;

	if (count < *room)
		return array;
	*room = *room ? 2 * *room : 4;
	more = reallocarray(array, *room, size);
	if (!more)
		err(2, "the model");
	return more;
}

/* --- slots --- */

static uint32_t slot_add(struct model *model, uint32_t parent, enum role role, const char *name)
{
	size_t room = model->slot_room;
	struct model_slot *slot;
	char path[MODEL_PATH_MAX];
	const char *above;

	model->slots = grown(model->slots, model->slot_count, &room, sizeof(*model->slots));
	model->slot_room = (uint32_t)room;
	above = model->slot_count ? model->slots[parent].path : "";
	(void)snprintf(path, sizeof(path), "%.40s%s%.20s", above, *above ? "/" : "", name);
	slot = &model->slots[model->slot_count];
	*slot = (struct model_slot){.parent = parent, .role = (uint8_t)role};
	slot->is_fixed = role == FIXED || role == STAMP;
	slot->end = model->slot_count + 1;
	memcpy(slot->path, path, sizeof(path));
	return model->slot_count++;
}

static void slot_close(struct model *model, uint32_t slot)
{
	model->slots[slot].end = model->slot_count;
}

static void numbered(struct model *model, uint32_t parent, enum role role, const char *prefix,
		uint32_t number)
{
	char name[24];

	(void)snprintf(name, sizeof(name), "%s%02" PRIu32, prefix, number);
	(void)slot_add(model, parent, role, name);
}

static void morph_add(struct model *model, uint32_t parent, const char *name)
{
	uint32_t slot = slot_add(model, parent, MORPH, name);

	(void)slot_add(model, slot, INNER, "in0");
	(void)slot_add(model, slot, INNER, "in1");
	slot_close(model, slot);
}

static void passing_folder_add(struct model *model, uint32_t parent, const char *name)
{
	uint32_t slot = slot_add(model, parent, FOLDER, name);
	uint32_t deep;

	(void)slot_add(model, slot, INNER, "y");
	deep = slot_add(model, slot, INNER, "deep");
	(void)slot_add(model, deep, INNER, "x0");
	(void)slot_add(model, deep, INNER, "x1");
	slot_close(model, deep);
	slot_close(model, slot);
}

static void fixed_folder_add(struct model *model, uint32_t number)
{
	char name[24];
	uint32_t slot, i;

	(void)snprintf(name, sizeof(name), "d%03" PRIu32, number);
	slot = slot_add(model, MODEL_ROOT, FIXED, name);
	for (i = 0; i < PLAIN_PER_FOLDER; i++)
		numbered(model, slot, PLAIN, "f", i);
	for (i = 0; i < 4; i++)
		numbered(model, slot, LINK, "l", i);
	morph_add(model, slot, "m0");
	morph_add(model, slot, "m1");
	for (i = 0; i < 2; i++) {
		numbered(model, slot, PAIR, "a", i);
		numbered(model, slot, PAIR, "b", i);
	}
	passing_folder_add(model, slot, "g");
	slot_close(model, slot);
}

static void slots_make(struct model *model)
{
	uint32_t folders = model->files / SLOTS_PER_FOLDER, i;
	char name[24];

	(void)slot_add(model, MODEL_ROOT, FIXED, "");
	(void)slot_add(model, MODEL_ROOT, STAMP, "REVISION");
	for (i = 0; i < (folders ? folders : 1); i++)
		fixed_folder_add(model, i);
	for (i = 0; i < TOP_FOLDERS; i++) {
		(void)snprintf(name, sizeof(name), "t%" PRIu32, i);
		passing_folder_add(model, MODEL_ROOT, name);
	}
	slot_close(model, MODEL_ROOT);
}

/* --- spans --- */

static const struct model_span *last_span(const struct model *model, uint32_t slot)
{
	static const struct model_span nothing = {.kind = MODEL_ABSENT};
	const struct model_slot *s = &model->slots[slot];

	return s->span_count ? &s->spans[s->span_count - 1] : &nothing;
}

static enum model_kind kind_now(const struct play *play, uint32_t slot)
{
	return (enum model_kind)last_span(play->model, slot)->kind;
}

static void changed_add(struct model *model, uint32_t slot)
{
	model->changed = grown(model->changed, model->changed_count, &model->changed_room,
			sizeof(*model->changed));
	model->changed[model->changed_count++] = slot;
}

static void span_set(struct play *play, uint32_t slot, struct model_span span)
{
	struct model_slot *s = &play->model->slots[slot];

	play->touched[slot] = play->revision + 1;
	if (s->span_count && span.kind == MODEL_ABSENT && kind_now(play, slot) == MODEL_ABSENT)
		return;
	if (!s->span_count || kind_now(play, slot) != (enum model_kind)span.kind) {
		play->is_dirty[s->parent] = true;
		play->is_dirty[slot] = true;
	}
	span.from = play->revision;
	s->spans = grown(s->spans, s->span_count, &s->span_room, sizeof(*s->spans));
	s->spans[s->span_count++] = span;
	changed_add(play->model, slot);
}

static void set_kind(struct play *play, uint32_t slot, enum model_kind kind)
{
	span_set(play, slot, (struct model_span){.kind = (uint8_t)kind});
}

/* New bytes, or a new target, of this revision. */
static void set_new(struct play *play, uint32_t slot, enum model_kind kind)
{
	struct model_span span = {.kind = (uint8_t)kind, .written = play->revision, .origin = slot};

	span.is_executable = kind == MODEL_FILE && chance_percent(&play->chance, 20);
	span_set(play, slot, span);
}

/* The bytes that the slot had in some earlier revision; new ones when it never was a file. */
static void set_again(struct play *play, uint32_t slot)
{
	const struct model_slot *s = &play->model->slots[slot];
	size_t tries;

	for (tries = 0; tries < 4 && s->span_count; tries++) {
		struct model_span span =
				s->spans[chance_below(&play->chance, (uint32_t)s->span_count)];

		if (span.kind == MODEL_FILE &&
				span.written != last_span(play->model, slot)->written) {
			span_set(play, slot, span);
			return;
		}
	}
	set_new(play, slot, MODEL_FILE);
}

static void set_mode(struct play *play, uint32_t slot)
{
	struct model_span span = *last_span(play->model, slot);

	span.is_executable = !span.is_executable;
	span_set(play, slot, span);
}

/* --- what one revision does to one slot --- */

static bool has_inside(const struct model *model, uint32_t slot)
{
	return model->slots[slot].end > slot + 1;
}

static void folder_appear(struct play *play, uint32_t slot)
{
	bool again = chance_percent(&play->chance, 50);
	uint32_t i;

	set_kind(play, slot, MODEL_FOLDER);
	for (i = slot + 1; i < play->model->slots[slot].end; i++) {
		if (has_inside(play->model, i))
			set_kind(play, i, MODEL_FOLDER);
		else if (again)
			set_again(play, i);
		else
			set_new(play, i, MODEL_FILE);
	}
}

static void inside_vanish(struct play *play, uint32_t slot)
{
	uint32_t i;

	for (i = slot + 1; i < play->model->slots[slot].end; i++)
		set_kind(play, i, MODEL_ABSENT);
}

static void play_file(struct play *play, uint32_t slot)
{
	uint32_t dice = chance_below(&play->chance, 100);

	if (kind_now(play, slot) != MODEL_FILE) {
		if (dice < 70)
			set_new(play, slot, MODEL_FILE);
		else
			set_again(play, slot);
		return;
	}
	if (dice < 60)
		set_new(play, slot, MODEL_FILE);
	else if (dice < 75)
		set_mode(play, slot);
	else if (dice < 85)
		set_again(play, slot);
	else
		set_kind(play, slot, MODEL_ABSENT);
}

static void play_inner(struct play *play, uint32_t slot)
{
	if (kind_now(play, slot) != MODEL_FILE)
		return;
	if (chance_percent(&play->chance, 70))
		set_new(play, slot, MODEL_FILE);
	else
		set_mode(play, slot);
}

static void play_link(struct play *play, uint32_t slot)
{
	if (kind_now(play, slot) == MODEL_LINK && chance_percent(&play->chance, 25))
		set_kind(play, slot, MODEL_ABSENT);
	else
		set_new(play, slot, MODEL_LINK);
}

static void play_morph(struct play *play, uint32_t slot)
{
	enum model_kind now = kind_now(play, slot);

	if (now == MODEL_FOLDER)
		inside_vanish(play, slot);
	if (now != MODEL_FOLDER && chance_percent(&play->chance, 50))
		folder_appear(play, slot);
	else if (now == MODEL_ABSENT || chance_percent(&play->chance, 70))
		set_new(play, slot, MODEL_FILE);
	else
		set_kind(play, slot, MODEL_ABSENT);
}

/* SLOT is the first of the pair or the second: the first has an even distance from its folder. */
static void play_pair(struct play *play, uint32_t slot)
{
	bool is_first = strchr(model_base(play->model, slot), 'a') != NULL;
	uint32_t other = is_first ? slot + 1 : slot - 1;
	struct model_span span = *last_span(play->model, slot);

	if (span.kind != MODEL_FILE || play->touched[other] == play->revision + 1)
		return;
	if (chance_percent(&play->chance, 30)) {
		set_new(play, slot, MODEL_FILE);
		return;
	}
	set_kind(play, slot, MODEL_ABSENT);
	span_set(play, other, span);
}

static void play_folder(struct play *play, uint32_t slot)
{
	if (kind_now(play, slot) != MODEL_FOLDER) {
		folder_appear(play, slot);
		return;
	}
	inside_vanish(play, slot);
	set_kind(play, slot, MODEL_ABSENT);
}

/* Nothing at or below SLOT, nor any folder above it, may have been touched in this revision. */
static bool is_free(const struct play *play, uint32_t slot)
{
	uint32_t i;

	for (i = slot; i < play->model->slots[slot].end; i++) {
		if (play->touched[i] == play->revision + 1)
			return false;
	}
	for (i = slot; i != MODEL_ROOT; i = play->model->slots[i].parent) {
		if (play->touched[i] == play->revision + 1)
			return false;
	}
	return true;
}

static void play_slot(struct play *play, uint32_t slot)
{
	static void (*const moves[])(struct play *, uint32_t) = {
			[PLAIN] = play_file,
			[LINK] = play_link,
			[MORPH] = play_morph,
			[PAIR] = play_pair,
			[FOLDER] = play_folder,
			[INNER] = play_inner,
	};
	uint8_t role = play->model->slots[slot].role;

	if (role != FIXED && role != STAMP && is_free(play, slot))
		moves[role](play, slot);
}

/* --- revisions --- */

static void listing_update(struct play *play, uint32_t folder)
{
	struct model *model = play->model;
	struct model_slot *s = &model->slots[folder];
	struct model_listing listing = {.from = play->revision};
	uint32_t i;

	for (i = folder + 1; i < s->end; i++) {
		enum model_kind kind = kind_now(play, i);
		const char *name = model_base(model, i);

		if (model->slots[i].parent != folder || kind == MODEL_ABSENT)
			continue;
		listing.names += model_name_hash(name, strlen(name), MODEL_ABSENT);
		listing.typed += model_name_hash(name, strlen(name), kind);
	}
	s->listings = grown(s->listings, s->listing_count, &s->listing_room, sizeof(*s->listings));
	s->listings[s->listing_count++] = listing;
}

static void revision_end(struct play *play)
{
	struct model *model = play->model;
	uint32_t i;

	for (i = 0; i < model->slot_count; i++) {
		if (play->is_dirty[i] && kind_now(play, i) == MODEL_FOLDER)
			listing_update(play, i);
		play->is_dirty[i] = false;
	}
	model->changed_from[play->revision + 1] = model->changed_count;
}

static void play_first(struct play *play)
{
	const struct model *model = play->model;
	uint32_t i;

	for (i = 0; i < model->slot_count; i++) {
		enum role role = (enum role)model->slots[i].role;
		bool is_second = role == PAIR && model_base(model, i)[0] == 'b';

		if (role == FIXED)
			set_kind(play, i, MODEL_FOLDER);
		else if (role == LINK)
			set_new(play, i, MODEL_LINK);
		else if (role == INNER || role == FOLDER || is_second)
			set_kind(play, i, MODEL_ABSENT);
		else
			set_new(play, i, MODEL_FILE);
	}
}

static void play_next(struct play *play)
{
	uint32_t ops, i;

	ops = 1 + chance_below(&play->chance, OPS_USUAL);
	if (chance_below(&play->chance, BIG_EVERY) == 0)
		ops = OPS_BIG;
	for (i = 0; i < ops; i++)
		play_slot(play, chance_below(&play->chance, play->model->slot_count));
	set_new(play, MODEL_STAMP, MODEL_FILE);
}

struct model *model_new(uint64_t seed, uint32_t files, uint32_t revisions)
{
	struct model *model = calloc(1, sizeof(*model));
	struct play play = {.model = model, .chance = seed};

	if (!model)
		err(2, "the model");
	model->seed = seed;
	model->files = files;
	model->revisions = revisions;
	slots_make(model);
	model->changed_from = calloc((size_t)revisions + 1, sizeof(*model->changed_from));
	model->commits = calloc(revisions, sizeof(*model->commits));
	play.touched = calloc(model->slot_count, sizeof(*play.touched));
	play.is_dirty = calloc(model->slot_count, sizeof(*play.is_dirty));
	if (!model->changed_from || !model->commits || !play.touched || !play.is_dirty)
		err(2, "the model");

	for (play.revision = 0; play.revision < revisions; play.revision++) {
		if (play.revision == 0)
			play_first(&play);
		else
			play_next(&play);
		revision_end(&play);
	}
	free(play.touched);
	free(play.is_dirty);
	return model;
}

void model_free(struct model *model)
{
	uint32_t i;

	if (!model)
		return;
	for (i = 0; i < model->slot_count; i++) {
		free(model->slots[i].spans);
		free(model->slots[i].listings);
	}
	free(model->slots);
	free(model->changed);
	free(model->changed_from);
	free(model->commits);
	free(model);
}

/* --- questions --- */

const struct model_span *model_at(const struct model *model, uint32_t slot, uint32_t revision)
{
	const struct model_slot *s = &model->slots[slot];
	size_t low = 0, high = s->span_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->spans[middle].from <= revision)
			low = middle;
		else
			high = middle;
	}
	return &s->spans[low];
}

const struct model_listing *model_names(const struct model *model, uint32_t slot, uint32_t revision)
{
	const struct model_slot *s = &model->slots[slot];
	size_t low = 0, high = s->listing_count;

	if (model_at(model, slot, revision)->kind != MODEL_FOLDER)
		return NULL;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->listings[middle].from <= revision)
			low = middle;
		else
			high = middle;
	}
	return &s->listings[low];
}

const char *model_base(const struct model *model, uint32_t slot)
{
	const char *path = model->slots[slot].path;
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

uint64_t model_name_hash(const char *name, size_t len, enum model_kind kind)
{
	uint64_t hash = chance_mix((uint64_t)kind + 1);
	size_t i;

	for (i = 0; i < len; i++)
		hash = chance_mix(hash ^ (unsigned char)name[i]);
	return hash;
}

bool model_revision(const struct model *model, const char *commit, uint32_t *out)
{
	uint32_t i;

	/* Mostly asked about a recent one, but which one is recent the model does not know. */
	for (i = 0; i < model->revisions; i++) {
		if (memcmp(model->commits[i], commit, MODEL_COMMIT_LEN) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* --- the table --- */

int model_store(const struct model *model, const char *path)
{
	FILE *file = fopen(path, "we");
	uint32_t i;

	if (!file)
		return -1;
	(void)fprintf(file, "refmount-torture 1 %" PRIu64 " %" PRIu32 " %" PRIu32 "\n", model->seed,
			model->files, model->revisions);
	for (i = 0; i < model->revisions; i++)
		(void)fprintf(file, "%s\n", model->commits[i]);
	return fclose(file) == 0 ? 0 : -1;
}

static struct model *model_load_from(FILE *file, const char *path)
{
	uint32_t version, files, revisions, i;
	struct model *model;
	char line[128];
	uint64_t seed;

	if (!fgets(line, sizeof(line), file) ||
			sscanf(line,
					"refmount-torture %" SCNu32 " %" SCNu64 " %" SCNu32
					" %" SCNu32,
					&version, &seed, &files, &revisions) != 4 ||
			version != 1 || files > MODEL_FILES_MAX || revisions == 0 ||
			revisions > MODEL_REVISIONS_MAX)
		errx(2, "'%s' is no table of 'checker generate'", path);
	model = model_new(seed, files, revisions);
	for (i = 0; i < revisions; i++) {
		if (!fgets(line, sizeof(line), file) || strlen(line) != MODEL_COMMIT_LEN + 1)
			errx(2, "'%s' ends before its last revision", path);
		memcpy(model->commits[i], line, MODEL_COMMIT_LEN);
	}
	return model;
}

struct model *model_load(const char *path)
{
	FILE *file = fopen(path, "re");
	struct model *model;

	if (!file)
		err(2, "open '%s'", path);
	model = model_load_from(file, path);
	(void)fclose(file);
	return model;
}
