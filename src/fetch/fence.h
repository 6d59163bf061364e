/*
 * fence: what a fetcher, and git and ssh below it, can still do.
 *
 * They speak with a server that nobody vouches for. So: no privileges and no way to new ones; of the file
 * system only the mirror can be written, and only programs, libraries, names of hosts and users, certificates of authorities and
 * the files of the job be read; no socket of a service of this machine, where root mounts; no system calls that only administrators and debuggers need; limits of memory, processor
 * time and the size of a file; the first to go when the machine runs out of memory.
 */
#ifndef FETCH_FENCE_H
#define FETCH_FENCE_H

struct err;
struct fetch_job;

#define FENCE_MEMORY_MAX (1ul << 30) /* bytes of private writable memory, each process */
#define FENCE_CPU_MAX_S	 120
#define FENCE_FILES_MAX	 512 /* open at a time */

/*
 * For good, for this process and all it starts. The mirror's folder must exist. What this kernel does not know
 * (landlock_missing(), filter_missing()) is left out.
 */
int fence_enter(const struct fetch_job *job, struct err *err);

#endif
