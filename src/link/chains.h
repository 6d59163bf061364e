/*
 * chains: which processes are in the middle of reading files. A table in the shared state: the server writes
 * it (fs/leases.c), its successor goes on with it, the engine tells of it.
 *
 * Opens of one process that follow each other within one length are a chain. It began in a view, and ends when
 * nothing was opened for one length, or after CHAINS_LENGTHS_MAX of them and CHAINS_NS_MAX at most. Times are
 * monotonic. The table is of fixed size: should more processes open files at once, the chain that was
 * extended longest ago makes way.
 */
#ifndef LINK_CHAINS_H
#define LINK_CHAINS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CHAINS_ENTRIES	   1024
#define CHAINS_GROUP	   16 /* places that a process shares with others */
#define CHAINS_LENGTHS_MAX 50
#define CHAINS_NS_MAX	   1000000000ull

struct chain {
	_Atomic uint32_t process; /* 0: free, or being written */
	_Atomic uint32_t epoch;	  /* of the view in which it began */
	_Atomic uint64_t first_ns, last_ns;
};

struct chains {
	_Atomic uint32_t length_ms; /* 0: nobody goes on with anything */
	struct chain entries[CHAINS_ENTRIES];
};

uint64_t chains_length_ns(const struct chains *chains);

/* When CHAIN ends, if nothing is opened any more. */
uint64_t chains_end_ns(const struct chains *chains, const struct chain *chain);

/* Is CHAIN in force at NOW? Not one that is free. */
bool chains_is_in_force(const struct chains *chains, const struct chain *chain, uint64_t now);

/* The chain of PROCESS that is in force at NOW; NULL: it has none. */
struct chain *chains_find(struct chains *chains, uint32_t process, uint64_t now);

/*
 * PROCESS begins a chain at FIRST, in a view of EPOCH, and has opened something at NOW. False if another one
 * that is still in force had to make way. One thread at a time.
 */
bool chains_begin(struct chains *chains, uint32_t process, uint32_t epoch, uint64_t first,
		uint64_t now);

/* Entry INDEX as one piece, for any process; false if it is not in force at NOW. */
bool chains_get(const struct chains *chains, unsigned index, uint64_t now, struct chain *out);

#endif
