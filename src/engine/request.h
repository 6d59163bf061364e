/*
 * request: what a command asks of the engine, read from the words that came over the control
 * socket:
 *
 *     switch REV [--reason TEXT] [--for MS] [--accept]    rollback [--reason TEXT]    resume    follow REF
 *     sync [--timeout MS]    wait [REV] [--readers] [--timeout MS]    umount [--lazy]
 *     upgrade PROGRAM --fs PROGRAM    pin REV    apply
 *
 * Pure: words in, a struct or a sentence out.
 */
#ifndef ENGINE_REQUEST_H
#define ENGINE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

struct err;

enum request_verb {
	REQUEST_SWITCH = 1,
	REQUEST_ROLLBACK,
	REQUEST_RESUME,
	REQUEST_FOLLOW,
	REQUEST_SYNC,
	REQUEST_WAIT,
	REQUEST_UMOUNT,
	REQUEST_UPGRADE,
	REQUEST_PIN,
	REQUEST_APPLY,
};

struct request {
	enum request_verb verb;
	const char *target; /* revision, ref or path, or NULL; borrowed like the rest from the words */
	const char *reason;  /* or NULL */
	const char *fs;	     /* path of refmount-fs, or NULL */
	uint64_t for_ms;     /* 0: no end */
	uint64_t timeout_ms; /* UINT64_MAX: none */
	bool is_lazy;
	bool is_accept;
	bool wants_readers;
};

/* 0 or -EINVAL, with a sentence for the person who typed it. OUT is untouched on failure. */
int request_parse(int argc, const char *const *argv, struct request *out, struct err *err);

/* May only root and the mount's owner ask for this? With `pin` that depends on the revision. */
bool request_changes(const struct request *request);

#endif
