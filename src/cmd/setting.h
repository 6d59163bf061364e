/*
 * setting: one setting of a mount at a time, from text, with the check that belongs to it. The
 * command line and the node configuration both go through here, so that they take the same and
 * complain alike.
 *
 * Each returns 0, -EINVAL (or another errno) with a sentence that names no place: the caller
 * knows it.
 */
#ifndef CMD_SETTING_H
#define CMD_SETTING_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct settings;

#define SETTING_HISTORY_MIN  2
#define SETTING_HISTORY_MAX  200
#define SETTING_POLL_MIN_MS  100
#define SETTING_DEPTH_MAX    10000000
#define SETTING_LEASE_MAX_MS 1000

int setting_text(char **field, const char *text, struct err *err); /* a copy */
int setting_folder(struct settings *settings, const char *text, struct err *err);
int setting_state(struct settings *settings, const char *text, struct err *err);
int setting_poll(struct settings *settings, uint64_t poll_ms, struct err *err);
int setting_history(struct settings *settings, uint64_t history, struct err *err);
int setting_uid(struct settings *settings, const char *text, struct err *err); /* number or name */
/*
 * One fact. The name is NAME_LEN bytes; the value may stand in a path: not empty, no slash, no dot
 * in front.
 */
int setting_fact(struct settings *settings, const char *name, size_t name_len, const char *value,
		struct err *err);
int setting_secrets(struct settings *settings, const char *text, struct err *err); /* a folder */

/* A file: its path, made absolute. FIELD is one of the settings, WHAT its name for complaints. */
int setting_file(char **field, const char *what, const char *text, struct err *err);
int setting_depth(struct settings *settings, uint64_t depth, struct err *err);
int setting_lease(struct settings *settings, uint64_t lease_ms, struct err *err);
int setting_gid(struct settings *settings, const char *text, struct err *err);

#endif
