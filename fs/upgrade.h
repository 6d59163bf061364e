/*
 * upgrade: a running mount moves to another program, and back if that does not work.
 *
 * A crash on purpose: the mount survives the end of each of our processes, so all of them are replaced,
 * one after the other, by those of the new program. What could go wrong is tried before there is no way
 * back:
 *
 *     self-test   the new program looks at settings and state of this mount     else: refused
 *     trial       it has to serve, while the keeper is still the old one        else: the old server
 *     exec        the keeper becomes the new program (handover.h), which then starts the rest
 */
#ifndef FS_UPGRADE_H
#define FS_UPGRADE_H

#include <sys/types.h>

struct keeper;
struct loop_source;

#define UPGRADE_STEP_MS 1000 /* for the self-test, and for the new server to serve */

enum upgrade_step {
	UPGRADE_NONE,
	UPGRADE_TESTING,
	UPGRADE_ENDING, /* the old server has been told to end */
	UPGRADE_TRYING,
};

struct upgrade {
	enum upgrade_step step;
	char *program;	 /* owned: absolute path of the new refmount-fs */
	int settings_fd; /* those that its engine gets; -1: they stay */
	int report;	 /* what the self-test says; -1 */
	pid_t test;	 /* 0: not running */
	struct loop_source *timer;
};

#define UPGRADE_INIT                                                                               \
	{                                                                                          \
		.settings_fd = -1, .report = -1                                                    \
	}

void upgrade_release(struct upgrade *upgrade);

/*
 * Begin. If it comes to nothing, the engine is told (MESSAGE_REFUSED) and everything is as before; if it
 * succeeds, this process is another program.
 */
void upgrade_begin(struct keeper *keeper, const char *program,
		int settings_fd /* takes ownership; may be -1 */);

/* The program that the next server is started from; NULL: our own. */
const char *upgrade_program(const struct upgrade *upgrade);

/* A server has ended; one says that it serves. Called whether or not an upgrade is under way. */
void upgrade_on_server_end(struct keeper *keeper);
void upgrade_on_serving(struct keeper *keeper);

/* Callbacks of the loop; ARG is the keeper. A signal stands for: our own program was replaced on disk. */
void upgrade_on_timer(void *arg);
void upgrade_on_signal(void *arg, int signo);

#endif
