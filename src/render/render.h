/*
 * render: the files of a repository, as one node sees them.
 *
 * Manifest, layers, templates and views become a list of outputs, or findings. The same input gives
 * the same bytes: nothing else is read but the repository, the facts, and the secrets of the node. A
 * repository without a manifest is shown as it is, whatever the facts.
 *
 * What has to be read only once (manifest, layers, parsed templates) is kept in a struct render, so
 * that trying all facts costs little more than what differs between them. One thread.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/render/layers.h"
#include "src/render/secrets.h"

struct diag;
struct err;
struct input;
struct manifest;
struct output;
struct outputs;
struct read_list;
struct reads_world;
struct render;
struct shown_file;
struct value;

/* Of one node; a manifest may lower those of outputs. */
struct render_limits {
	uint64_t files; /* files and links, and as many folders */
	uint64_t depth; /* folders from the root that is shown */
	uint64_t path_bytes;
	uint64_t file_bytes;				/* of a file that is shown as it is */
	uint64_t output_file_bytes, output_total_bytes; /* of what is rendered */
	uint64_t steps;					/* of all files (src/jinja/run.h) */
};

#define RENDER_LIMITS_DEFAULT                                                                      \
	{                                                                                          \
		.files = 200000, .depth = 64, .path_bytes = 1024, .file_bytes = 16u << 20,         \
		.output_file_bytes = 8u << 20, .output_total_bytes = 256u << 20,                   \
		.steps = 200000000                                                                 \
	}

/* What a rendered file is remembered by. */
struct render_key {
	const char *path;   /* where it is shown */
	const char *source; /* template, or the manifest for a view */
	uint64_t settings;  /* of all else that shapes it: engine, options, limits, checks */
};

/*
 * Files that were rendered before. FIND is asked for each: true when KEY's entry is there and its
 * reads hold in WORLD (reads_hold()); it then sets oid, size, and is_secret of OUT, and *STEPS to what
 * rendering it had cost. KEEP is told of each file that was rendered, and accepted.
 */
struct render_cache {
	bool (*find)(void *arg, const struct render_key *key, const struct reads_world *world,
			struct output *out, uint64_t *steps);
	/* 0 or negative errno, which ends the rendering. */
	int (*keep)(void *arg, const struct render_key *key, const struct read_list *reads,
			const struct output *output, uint64_t steps);
	void *arg;
};

struct render_spec {
	struct input *input; /* borrowed, as all of these */
	struct render_limits limits;
	struct secrets_spec secrets;
	uint32_t uid, gid; /* owner of what no rule of the manifest says */
	/*
	 * The number of user (or group) NAME on this node: 0 or -ENOENT, which is a finding. NULL:
	 * names are not looked up, and what they say of owners is ignored.
	 */
	int (*owner)(void *arg, const char *name, bool is_group, uint32_t *id);
	void *owner_arg;
	const struct render_cache *cache; /* NULL: none */
};

/* The manifest is read; what is wrong with it is in FINDINGS, then *OUT may be NULL. 0 or -errno. */
int render_open(const struct render_spec *spec, struct diag *findings, struct render **out,
		struct err *err);
void render_free(struct render *render); /* NULL is fine */

const struct manifest *render_manifest(const struct render *render); /* NULL: there is none */

/* What came of it. OUTPUTS are sorted; blobs and links are yet to be read and checked by whoever
 * shows them. */
struct rendered {
	uint32_t made; /* files that were rendered, and not known from before */
	uint64_t steps;
};

/*
 * All files for FACTS (src/base/pairs.h; NULL: none given). What is wrong with any of them is added to
 * FINDINGS, with its place; if that makes errors, OUTPUTS are not to be used. 0, or negative errno
 * when the repository cannot be read or memory is short.
 */
int render_run(struct render *render, const char *facts, struct diag *findings,
		struct outputs *outputs, struct rendered *out, struct err *err);

/* --- for those who want to know, not to show; each call ends what the ones before have lent --- */

/*
 * The files that FACTS show, sorted, in an array that is the caller's to free. Results as of
 * render_run().
 */
int render_files(struct render *render, const char *facts, struct diag *findings,
		const struct shown_file ***files, size_t *count, struct err *err);

/*
 * One of these files alone as *OUT, and what was read for it into READS, both to be released by the
 * caller. The same results.
 */
int render_file(struct render *render, const struct shown_file *file, struct diag *findings,
		struct output *out, struct read_list *reads, struct err *err);

/* The layers that FACTS select and what they come to. The same results. */
int render_layers(struct render *render, const char *facts, struct diag *findings,
		struct layers *out, struct err *err);

/* The values that render_files() left for render_file(): with facts and secrets. */
const struct value *render_values(const struct render *render);

/* Where template NAME is in the repository, or NULL. */
const char *render_template_path(struct render *render, const char *name);

#endif
