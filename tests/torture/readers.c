#include "tests/torture/readers.h"

#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/torture/chance.h"
#include "tests/torture/journal.h"
#include "tests/torture/reader.h"

#define THREADS_MAX 256

static volatile sig_atomic_t is_stopped;

static const struct {
	void (*run)(struct reader *);
	uint32_t weight; /* how often, among all */
	bool is_own;	 /* needs refmount's own names */
} kinds[OPERATIONS] = {
		[BY_PATH] = {reader_by_path, 30, false},
		[BY_FOLDER] = {reader_by_folder, 15, false},
		[HELD] = {reader_held, 10, false},
		[MAPPED] = {reader_mapped, 8, false},
		[LISTED] = {reader_listed, 10, false},
		[STATED] = {reader_stated, 12, false},
		[LINK_READ] = {reader_link, 4, false},
		[ABSENT_NAME] = {reader_absent, 3, false},
		[REVISION_READ] = {reader_revision, 4, true},
		[STATUS_READ] = {reader_status, 1, true},
		[PINNED] = {reader_pinned, 3, true},
		[GROUP_READ] = {reader_group, 1, false},
};

/* What each thread does: operations, repeated by weight. */
struct mix {
	enum operation operations[128];
	uint32_t count;
};

struct worker {
	pthread_t thread;
	pid_t process; /* instead of the thread; 0: none */
	struct reader reader;
	const struct mix *mix;
	struct witness *witness;
};

static void on_signal(int number)
{
	(void)number;
	is_stopped = 1;
}

static bool is_wanted(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *at;

	for (at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

static bool mix_make(const struct readers_options *options, struct mix *mix)
{
	char path[4096];
	bool has_own;
	uint32_t i, n;

	(void)snprintf(path, sizeof(path), "%s/.refmount/revision", options->mount);
	has_own = access(path, F_OK) == 0;
	*mix = (struct mix){.count = 0};
	for (i = 0; i < OPERATIONS; i++) {
		if (!kinds[i].run || (kinds[i].is_own && !has_own))
			continue;
		if ((i == GROUP_READ) != (options->lease_ms > 0))
			continue;
		if (options->kinds && !is_wanted(options->kinds, operation_name((enum operation)i)))
			continue;
		for (n = 0; n < kinds[i].weight; n++)
			mix->operations[mix->count++] = (enum operation)i;
	}
	return mix->count > 0;
}

static void *work(void *data)
{
	struct worker *worker = data;
	struct reader *reader = &worker->reader;

	while (!atomic_load(&worker->witness->is_over)) {
		enum operation operation = worker->mix->operations[chance_below(
				&reader->chance, worker->mix->count)];
		uint64_t begun = reader_clock_ns(), took;

		reader->slept_ns = 0;
		kinds[operation].run(reader);
		took = reader_clock_ns() - begun;
		witness_count(reader->witness, operation,
				took > reader->slept_ns ? took - reader->slept_ns : 0);
	}
	return NULL;
}

static void wait_for_end(const struct witness *witness, double seconds)
{
	uint64_t end = reader_clock_ns() + (uint64_t)(seconds * 1e9);
	struct timespec step = {.tv_nsec = 20 * 1000 * 1000};

	while (!is_stopped && !atomic_load(&witness->journal->is_over)) {
		if (seconds > 0 && reader_clock_ns() >= end)
			return;
		(void)nanosleep(&step, NULL);
	}
}

/* Leases belong to processes: then each reader is one. Every other one opens files by threads. */
static void start(struct worker *worker, unsigned index, const struct readers_options *options)
{
	struct reader *reader = &worker->reader;

	reader_init(reader, worker->witness, options->mount, chance_mix(options->seed + index));
	reader->lease_ns = options->lease_ms * 1000000ull;
	reader->uses_threads = index % 2;
	if (!options->lease_ms) {
		if (pthread_create(&worker->thread, NULL, work, worker) != 0)
			errx(2, "start a reader");
		return;
	}
	worker->process = fork();
	if (worker->process < 0)
		err(2, "start a reader");
	if (worker->process > 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGTERM, SIG_IGN); /* our parent tells when it is over */
	(void)work(worker);
	_exit(0);
}

static void end(struct worker *worker)
{
	int status = 0;

	if (!worker->process)
		(void)pthread_join(worker->thread, NULL);
	else if (waitpid(worker->process, &status, 0) < 0 || status != 0)
		errx(2, "a reader has crashed");
	reader_release(&worker->reader);
}

bool readers_run(struct witness *witness, const struct readers_options *options, double *seconds)
{
	uint64_t begun = reader_clock_ns();
	struct worker *workers;
	struct mix mix;
	unsigned i;

	if (options->threads < 1 || options->threads > THREADS_MAX || !mix_make(options, &mix))
		return false;
	workers = calloc(options->threads, sizeof(*workers));
	if (!workers)
		err(2, "readers");
	reader_catch_bus_errors();
	(void)signal(SIGTERM, on_signal);
	(void)signal(SIGINT, on_signal);
	for (i = 0; i < options->threads; i++) {
		workers[i].mix = &mix;
		workers[i].witness = witness;
		start(&workers[i], i, options);
	}
	wait_for_end(witness, options->seconds);
	atomic_store(&witness->is_over, true);
	for (i = 0; i < options->threads; i++)
		end(&workers[i]);
	free(workers);
	*seconds = (double)(reader_clock_ns() - begun) / 1e9;
	return true;
}
