/*
 * diff: what differs between two trees. Costs as much as what differs: subtrees that are one record
 * in both are not entered. A tree that was merely copied (compact.h) does not differ.
 */
#ifndef SNAP_DIFF_H
#define SNAP_DIFF_H

#include "src/snap/node.h"

enum diff_kind {
	DIFF_ADDED,   /* the name is new; for a folder: everything below it is */
	DIFF_REMOVED, /* the name is gone; likewise */
	DIFF_CHANGED, /* the name leads to another node: a file that changed (node_same), or another
		       * kind, or a folder that came back with another number */
	DIFF_DIR, /* this folder is in both, and its listing (names, or what they lead to) or its
		   * attributes (ids and totals included) differ; reported before its entries */
};

struct diff_event {
	enum diff_kind kind;
	const char *path; /* from the root, no leading slash, "" for the root; in the call only */
	const struct node *from; /* NULL for DIFF_ADDED */
	const struct node *to;	 /* NULL for DIFF_REMOVED */
};

/* A non-zero return ends the walk and becomes its result. */
typedef int diff_fn(void *arg, const struct diff_event *event);

/*
 * Call FN for each difference from root FROM to root TO (PLACE_NONE: no tree at all), names in
 * order, folders before what is in them. With DEEP, folders that were added, removed or changed are
 * entered, and what differs in them is reported as well (below a folder that changed into another
 * one, a file that looks the same does not differ). 0, FN's result, -EIO or -ENOMEM.
 */
int diff_trees(const struct segment_set *set, place from, place to, bool deep, diff_fn *fn,
		void *arg);

#endif
