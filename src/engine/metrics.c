#include "src/engine/metrics.h"

#include <inttypes.h>
#include <linux/fuse.h>
#include <stdbool.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/oid.h"
#include "src/base/str.h"
#include "src/engine/drift.h"
#include "src/engine/saved.h"
#include "src/engine/status.h"
#include "src/snap/generation.h"

_Static_assert(METRIC_COUNT <= STATE_COUNTERS, "every counter has its place");

static const struct {
	uint64_t ms;
	const char *seconds;
} limits[METRICS_BUCKETS] = {{1, "0.001"}, {5, "0.005"}, {10, "0.01"}, {25, "0.025"}, {50, "0.05"},
		{100, "0.1"}, {250, "0.25"}, {500, "0.5"}, {1000, "1"}, {2500, "2.5"}, {5000, "5"},
		{10000, "10"}, {30000, "30"}, {60000, "60"}, {120000, "120"}};

/* Operations by their names in the kernel; all others together are "other". */
static const char *const operations[STATE_OPS] = {
		[FUSE_LOOKUP] = "lookup",
		[FUSE_FORGET] = "forget",
		[FUSE_GETATTR] = "getattr",
		[FUSE_SETATTR] = "setattr",
		[FUSE_READLINK] = "readlink",
		[FUSE_SYMLINK] = "symlink",
		[FUSE_MKNOD] = "mknod",
		[FUSE_MKDIR] = "mkdir",
		[FUSE_UNLINK] = "unlink",
		[FUSE_RMDIR] = "rmdir",
		[FUSE_RENAME] = "rename",
		[FUSE_LINK] = "link",
		[FUSE_OPEN] = "open",
		[FUSE_READ] = "read",
		[FUSE_WRITE] = "write",
		[FUSE_STATFS] = "statfs",
		[FUSE_RELEASE] = "release",
		[FUSE_FSYNC] = "fsync",
		[FUSE_SETXATTR] = "setxattr",
		[FUSE_GETXATTR] = "getxattr",
		[FUSE_LISTXATTR] = "listxattr",
		[FUSE_REMOVEXATTR] = "removexattr",
		[FUSE_FLUSH] = "flush",
		[FUSE_INIT] = "init",
		[FUSE_OPENDIR] = "opendir",
		[FUSE_READDIR] = "readdir",
		[FUSE_RELEASEDIR] = "releasedir",
		[FUSE_FSYNCDIR] = "fsyncdir",
		[FUSE_GETLK] = "getlk",
		[FUSE_SETLK] = "setlk",
		[FUSE_SETLKW] = "setlkw",
		[FUSE_ACCESS] = "access",
		[FUSE_CREATE] = "create",
		[FUSE_INTERRUPT] = "interrupt",
		[FUSE_BMAP] = "bmap",
		[FUSE_DESTROY] = "destroy",
		[FUSE_IOCTL] = "ioctl",
		[FUSE_POLL] = "poll",
		[FUSE_BATCH_FORGET] = "batch_forget",
		[FUSE_FALLOCATE] = "fallocate",
		[FUSE_READDIRPLUS] = "readdirplus",
		[FUSE_RENAME2] = "rename2",
		[FUSE_LSEEK] = "lseek",
		[FUSE_COPY_FILE_RANGE] = "copy_file_range",
		[FUSE_SYNCFS] = "syncfs",
};

/* --- counting --- */

void metrics_count(struct state *state, enum metric which)
{
	(void)atomic_fetch_add(&state->counters[which], 1);
}

void metrics_observe(struct state *state, enum metric which, uint64_t took_ms)
{
	_Atomic uint64_t *slots = &state->counters[which];
	size_t i = 0;

	while (i < METRICS_BUCKETS && took_ms > limits[i].ms)
		i++;
	(void)atomic_fetch_add(&slots[i], 1);
	(void)atomic_fetch_add(&slots[METRICS_SLOTS - 1], took_ms * 1000);
}

void metrics_read(const struct state *state, struct metrics *out)
{
	size_t i;

	for (i = 0; i < METRIC_COUNT; i++)
		out->counters[i] = atomic_load(&state->counters[i]);
	for (i = 0; i < STATE_OPS; i++)
		out->requests[i] = atomic_load(&state->requests[i]);
	out->server_restarts = atomic_load(&state->server_restarts);
	out->switches_without_leases = atomic_load(&state->leases.switches_off);
}

/* --- text --- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP refmount_%s %s\n# TYPE refmount_%s %s\n", name, help, name, type);
}

static void single(struct buf *out, const char *name, uint64_t value)
{
	buf_printf(out, "refmount_%s %" PRIu64 "\n", name, value);
}

static void labelled(struct buf *out, const char *name, const char *label, const char *text,
		uint64_t value)
{
	buf_printf(out, "refmount_%s{%s=\"%s\"} %" PRIu64 "\n", name, label, text, value);
}

/* NAME="TEXT", where TEXT can be anything: whatever is no UTF-8 would make all of it unreadable. */
static void label(struct buf *out, const char *name, const char *text)
{
	const char *at = text, *end = text + strlen(text), *from;

	buf_printf(out, "%s=\"", name);
	while (at < end) {
		from = at;
		if (str_next_code(&at, end) == 0)
			buf_add_str(out, "\xef\xbf\xbd");
		else if (*from == '\n')
			buf_add_str(out, "\\n");
		else if (*from == '"' || *from == '\\')
			buf_printf(out, "\\%c", *from);
		else
			buf_add(out, from, (size_t)(at - from));
	}
	buf_add_char(out, '"');
}

