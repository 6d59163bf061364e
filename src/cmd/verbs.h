/*
 * verbs: all commands of refmount. One verb, one file; the table is in src/main.c.
 */
#ifndef CMD_VERBS_H
#define CMD_VERBS_H

struct command;

extern const struct command cmd_init;
extern const struct command cmd_mount;
extern const struct command cmd_umount;
extern const struct command cmd_status;
extern const struct command cmd_apply, cmd_drift;
extern const struct command cmd_history;
extern const struct command cmd_diff;
extern const struct command cmd_switch;
extern const struct command cmd_rollback;
extern const struct command cmd_resume;
extern const struct command cmd_follow;
extern const struct command cmd_sync;
extern const struct command cmd_wait;
extern const struct command cmd_upgrade;
extern const struct command cmd_render;
extern const struct command cmd_check;
extern const struct command cmd_explain;
extern const struct command cmd_doctor;
extern const struct command cmd_version;

/*
 * The program under the name mount.refmount: what mount(8) calls. Exit statuses are those of
 * mount(8).
 */
int cmd_mount_helper(int argc, char **argv);

#endif
