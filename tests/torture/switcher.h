/*
 * switcher: moves the branch of a torture repository, revision by revision, and waits each time
 * until the mount shows it. Now and then it holds the mount at an older revision with refmount's
 * own commands, moves the branch meanwhile, and lets go again.
 */
#ifndef TORTURE_SWITCHER_H
#define TORTURE_SWITCHER_H

#include <stdbool.h>
#include <stdint.h>

struct journal;
struct model;

struct switcher_options {
	const char *mount, *repo;
	const char *program; /* refmount; NULL: no holds */
	uint32_t switches;
	uint32_t hold_every; /* a hold after about so many switches; 0: never */
	uint32_t kept;	     /* revisions in the mount's history */
	uint32_t pause_us;   /* after each switch */
	uint32_t lease_ms;   /* of the mount; 0: none */
	uint64_t seed;
};

/* True when every switch arrived; ends the journal either way. SIGTERM ends it after the next one. */
bool switcher_run(const struct model *model, struct journal *journal,
		const struct switcher_options *options);

#endif
