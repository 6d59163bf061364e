/*
 * metrics: what a mount counts and is, as Prometheus reads it (text format 0.0.4).
 *
 * What it is are the facts of `.status`. What is counted lies in the memory that keeper, server and
 * engine share, so that it goes on when one of them is started again, and begins anew with the mount.
 * Counting is the business of whoever decides; making the text is pure.
 */
#ifndef ENGINE_METRICS_H
#define ENGINE_METRICS_H

#include <stdint.h>

#include "src/link/state.h"

struct buf;
struct facts;

#define METRICS_BUCKETS 15 /* of a histogram, besides the one for everything longer */
#define METRICS_SLOTS	(METRICS_BUCKETS + 2) /* its buckets, and its sum in microseconds */

/* Where it is in `counters` of the shared state: append only. */
enum metric {
	METRIC_SYNC_OK,
	METRIC_SYNC_FAILED,
	METRIC_SWITCH_OK,
	METRIC_SWITCH_REJECTED, /* found to be no good */
	METRIC_SWITCH_FAILED,	/* could not be tried */
	METRIC_SYNC_SECONDS,	/* a histogram, as the next one */
	METRIC_SWITCH_SECONDS = METRIC_SYNC_SECONDS + METRICS_SLOTS,
	METRIC_COUNT = METRIC_SWITCH_SECONDS + METRICS_SLOTS
};

void metrics_count(struct state *state, enum metric which);
void metrics_observe(struct state *state, enum metric which, uint64_t took_ms);

/* A copy of what is counted. */
struct metrics {
	uint64_t counters[METRIC_COUNT];
	uint64_t requests[STATE_OPS]; /* of the kernel, by operation code */
	uint64_t server_restarts;
	uint64_t switches_without_leases;
};

void metrics_read(const struct state *state, struct metrics *out);

/* Append the text. What is not known has no sample. */
void metrics_text(const struct facts *facts, const struct metrics *metrics, struct buf *out);

#endif
