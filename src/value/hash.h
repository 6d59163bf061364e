/*
 * hash: a number for bytes that nobody can foresee.
 *
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) with a key drawn
 * once a process: whoever writes the keys of a map cannot make them collide. For tables in memory
 * only: it differs from run to run, so no output may depend on it.
 */
#ifndef VALUE_HASH_H
#define VALUE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *data, size_t len);

#endif
