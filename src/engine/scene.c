#include "src/engine/scene.h"

#include <errno.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/path.h"
#include "src/engine/changes.h"
#include "src/engine/core.h"
#include "src/snap/store.h"

int scene_make(const struct engine *engine, const struct scene_spec *spec, struct scene *out)
{
	const struct settings *settings = &engine->settings;

	*out = (struct scene){0};
	oid_format(spec->revision, out->revision);
	if (!oid_is_zero(spec->previous))
		oid_format(spec->previous, out->previous);
	if (spec->is_candidate) {
		path_join(&out->pinned, settings->mountpoint, ".refmount/candidate");
	} else {
		path_join(&out->pinned, settings->mountpoint, ".refmount/at/");
		buf_add_str(&out->pinned, out->revision);
	}
	path_join(&out->changed, settings->run_dir, spec->changed);
	out->told = (struct command_scene){
			.mount = settings->mountpoint,
			.pinned = buf_str(&out->pinned),
			.revision = out->revision,
			.previous = out->previous,
			.changed = buf_str(&out->changed),
	};
	return buf_ok(&out->pinned) && buf_ok(&out->changed) ? 0 : -ENOMEM;
}

void scene_release(struct scene *scene)
{
	buf_release(&scene->pinned);
	buf_release(&scene->changed);
}

int scene_write(const struct engine *engine, const char *name, const struct changes *changes,
		struct err *err)
{
	struct buf path = BUF_INIT;
	int rc;

	path_join(&path, engine->settings.run_dir, name);
	/* Names of files are for those who may see the files. */
	rc = buf_ok(&path) ? changes_write(changes, path.data,
					     engine->settings.allow_other ? 0444 : 0400, err)
			   : err_sys(err, ENOMEM, "write '%s'", name);
	buf_release(&path);
	return rc;
}

int scene_write_since(const struct engine *engine, const char *name, const struct oid *since,
		struct err *err)
{
	const struct generation *from =
			kept_find_commit(&engine->kept, since, engine->settings_hash);
	struct changes changes = CHANGES_INIT;
	int rc;

	rc = changes_collect(store_set(engine->store), from ? from->root : PLACE_NONE,
			engine->visible->root, &changes, err);
	if (rc == 0)
		rc = scene_write(engine, name, &changes, err);
	changes_release(&changes);
	return rc;
}

void scene_remove(const struct engine *engine, const char *name)
{
	struct buf path = BUF_INIT;

	path_join(&path, engine->settings.run_dir, name);
	if (buf_ok(&path))
		(void)unlink(path.data);
	buf_release(&path);
}
