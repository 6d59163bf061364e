/*
 * complaints: findings for a person: each with its line of the file and a mark below the column, when
 * a terminal shows them.
 */
#ifndef CMD_COMPLAINTS_H
#define CMD_COMPLAINTS_H

#include <stdbool.h>
#include <stdio.h>

struct diag;
struct finding;
struct input;

/*
 * Print ITEM to STREAM as "PREFIXfile:line:column: message" and, if STREAM is a terminal, the line it is
 * about from INPUT (may be NULL). NOTE (may be NULL) follows the message.
 */
void complaint_print(FILE *stream, const char *prefix, const struct finding *item, const char *note,
		struct input *input);

/* All of FINDINGS, and how many were dropped. */
void complaints_print(
		FILE *stream, const char *prefix, const struct diag *findings, struct input *input);

/* May STREAM be coloured? A terminal, and no NO_COLOR. */
bool complaints_has_colours(FILE *stream);

#endif
