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

/*
 * The builder's main: argv[0] "refmount: builder NAME"; descriptor 3 is the socket to the engine.
 * One job, then exit.
 */
int engine_builder_main(void);

/* The verifier's: argv[0] "refmount: verifier NAME"; likewise, a question about a signature. */
int engine_verifier_main(void);

/* The runner's: argv[0] "refmount: runner NAME"; one program of the node's own (commands.h). */
int engine_runner_main(void);

/*
 * The resolver's main: argv[0] "refmount: resolver NAME"; descriptor 3 is the socket to the engine,
 * which sends questions until it hangs up.
 */
int engine_resolver_main(void);

#endif
