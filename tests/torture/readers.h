/*
 * readers: threads that look at a mount in every way a program can, and hand what they saw to the
 * witness. They know nothing of Git or FUSE: any folder will do. What needs refmount's own names
 * (.refmount, .status) is left out where those do not exist.
 */
#ifndef TORTURE_READERS_H
#define TORTURE_READERS_H

#include <stdbool.h>
#include <stdint.h>

struct witness;

struct readers_options {
	const char *mount;
	unsigned threads;  /* with leases: processes */
	double seconds;	   /* 0: until the journal is over or a signal arrives */
	const char *kinds; /* comma-separated names of operations; NULL: all that the mount has */
	unsigned lease_ms; /* not 0: read groups, and nothing else, from a mount with such leases */
	uint64_t seed;
};

/* Runs until the end; *SECONDS is how long it took. False on a bad option. */
bool readers_run(struct witness *witness, const struct readers_options *options, double *seconds);

#endif
