/*
 * say: what a command tells the person who typed it: on stderr, one line, "refmount: " in front.
 */
#ifndef CMD_SAY_H
#define CMD_SAY_H

struct diag;

/* Exit statuses of commands. */
enum {
	EXIT_DONE = 0,	/* or "same", "none" */
	EXIT_NO = 1,	/* differs, drift, rejected, not synced */
	EXIT_USAGE = 2, /* wrong usage, or it could not be done */
};

int say_error(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* EXIT_USAGE */
void say_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Each finding on a line of its own; EXIT_USAGE. */
int say_findings(const struct diag *findings);

#endif
