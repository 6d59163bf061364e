/*
 * doctor_machine: does this machine have what any mount needs? Facts first, all at once; what they mean is
 * said by a pure function.
 */
#ifndef CMD_DOCTOR_MACHINE_H
#define CMD_DOCTOR_MACHINE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct checkup;

#define MACHINE_TEXT_MAX 128 /* bytes with NUL */

struct machine {
	bool is_root;
	/* Positive errno, 0: it works. */
	int device;	   /* of opening /dev/fuse */
	int mount_api;	   /* open_tree(2), mount_setattr(2) */
	int fanotify;	   /* fanotify_init(2) */
	bool is_device;	   /* /dev/fuse is a device node */
	bool allows_other; /* user_allow_other in /etc/fuse.conf */
	bool has_fusermount, is_setuid;
	char release[MACHINE_TEXT_MAX]; /* of the kernel, "6.16.3-amd64" */
	int landlock;			/* version */
	const char *no_landlock, *no_filter;
	const char *version;		 /* of this program */
	char fs_program[PATH_MAX];	 /* refmount-fs; "": there is none */
	char fs_says[MACHINE_TEXT_MAX];	 /* "refmount-fs 0.1.0"; "": nothing */
	char git_says[MACHINE_TEXT_MAX]; /* "git version 2.47.3"; "": there is none that runs */
	int64_t now_s;			 /* seconds since 1970, UTC */
	uint64_t files_max;		 /* descriptors that a process may have */
};

void machine_look(struct machine *out);
void machine_check(const struct machine *machine, struct checkup *checkup);

/* Both, for bounded_run(); ARG is not looked at. */
void doctor_machine(struct checkup *checkup, const void *arg);

#endif
