/*
 * doctor_bounded: look at something that may never answer (a dead NFS server, a mount whose processes hang), and end all
 * the same.
 *
 * A process that waits in the kernel for such a file system may not even be killed. So whoever looks is a
 * child, which is waited for until a deadline and no longer; only its lines come back.
 */
#ifndef CMD_DOCTOR_BOUNDED_H
#define CMD_DOCTOR_BOUNDED_H

#include <stdbool.h>
#include <stdint.h>

struct checkup;

/* In a process of its own: it may change its environment, and crash. */
typedef void bounded_fn(struct checkup *checkup, const void *arg);

struct bounded {
	const char *check; /* what is said to have failed when it does not end, or crashes */
	bounded_fn *fn;
	uint64_t timeout_ms;
	const char *remedy; /* when it does not end in time */
};

/* Have it look, and add its lines to CHECKUP. False: it did not end in time. */
bool bounded_run(struct checkup *checkup, const struct bounded *bounded, const void *arg);

#endif
