/*
 * doctor_repository: is the repository of a mount or a source there, may we read it, and has it the ref? Asked
 * in the way in which a mount would: of a confined process, or by a fetch into a folder that goes again.
 */
#ifndef CMD_DOCTOR_REPOSITORY_H
#define CMD_DOCTOR_REPOSITORY_H

struct err;
struct checkup;
struct settings;

/* For bounded_run(): ARG is a struct subject. */
void doctor_repository(struct checkup *checkup, const void *arg);

/* What REASON, of SETTINGS' repository, means for whoever has to put it right. */
void repository_explain(
		const struct settings *settings, const struct err *reason, struct checkup *checkup);

#endif
