/*
 * proc: start a program with exactly the descriptors it shall have.
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

#define PROC_FD_MAX    8
#define PROC_FORK_PIPE 3

struct proc_spec {
	const char *program;	 /* absolute path, or NULL: this very binary (/proc/self/exe) */
	const char *const *argv; /* NULL-terminated; argv[0] is what ps shows */
	int fds[PROC_FD_MAX]; /* become 3, 4, ... in the child; everything else above 2 is closed */
	size_t fd_count;
	bool new_session; /* setsid() in the child */
	bool devnull; /* 0, 1 and 2 on /dev/null instead of inherited (2 stays with keep_stderr) */
	bool keep_stderr;
	const int *stdio;	/* three descriptors that become 0, 1 and 2; NULL: as above */
	const char *const *env; /* NULL: inherited */
	int death_signal;	/* sent to the child when the parent dies; 0: none */
};

/*
 * Start the child; *PID is the caller's to reap. Signals are unblocked and at their defaults in the
 * child. A program that cannot be executed is reported here, by its errno, and leaves no child.
 */
int proc_spawn(const struct proc_spec *spec, pid_t *pid, struct err *err);

/* Run ARGV to its end without a shell, stdin from /dev/null; *STATUS as of waitpid(2). */
int proc_run(const char *const *argv, int *status, struct err *err);

/*
 * Close every descriptor from FIRST on but the COUNT in KEPT: of this thread's table, if it has one of its own,
 * else of the process. 0 or negative errno.
 */
int proc_keep_only(int first, const int *kept, size_t count);

/* "exited with 3", "killed by signal 9 (Killed)". */
const char *proc_status_text(int status, char *text, size_t size);

/* Path of PROGRAM as the shell would find it in $PATH. 0 or -ENOENT. */
int proc_find(const char *program, char *path, size_t size, struct err *err);

/* The same in DIRS, folders with colons between, as $PATH has them. */
int proc_find_in(const char *dirs, const char *program, char *path, size_t size);

/*
 * Path of PROGRAM beside BINARY (NULL: the one that runs), else in libexec (a build constant). 0 or
 * -ENOENT.
 */
int proc_sibling(const char *binary, const char *program, char *path, size_t size, struct err *err);

/*
 * In a child of fork(2) that goes on in this program: it is called NAME, is NICE (1 to 19), dies with its parent,
 * blocks no signal, and has no descriptor above 2 but PIPE, which becomes PROC_FORK_PIPE.
 */
void proc_after_fork(const char *name, int nice, int pipe);

/*
 * Name of this process in ps and top: argv[0] was set by the parent, this sets the thread's name.
 */
void proc_set_name(const char *name);

#endif
