/*
 * precheck: what can be seen to be wrong before anything is started, each with its remedy.
 */
#ifndef CMD_PRECHECK_H
#define CMD_PRECHECK_H

struct err;
struct settings;

/*
 * Can SETTINGS be mounted? 0 or negative errno. A repository that is missing or damaged is no
 * error when the state directory holds a revision to serve: then WARNING is set instead.
 */
int precheck(const struct settings *settings, struct err *warning, struct err *err);

/*
 * Is the repository of SETTINGS, which is on this machine, there with the ref and the folder that is
 * shown? Asked of a confined process. 0 or negative errno.
 */
int precheck_repository(const struct settings *settings, struct err *err);

#endif
