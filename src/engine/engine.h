/*
 * engine: decides. Follows the ref, has commits built, switches, holds, remembers, and writes what
 * .status and its kin say. One thread, one loop; never on the read path.
 *
 * Started by the keeper as a process of its own with three descriptors: SETTINGS (a sealed memory
 * file, src/link/settings.h), LINK (messages from and to the keeper) and STATE (shared memory,
 * mapped for reading pids and tables).
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#define ENGINE_FD_SETTINGS 3
#define ENGINE_FD_LINK	   4
#define ENGINE_FD_STATE	   5

/* The role's main: argv[0] "refmount: engine NAME". Returns an exit status. */
int engine_main(void);

#endif
