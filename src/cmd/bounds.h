/*
 * bounds: what a command may take that reads a repository in the user's own process: as much memory
 * and CPU time as a builder, so that a hostile commit costs the same in CI as on a node. Nothing else
 * is confined: the command prints, writes where it is told to, and reads what the user may read.
 */
#ifndef CMD_BOUNDS_H
#define CMD_BOUNDS_H

#define BOUNDS_CPU_S 60

/*
 * From here on: 1 GiB of memory (src/roles/sandbox.h; what is more fails as if there were no more), and
 * BOUNDS_CPU_S of CPU time, after which the command says so and ends with EXIT_USAGE. Called again,
 * the CPU time begins anew.
 */
void bounds_set(void);

#endif
