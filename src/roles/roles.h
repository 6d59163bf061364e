/*
 * roles: the processes that work for the engine, one job each or one question after another. Whatever parses what is
 * not ours does it here, in a sandbox of its own, and not in the engine.
 *
 * Each is refmount itself, started by the engine with argv[0] "refmount: ROLE NAME"; descriptor 3
 * is the socket to the engine. All return an exit status.
 */
#ifndef ROLES_ROLES_H
#define ROLES_ROLES_H

/* "builder": one job (src/build/job.h), then exit. */
int builder_main(void);

/* "verifier": one question about a signature (src/trust/trust.h), then exit. */
int verifier_main(void);

/* "runner": one program of the node's own (src/node/command.h), then exit. */
int runner_main(void);

/* "resolver": answers questions about refs and commits (src/follow/resolver.h) until the engine hangs up. */
int resolver_main(void);

#endif
