/*
 * layers: from the layers that a manifest names to the values of one node.
 */
#ifndef RENDER_LAYERS_H
#define RENDER_LAYERS_H

#include <stddef.h>

struct arena;
struct diag;
struct err;
struct input;
struct manifest;
struct value;

/* One layer as it is for some facts. */
struct layer {
	char *path;	       /* in the arena */
	struct value *content; /* NULL: there is no such file, and need not be */
};

/*
 * The layers of a node, lowest first, and what they come to.
 */
struct layers {
	struct layer *items; /* in the arena */
	size_t count;
	struct value *merged; /* a map */
};

/* Is PATH well-formed: ${NAME} and clean? 0 or -EINVAL. */
int layers_check_path(const char *path, struct err *err);

/* Call FN for each name in PATH. */
void layers_names(const char *path, void (*fn)(void *arg, const char *name), void *arg);

/* Documents that were parsed before, by their path: several sets of facts share most layers. */
struct layer_cache;

struct layer_cache *layer_cache_new(void); /* NULL: no memory */
void layer_cache_free(struct layer_cache *cache);

struct layers_spec {
	struct arena *arena; /* for what is merged; it may die before the cache */
	struct layer_cache *cache;
	struct input *input;
	const struct manifest *manifest;
	const struct value *facts;
};

/*
 * Read and merge. What is wrong with the files is added to FINDINGS; then *OUT is not to be used. 0,
 * or negative errno when the repository cannot be read.
 */
int layers_read(const struct layers_spec *spec, struct diag *findings, struct layers *out,
		struct err *err);

#endif
