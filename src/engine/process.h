/*
 * process: what /proc says of a process: since when it runs, its name, and to which unit or container it
 * belongs.
 */
#ifndef ENGINE_PROCESS_H
#define ENGINE_PROCESS_H

#include <stdint.h>

#define PROCESS_NAME_MAX 64  /* bytes with NUL; the kernel's own limit is 16 for most */
#define PROCESS_UNIT_MAX 128 /* bytes with NUL */

struct process {
	uint64_t start_ns; /* since boot, rounded down; tells it from others that had its number */
	char command[PROCESS_NAME_MAX];
	char unit[PROCESS_UNIT_MAX]; /* "nginx.service", "docker-3f6c1d0e9ac0.scope"; "": none */
};

/* Process PID, as it is now: 0; -ESRCH: it has ended. */
int process_look(uint32_t pid, struct process *out);

/* --- the parts, on texts --- */

/* A line of /proc/PID/stat, the kernel counting TICKS a second: 0 or -EBADMSG; `unit` is untouched. */
int process_parse_stat(const char *text, long ticks, struct process *out);

/*
 * The unit that a /proc/PID/cgroup names: its innermost service or scope, else the container whose
 * id is the last component. An id of 64 digits is cut to its first 12.
 */
void process_parse_cgroup(const char *text, char unit[static PROCESS_UNIT_MAX]);

#endif
