/*
 * glob: paths by pattern, as manifests and node configurations name them.
 *
 *     *        any characters of one name         **      any folders, also none (a whole component)
 *     ?        one character of a name            {a,b}   one or the other
 *     [a-z]    one of these, [!a-z] none          \*      the character itself
 *
 * A pattern is matched against the whole path, and a leading dot is like any other character.
 */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stdbool.h>

struct err;
struct glob;

#define GLOB_SIZE_MAX	      1024 /* bytes of a pattern */
#define GLOB_ALTERNATIVES_MAX 64   /* what its braces may multiply to */

/* -EINVAL: ERR says what is wrong with PATTERN (valid UTF-8). *OUT is the caller's. */
int glob_new(const char *pattern, struct glob **out, struct err *err);
void glob_free(struct glob *glob); /* NULL is fine */

/* PATH: valid UTF-8, clean. Takes time in proportion to the lengths of both. */
bool glob_matches(const struct glob *glob, const char *path);

#endif
