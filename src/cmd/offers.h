/*
 * offers: candidates for one word of a command line, as they are found.
 */
#ifndef CMD_OFFERS_H
#define CMD_OFFERS_H

#include <stddef.h>

#include "src/base/buf.h"

struct offers {
	const char *word;  /* what was typed */
	size_t kept;	   /* bytes of it that stay as they are: candidates replace what follows */
	const char *shell; /* what the shell adds: "files", "folders", "none" */
	struct buf lines;
};

/* CANDIDATE, with TAIL behind it and ABOUT (or NULL), if it goes on what was typed. */
void offers_add(struct offers *offers, const char *candidate, const char *tail, const char *about);

/*
 * What KINDS (enum offer) are, where OPERAND (or NULL) is the first operand of the command line. What cannot
 * be looked up is left out.
 */
void offers_look_up(struct offers *offers, unsigned kinds, const char *operand);

#endif
