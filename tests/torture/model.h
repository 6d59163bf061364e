/*
 * model: what every revision of a torture repository shows, recomputed from its seed.
 *
 * A model is a fixed list of slots (paths). Each slot holds spans: from revision FROM on, until the
 * next span begins, the path is absent, a file, a link or a folder. Folders have listings in the
 * same way. So the checker knows for any revision what any path must look like, without Git.
 *
 * File contents are records of 20 bytes, "RRRRRRR PPPPP IIIII\n": the revision that wrote the file,
 * the number of the path it was written at (a renamed file keeps its bytes), and the place in the
 * file. The length follows from the first two. Link targets carry the same two numbers.
 *
 * Not for reading a mount (readers.h) nor for judging what was read (witness.h).
 */
#ifndef TORTURE_MODEL_H
#define TORTURE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_RECORD	    20
#define MODEL_COMMIT_LEN    40
#define MODEL_PATH_MAX	    64
#define MODEL_CONTENT_MAX   (700 * MODEL_RECORD)
#define MODEL_REVISIONS_MAX 1000000u
#define MODEL_FILES_MAX	    50000u

enum model_kind { MODEL_ABSENT, MODEL_FILE, MODEL_LINK, MODEL_FOLDER };

struct model_span {
	uint32_t from; /* revision */
	uint32_t written, origin;
	uint8_t kind; /* enum model_kind */
	bool is_executable;
};

/* The names of a folder: sums over its entries, once of names alone, once of names and kinds. */
struct model_listing {
	uint32_t from;
	uint64_t names, typed;
};

struct model_slot {
	char path[MODEL_PATH_MAX];
	uint32_t parent; /* slot */
	uint32_t end;	 /* one past the last slot below this one */
	uint8_t role;	 /* of the simulation */
	bool is_fixed;	 /* present in every revision */
	struct model_span *spans;
	size_t span_count, span_room;
	struct model_listing *listings;
	size_t listing_count, listing_room;
};

struct model {
	uint64_t seed;
	uint32_t files, revisions;
	struct model_slot *slots; /* slot 0 is the root, slot 1 the file REVISION */
	uint32_t slot_count, slot_room;
	uint32_t *changed; /* slots, revision by revision */
	size_t changed_count, changed_room;
	size_t *changed_from; /* REVISIONS + 1 indexes into CHANGED */
	char (*commits)[MODEL_COMMIT_LEN + 1];
};

#define MODEL_ROOT  0u
#define MODEL_STAMP 1u

/* Compute everything but the commits; ends the program when memory ends. */
struct model *model_new(uint64_t seed, uint32_t files, uint32_t revisions);
void model_free(struct model *model);

/* The table beside a repository: seed, sizes and commits. Load ends the program on a bad table. */
int model_store(const struct model *model, const char *path);
struct model *model_load(const char *path);

/* What SLOT is in REVISION; never NULL. */
const struct model_span *model_at(const struct model *model, uint32_t slot, uint32_t revision);

/* The names in folder SLOT in REVISION; NULL when it is no folder then. */
const struct model_listing *model_names(
		const struct model *model, uint32_t slot, uint32_t revision);

/* The revision made by COMMIT (40 digits); false when there is none. */
bool model_revision(const struct model *model, const char *commit, uint32_t *out);

/* One entry's share in the sums of a listing. KIND is MODEL_ABSENT for the names alone. */
uint64_t model_name_hash(const char *name, size_t len, enum model_kind kind);

/* The last component of the slot's path. */
const char *model_base(const struct model *model, uint32_t slot);

/* Contents and link targets. Fill returns the length; OUT has room for MODEL_CONTENT_MAX. */
size_t model_content_size(uint32_t written, uint32_t origin);
size_t model_content_fill(uint32_t written, uint32_t origin, char *out);
size_t model_target(uint32_t written, uint32_t origin, char *out, size_t room);

/* Take apart what was read; false when it is not exactly the content (target) of one revision:
 * then *BAD is the offset of the first wrong byte. */
bool model_content_parse(
		const char *data, size_t len, uint32_t *written, uint32_t *origin, size_t *bad);
bool model_target_parse(const char *text, size_t len, uint32_t *written, uint32_t *origin);

#endif
