/*
 * plain: shows the revisions of a model in an ordinary folder, switched by ordinary means. This is
 * the checker's own test: a right method must pass, a wrong one must be caught.
 */
#ifndef TORTURE_PLAIN_H
#define TORTURE_PLAIN_H

#include <stdbool.h>
#include <stdint.h>

struct journal;
struct model;

enum plain_method {
	PLAIN_STATIC,  /* revision 0, nothing moves */
	PLAIN_REWRITE, /* files are rewritten in place, one after the other */
	PLAIN_REPLACE, /* files are replaced by rename, one after the other */
	PLAIN_SWAP,    /* a link is swapped from one whole tree to the next */
};

bool plain_method_parse(const char *name, enum plain_method *out);

/* Make DIR/tree show revision 0. */
void plain_start(const struct model *model, const char *dir, enum plain_method method);

/* Move DIR/tree on SWITCHES times, with PAUSE_US in between; ends the journal. */
void plain_run(const struct model *model, struct journal *journal, const char *dir,
		enum plain_method method, uint32_t switches, uint32_t pause_us);

#endif
