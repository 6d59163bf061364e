/*
 * reads: what one rendered file was made from, in a form that can be kept, and asked again later.
 *
 * The templates that were asked for, by name, and the values that were read, each with what the
 * answer was. When all of them would be answered in the same way, the file would come out the same,
 * whatever else changed.
 *
 * A list may hold secrets in the form of their fingerprints: keep it where only the owner reads.
 */
#ifndef RENDER_READS_H
#define RENDER_READS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/jinja/lazy.h"

struct buf;
struct err;
struct value;

/* Of one file; with more it is made anew each time. */
#define READS_MAX	65536 /* names and values */
#define READS_NAMES_MAX 1024

#define READS_SECRETS "secrets" /* the key of the root below which a read is one of a secret */

/* A template that the loader was asked for: zero when there is none of that name. */
struct read_name {
	char *name; /* owned */
	struct oid oid;
};

/* PATH leads from the root of the values to this one; only reads.c knows its form. A NUL follows. */
struct read_value {
	enum read_kind kind;
	uint8_t *path; /* owned */
	uint32_t path_len;
	uint64_t print; /* READ_WHOLE: value_fingerprint(); READ_KIND: the kind; else 0 */
};

struct read_list {
	struct read_name *names; /* owned, in the order of asking, each once */
	size_t name_count, name_cap;
	struct read_value *values; /* owned */
	size_t value_count, value_cap;
	bool is_cut;	 /* more than there may be: reads_hold() is false */
	bool has_secret; /* a secret's text is among what was read */
};

#define READ_LIST_INIT {0}

void reads_release(struct read_list *list);

/* NAME was asked for; OID NULL: there was none. 0 or -ENOMEM. */
int reads_add_name(struct read_list *list, const char *name, const struct oid *oid);

/* As reads.note of lazy.h, of which this is the other end. 0 or -ENOMEM. */
int reads_add_value(struct read_list *list, enum read_kind kind, const struct trail *trail,
		const struct value *value);

/* VALUE (NULL: none) was found by the dotted PATH (query.h), and read with all below it. 0 or -ENOMEM. */
int reads_add_query(struct read_list *list, const char *path, const struct value *value);

/* For jinja_render.reads; borrows LIST. */
struct reads reads_into(struct read_list *list);

/* What would be answered now. */
struct reads_world {
	const struct value *root;
	/* The blob of template NAME: 0, -ENOENT, or another errno (then nothing holds). */
	int (*blob)(void *arg, const char *name, struct oid *out);
	void *arg;
};

/* Would all be answered as it was? */
bool reads_hold(const struct read_list *list, const struct reads_world *world);

/*
 * The same of the bytes of a list (reads_encode), without taking it apart: for whoever asks about
 * thousands. False for what is not formed as one, and for names and paths of 4 KiB and more.
 */
bool reads_hold_encoded(const void *data, size_t len, const struct reads_world *world);

/* The value that READ is about, below ROOT as it is now, or NULL. */
const struct value *reads_find(const struct read_value *read, const struct value *root);

/* Append the dotted path (query.h) of READ. */
void reads_show(const struct read_value *read, struct buf *out);

/* Append to OUT (check buf_ok). Decoding is total: 0, -EINVAL, -ENOMEM; OUT untouched then. */
void reads_encode(const struct read_list *list, struct buf *out);
int reads_decode(const void *data, size_t len, struct read_list *out, struct err *err);

#endif
