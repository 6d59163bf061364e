/*
 * doctor_state: can the state of a mount be kept where it shall be: the state directory and the run directory.
 */
#ifndef CMD_DOCTOR_STATE_H
#define CMD_DOCTOR_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct checkup;

/* For bounded_run(): ARG is a struct subject. */
void doctor_state(struct checkup *checkup, const void *arg);

/* --- its parts --- */

/* Can DIR be used by who asks, or be made where there is none? True: it is there, and can be written. */
bool state_check_dir(const char *dir, struct checkup *checkup);

/* What there is of a file system, and what of it the state uses. */
struct room {
	uint64_t free_bytes, free_files, used_bytes;
	uint64_t all_files; /* 0: they are not counted */
};

void state_check_room(const char *dir, const struct room *room, struct checkup *checkup);

/* state.yaml, and what was not finished. */
void state_check_content(const char *dir, struct checkup *checkup);

#endif