static void add_info(const struct facts *facts, struct buf *out)
{
	char revision[OID_HEX_SIZE];
	const struct {
		const char *name, *value;
	} labels[] = {
			{"mount", facts->mount},
			{"ref", facts->ref},
			{"revision", revision},
			{"sync", status_sync(facts)},
			{"health", status_health(facts)},
	};
	size_t i;

	oid_format(&facts->generation->commit, revision);
	head(out, "info", "gauge", "What is served; always 1.");
	buf_add_str(out, "refmount_info{");
	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		buf_add_str(out, i > 0 ? "," : "");
		label(out, labels[i].name, labels[i].value);
	}
	buf_add_str(out, "} 1\n");
}

static void add_histogram(const struct metrics *metrics, enum metric which, const char *name,
		const char *help, struct buf *out)
{
	const uint64_t *slots = &metrics->counters[which];
	uint64_t count = 0, sum_us = slots[METRICS_SLOTS - 1];
	size_t i;

	head(out, name, "histogram", help);
	for (i = 0; i <= METRICS_BUCKETS; i++) {
		count += slots[i];
		buf_printf(out, "refmount_%s_bucket{le=\"%s\"} %" PRIu64 "\n", name,
				i < METRICS_BUCKETS ? limits[i].seconds : "+Inf", count);
	}
	buf_printf(out, "refmount_%s_sum %" PRIu64 ".%06" PRIu64 "\n", name, sum_us / 1000000,
			sum_us % 1000000);
	buf_printf(out, "refmount_%s_count %" PRIu64 "\n", name, count);
}

static void add_counters(const struct metrics *metrics, struct buf *out)
{
	const uint64_t *counters = metrics->counters;

	head(out, "sync_total", "counter", "Looks at the source, by their result.");
	labelled(out, "sync_total", "result", "ok", counters[METRIC_SYNC_OK]);
	labelled(out, "sync_total", "result", "failed", counters[METRIC_SYNC_FAILED]);
	add_histogram(metrics, METRIC_SYNC_SECONDS, "sync_duration_seconds",
			"How long looks at the source took.", out);
	head(out, "switch_total", "counter",
			"Revisions that were served (ok), rejected, or could not be tried "
			"(failed).");
	labelled(out, "switch_total", "result", "ok", counters[METRIC_SWITCH_OK]);
	labelled(out, "switch_total", "result", "rejected", counters[METRIC_SWITCH_REJECTED]);
	labelled(out, "switch_total", "result", "failed", counters[METRIC_SWITCH_FAILED]);
	add_histogram(metrics, METRIC_SWITCH_SECONDS, "switch_duration_seconds",
			"From what caused a switch, such as a push, to the new revision being "
			"visible.",
			out);
}

static void add_time(struct buf *out, const char *name, const char *help, int64_t time)
{
	head(out, name, "gauge", help);
	if (time > 0)
		single(out, name, (uint64_t)time);
}

static void add_facts(const struct facts *facts, struct buf *out)
{
	const struct drift_counts drift = drift_count(facts);

	add_time(out, "last_sync_timestamp_seconds", "When the source last answered.",
			facts->last_sync->ok_time);
	add_time(out, "last_switch_timestamp_seconds", "When another revision became visible.",
			facts->last_switch->time);
	head(out, "behind_commits", "gauge",
			"Commits between what is served and where the ref points, when that is "
			"known.");
	if (facts->behind >= 0)
		single(out, "behind_commits", (uint64_t)facts->behind);
	head(out, "findings", "gauge", "Why the newest revision is not served: findings in it.");
	single(out, "findings", status_findings(facts));
	head(out, "drift", "gauge",
			"What is not as the ref says: the revision (0 or 1), live files, readers "
			"of old "
			"files.");
	labelled(out, "drift", "kind", "revision", drift.revision);
	labelled(out, "drift", "kind", "files", drift.files);
	labelled(out, "drift", "kind", "readers", drift.readers);
	head(out, "files", "gauge", "Files that are served.");
	single(out, "files", facts->generation->files);
	head(out, "bytes", "gauge", "Bytes of files that are served.");
	single(out, "bytes", facts->generation->bytes);
}

static void add_requests(const struct metrics *metrics, struct buf *out)
{
	uint64_t other = 0;
	size_t i;

	head(out, "server_restarts_total", "counter",
			"How often the process that answers the kernel was started again.");
	single(out, "server_restarts_total", metrics->server_restarts);
	head(out, "switches_without_leases_total", "counter",
			"Switches at which nobody had a lease, because opens came too fast to be "
			"counted.");
	single(out, "switches_without_leases_total", metrics->switches_without_leases);
	head(out, "requests_total", "counter",
			"Requests of the kernel, by operation; what it has cached it does not ask "
			"for.");
	for (i = 0; i < STATE_OPS; i++) {
		if (!operations[i])
			other += metrics->requests[i];
		else
			labelled(out, "requests_total", "op", operations[i], metrics->requests[i]);
	}
	labelled(out, "requests_total", "op", "other", other);
}

void metrics_text(const struct facts *facts, const struct metrics *metrics, struct buf *out)
{
	add_info(facts, out);
	add_counters(metrics, out);
	add_facts(facts, out);
	add_requests(metrics, out);
}
