/*
 * dashboard: a mount at a glance, as one screen of text: what is served, what is coming, the last
 * switches, findings, hooks, drift, readers. Pure: values and a size in, text out; watch.c shows it.
 */
#ifndef CMD_DASHBOARD_H
#define CMD_DASHBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct value;

struct dashboard {
	/* What the files of the same names in .refmount/ hold. */
	const struct value *status, *drift, *history;
	unsigned columns, rows; /* of the screen; at least 20 and 5 are used */
	bool has_colours;
	int64_t now; /* seconds UTC */
};

/*
 * Append the lines, each ended by a newline, at most ROWS, none wider than COLUMNS. Texts of others
 * (subjects, findings, names of files) hold no control characters in there.
 */
void dashboard_format(const struct dashboard *dashboard, struct buf *out);

#endif
