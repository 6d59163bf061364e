/*
 * doctor_subject: what `refmount doctor` looks at, apart from the machine: a mount that runs, one that a node
 * configuration describes, both in one, or just a source.
 */
#ifndef CMD_DOCTOR_SUBJECT_H
#define CMD_DOCTOR_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diag;
struct err;
struct mount;
struct settings;
struct value;

struct subject {
	char *name;	     /* owned; NULL: it is a source */
	char *config;	     /* owned: file; NULL: none */
	char *source;	     /* owned: REPO[#REF]; NULL: none */
	struct mount *mount; /* owned; NULL: none of that name */
};

struct subjects {
	struct subject *items; /* owned; sorted by name */
	size_t count, cap;
};

#define SUBJECTS_INIT                                                                              \
	{                                                                                          \
		0                                                                                  \
	}

void subjects_release(struct subjects *subjects);

/* All configurations of this machine, and all mounts. */
int subjects_list(struct subjects *out, struct err *err);

/*
 * What WHAT means: a name, a mount point or a path below one, or a source. Asks no file system that is
 * mounted, as it may be dead. -ENOENT with a sentence: nothing at all.
 */
int subjects_find(const char *what, struct subjects *out, struct err *err);

/*
 * The settings that a mount of SUBJECT would get, as far as they are known: of one without a configuration, what
 * its .status says, and the usual places. *OUT (SETTINGS_INIT before) is to be released in any case. Returns and
 * FINDINGS as plan_settings() has them.
 */
int subject_settings(const struct subject *subject, struct settings *out, struct diag *findings,
		struct err *err);

#endif
