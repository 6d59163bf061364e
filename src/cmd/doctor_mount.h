/*
 * doctor_mount: what is at the mount point, and how a mount that runs is doing.
 */
#ifndef CMD_DOCTOR_MOUNT_H
#define CMD_DOCTOR_MOUNT_H

#include <stdint.h>

struct checkup;
struct subject;
struct value;

/* For bounded_run(): ARG is a struct subject. */
void doctor_place(struct checkup *checkup, const void *arg);
void doctor_mount(struct checkup *checkup, const void *arg);
void doctor_engine(struct checkup *checkup, const void *arg);

/* What STATUS (.status as a value) says of the mount of SUBJECT, at NOW. */
void mount_check_status(const struct subject *subject, const struct value *status, int64_t now_s,
		struct checkup *checkup);

#endif
