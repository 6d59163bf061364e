/*
 * manifest: `refmount.yaml`, which says how the files of a repository come about.
 *
 * Reading it needs nothing but its text: whether the files that it names exist, and what the node
 * says to its facts, is found out by those who use it. All of it lies in the arena that was given,
 * except for patterns, which manifest_release() frees.
 */
#ifndef RENDER_MANIFEST_H
#define RENDER_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/run.h"
#include "src/render/views.h"
#include "src/value/layer.h"
#include "src/value/value.h"

struct arena;
struct diag;
struct glob;
struct pattern;

#define MANIFEST_NAME	  "refmount.yaml"
#define MANIFEST_SIZE_MAX (1u << 20) /* bytes */
#define MANIFEST_LIST_MAX 1000	     /* entries of any list or map in it */

/* A fact that templates and layers may use. */
struct fact_spec {
	const char *name;
	struct origin origin;
	bool is_required;
	const char *fallback;	  /* NULL: none */
	const char *const *words; /* enum, NULL-terminated; NULL: any text */
	const char *pattern_text;
	struct pattern *pattern; /* owned; NULL: any text */
};

/* Where a layer's file is: PATH holds ${fact}. */
struct layer_file {
	const char *path;
	struct origin origin;
	bool is_required;
};

enum engine { ENGINE_NONE, ENGINE_JINJA, ENGINE_SUBST };

struct engine_rule {
	const char *suffix; /* of a file's name, ".j2" */
	enum engine engine;
};

struct glob_rule {
	struct glob *glob; /* owned */
};

struct fact_condition {
	const char *fact;
	const char *const *words; /* one of these, NULL-terminated */
	struct origin origin;
};

/* Files that are shown only where all conditions are met. */
struct only_rule {
	struct glob *glob; /* owned */
	struct fact_condition *conditions;
	size_t count;
};

struct mode_rule {
	struct glob *glob;	   /* owned */
	bool has_mode;		   /* MODE is given */
	uint32_t mode;		   /* permission bits */
	const char *owner, *group; /* name or number; NULL: not given */
	struct origin origin;
};

struct view_spec {
	const char *path; /* below what is shown */
	const char *from; /* dotted path of a value; "" is all of them */
	enum view_format format;
	bool has_format;
	struct origin origin;
};

enum parse_kind { PARSE_JSON, PARSE_YAML };

struct parse_rule {
	struct glob *glob; /* owned */
	enum parse_kind kind;
};

struct secret_spec {
	const char *name;
	bool is_required;
	bool is_file; /* its bytes as they are, instead of a line */
	struct origin origin;
};

struct manifest {
	const char *text; /* what was read, for fingerprints */
	size_t text_len;

	struct fact_spec *facts;
	size_t fact_count;
	struct layer_file *layers;
	size_t layer_count;
	struct merge_rule *merges;
	size_t merge_count;

	const char *root;	   /* folder of the files, "files" */
	const char **include_path; /* folders */
	size_t include_count;
	struct engine_rule *engines;
	size_t engine_count;
	struct glob_rule *ignores; /* on the path in the repository, below `root` */
	size_t ignore_count;
	struct only_rule *onlys; /* this and all below: on the path that is shown */
	size_t only_count;
	struct mode_rule *modes; /* the first that matches */
	size_t mode_count;

	bool has_trim_blocks, trim_blocks, has_lstrip_blocks, lstrip_blocks, has_undefined;
	enum undefined_mode undefined;
	const char *managed; /* holds {path}; NULL: not given */

	struct view_spec *views;
	size_t view_count;
	const char *values_schema; /* path; NULL: none */
	struct origin values_schema_origin;
	struct parse_rule *parses;
	size_t parse_count;
	struct secret_spec *secrets;
	size_t secret_count;

	uint64_t output_file_bytes, output_total_bytes; /* 0: not given */
	struct origin limits_origin;
};

#define MANIFEST_INIT {0}

/*
 * Read TEXT, the contents of FILE. *OUT is to be released in any case; if FINDINGS got an error it
 * is not to be used. 0, or -ENOMEM.
 */
int manifest_read(struct arena *arena, const char *file, const char *text, size_t len,
		struct diag *findings, struct manifest *out);
void manifest_release(struct manifest *manifest);

/* The name of what the mount shows besides the tree: no file may have it. */
bool manifest_is_virtual(const char *path);

const struct fact_spec *manifest_fact(const struct manifest *manifest, const char *name);

#endif
