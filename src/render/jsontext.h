/*
 * jsontext: is this text JSON (RFC 8259)? Nothing but the answer, and where it is wrong.
 */
#ifndef RENDER_JSONTEXT_H
#define RENDER_JSONTEXT_H

#include <stddef.h>
#include <stdint.h>

#define JSONTEXT_DEPTH_MAX 200 /* lists and maps in each other */

struct jsontext_fault {
	uint32_t line, column; /* from 1, in characters */
	const char *message;   /* static; quotes nothing of the text */
};

/* 0, or -EINVAL and *OUT. Time is in proportion to LEN, whatever the text. */
int jsontext_check(const char *text, size_t len, struct jsontext_fault *out);

#endif
