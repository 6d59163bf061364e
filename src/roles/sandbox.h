/*
 * sandbox: what a builder or resolver can still do, before it has read anything of a repository.
 *
 * It may read files, write in the folders it could write in before, start threads and end. It may not
 * reach a network, start a program or another process, look at one, map memory that can be
 * executed, mount or change who it is: the kernel kills it for trying. Memory, CPU time, open files
 * and file sizes are limited.
 *
 * What loads code or asks other processes (names of users from elsewhere than /etc, the character
 * sets of iconv) has to happen before.
 */
#ifndef ROLES_SANDBOX_H
#define ROLES_SANDBOX_H

#include <stdint.h>

struct err;

#define SANDBOX_MEMORY_MAX (1ul << 30) /* bytes of private writable memory */
#define SANDBOX_CPU_MAX_S  60
#define SANDBOX_FILES_MAX  256 /* open at a time */

/*
 * Enter, for good: limits, no new privileges, no core dumps and no debuggers, the filter of system
 * calls. SIGXFSZ is ignored from here on: a file over its limit is an error of write(2). 0, also
 * where filter_missing() (filter.h) says why there is no filter; or negative errno.
 */
int sandbox_enter(struct err *err);

/* No file may grow over BYTES from here on. */
void sandbox_limit_files(uint64_t bytes);

#endif
