/*
 * secrets: what a repository may use and must not hold.
 *
 * The manifest declares names; the bytes lie on the node, a file for each, in a folder that only
 * its owner reads (or that a service manager made, $CREDENTIALS_DIRECTORY).
 */
#ifndef RENDER_SECRETS_H
#define RENDER_SECRETS_H

#include <stdbool.h>

struct arena;
struct diag;
struct manifest;
struct value;

#define SECRET_SIZE_MAX (1u << 20) /* bytes */

struct secrets_spec {
	const char *dir;   /* NULL or "": there is none */
	bool has_stand_in; /* without DIR, "(secret NAME)" stands for each: for checks elsewhere */
};

/*
 * Those that MANIFEST declares and the node has, as a map of strings: without the last newline, or
 * with `file: true` the bytes as they are. What is required and missing, too large, or not UTF-8 is a
 * finding that does not quote it. NULL: no memory.
 */
struct value *secrets_read(struct arena *arena, const struct manifest *manifest,
		const struct secrets_spec *spec, struct diag *findings);

/* Is NAME declared, but not on this node? */
bool secrets_is_missing(
		const struct manifest *manifest, const struct value *secrets, const char *name);

/* The permission bits of a file that was made with a secret, where no rule says otherwise. */
unsigned secrets_mode(unsigned mode);

#endif
