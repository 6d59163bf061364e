/*
 * view_writer: what the writers of views.h have in common. One writer for each family of formats;
 * they write what they can, and complain about the rest, so that all findings are seen at once.
 */
#ifndef RENDER_VIEW_WRITER_H
#define RENDER_VIEW_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/render/views.h"
#include "src/value/value.h"

struct view {
	enum view_format format;
	struct buf *out;
	struct buf path; /* of what is being written */
	struct diag *findings;
	bool is_large; /* more than VIEW_SIZE_MAX: nobody goes on */
};

/* A finding about VALUE, which is at the view's path. */
void view_complain(struct view *view, const struct value *value, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));

/* Go to the value behind KEY; buf_cut(&view->path, what this returns) goes back. */
size_t view_enter(struct view *view, const struct value *key);

/*
 * TEXT (cleared first) = what VALUE is as a text: true, false, 12, 1.5. False after a finding: VALUE
 * is null, a list or a map.
 */
bool view_scalar(struct view *view, const struct value *value, struct buf *text);

/* TEXT = KEY, an integer in decimal. */
void view_key(const struct value *key, struct buf *text);

/* False after a finding: VALUE is not a map. */
bool view_wants_map(struct view *view, const struct value *value);

/* A finding for each key of MAP that becomes the same text as another one: 1 and '1'. */
void view_check_twins(struct view *view, const struct value *map);

/* May writing go on? No when the text is too large or there was no memory. */
bool view_may_go_on(struct view *view);

/* Each for the formats of its name; without memory or when it is too large, what they wrote is a part. */
void view_write_env(struct view *view, const struct value *value); /* env, env-docker, shell */
void view_write_properties(struct view *view, const struct value *value);
void view_write_ini(struct view *view, const struct value *value);
void view_write_toml(struct view *view, const struct value *value);

#endif
