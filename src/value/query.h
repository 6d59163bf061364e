/*
 * query: dotted paths into values: `nginx.upstreams[0].host`, `users."a.b"`, `[2]`.
 *
 * A step is a name, a quoted name ("..." with \" and \\), or an index in brackets (negative: from
 * the end). A name that is an integer finds a string key first and an integer key after that.
 */
#ifndef VALUE_QUERY_H
#define VALUE_QUERY_H

#include <stddef.h>

struct buf;
struct err;
struct value;

#define QUERY_DEPTH_MAX 64 /* steps */

/*
 * The value at PATH below ROOT ("" is ROOT): 0 and borrowed *OUT; -ENOENT, ERR says which step
 * failed and suggests a near key; -EINVAL: the path itself is malformed; -ENOMEM.
 */
int query_find(const struct value *root, const char *path, struct value **out, struct err *err);

/* Append PATH as query_add_key() and query_add_index() write it. 0, -EINVAL or -ENOMEM. */
int query_normalize(const char *path, struct buf *out, struct err *err);

/* Append ".KEY", "[INDEX]" or, at the start, "KEY", quoted where needed. */
void query_add_key(struct buf *path, const struct value *key);
void query_add_index(struct buf *path, size_t index);

/* The key of MAP (a string) nearest to NAME, for "did you mean", or NULL. */
const char *query_suggest(const struct value *map, const char *name);

#endif
