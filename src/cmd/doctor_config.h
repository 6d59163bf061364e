/*
 * doctor_config: the node configuration of a mount, the files that it names, and the programs that it needs.
 */
#ifndef CMD_DOCTOR_CONFIG_H
#define CMD_DOCTOR_CONFIG_H

struct checkup;
struct settings;

/* For bounded_run(): ARG is a struct subject. */
void doctor_config(struct checkup *checkup, const void *arg);

/* --- its parts --- */

/* Files and folders: there, readable, and what is private so. */
void config_check_files(const struct settings *settings, struct checkup *checkup);

/* The commands that the node runs around a switch, and what fetching and signatures need. */
void config_check_programs(const struct settings *settings, struct checkup *checkup);

#endif
