/*
 * query: dotted paths into values: `nginx.upstreams[0].host`, `users."a.b"`, `[2]`.
 *
 * A step is a name, a quoted name ("..." with \" and \\), or an index in brackets (negative: from the
 * end). A name of digits only finds a string key first and an integer key after that.
 */
#ifndef VALUE_QUERY_H
#define VALUE_QUERY_H

#include <stddef.h>

struct buf;
struct err;
struct value;

#define QUERY_DEPTH_MAX 64

/* The value at PATH below ROOT ("" is ROOT): 0 and borrowed *OUT; -ENOENT, ERR says which step failed and
 * suggests a near key; -EINVAL: the path itself is malformed. */
int query_find(const struct value *root, const char *path, struct value **out, struct err *err);

/* Append ".KEY", "[INDEX]" or, at the start, "KEY", quoted where needed. */
void query_add_key(struct buf *path, const struct value *key);
void query_add_index(struct buf *path, size_t index);

#endif
