/*
 * live_diff: what live files of a node hold, against what the mount has there, as a patch on stdout:
 * what `refmount apply` would change. Secrets are said to differ, and no more.
 */
#ifndef CMD_LIVE_DIFF_H
#define CMD_LIVE_DIFF_H

struct err;
struct mount;
struct value;

/* DRIFT is what drift.json of MOUNT holds. 0 or negative errno. */
int live_diff_print(const struct mount *mount, const struct value *drift, struct err *err);

#endif
