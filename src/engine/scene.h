/*
 * scene: what a command of the node is told about the revision that it runs for (node/command.h), and the file that
 * it is told of. Private to the room.
 */
#ifndef ENGINE_SCENE_H
#define ENGINE_SCENE_H

#include <stdbool.h>

#include "src/base/buf.h"
#include "src/base/oid.h"
#include "src/node/command.h"

struct changes;
struct engine;
struct err;

struct scene {
	struct buf pinned, changed;
	char revision[OID_HEX_SIZE], previous[OID_HEX_SIZE];
	struct command_scene told; /* points into the others, and into the engine's settings */
};

/* What it runs for. */
struct scene_spec {
	const struct oid *revision, *previous; /* zero: there is none before it */
	bool is_candidate;		       /* it is found elsewhere than what was admitted */
	const char *changed; /* the name of a file in the run directory: the paths that changed */
};

/* 0 or -ENOMEM; OUT is to be released in any case, and must not be moved. */
int scene_make(const struct engine *engine, const struct scene_spec *spec, struct scene *out);
void scene_release(struct scene *scene);

/*
 * Write the file NAME: CHANGES, or what is visible now differs in from commit SINCE (all of it, if that is not
 * kept). And remove it, absent is fine.
 */
int scene_write(const struct engine *engine, const char *name, const struct changes *changes,
		struct err *err);
int scene_write_since(const struct engine *engine, const char *name, const struct oid *since,
		struct err *err);
void scene_remove(const struct engine *engine, const char *name);

#endif
