/*
 * The queue is read by whoever must know (intake.c), and by this thread as soon as there is something in it: an
 * event holds the mount busy, as any open file does, until it was read and its descriptor closed. Only when
 * opens follow each other closely is it left alone for a moment at a time, since waking us costs the reader
 * more than the event itself, and the kernel makes one event of several while they wait. When nobody reads it, the keeper replaces the server (watch.h).
 *
 * Closing a descriptor may wait for a worker's answer (intake.c). So this is a thread of its own, which no worker
 * ever waits for, and it has a table of descriptors of its own, with nothing in it but the queue:
 * should we be killed while it is caught in the kernel, neither the link to the keeper nor the connection depend
 * on it (switch.c).
 */
#include "fs/census.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fs/intake.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/proc.h"

#define BURST	  8	  /* so often we are woken, ... */
#define BURST_NS  1000000 /* ... within that time, before we let a moment pass: */
#define MOMENT_NS 10000000

struct census {
	struct census_source source;
	pthread_t thread;
	int end_fd;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	bool is_ready; /* the thread has its own descriptors */

	/* The thread's. */
	uint64_t burst_ns;
	unsigned burst;
};

/* Some of what is queued; false when there was less than could have been taken. */
static bool take(struct census *census)
{
	struct views_pair views;
	unsigned count;

	(void)views_enter(census->source.views, CENSUS_WORKER, &views); /* keeps segments mapped */
	count = intake_take(census->source.intake);
	views_leave(census->source.views, CENSUS_WORKER);
	return count == INTAKE_BATCH;
}

static void rest_in_bursts(struct census *census)
{
	uint64_t now = clock_mono_ns();

	if (now - census->burst_ns > BURST_NS) {
		census->burst_ns = now;
		census->burst = 0;
	}
	if (++census->burst > BURST)
		clock_pause_ns(MOMENT_NS);
}

/* --- the thread --- */

static int take_descriptors(const struct census *census)
{
	const int kept[] = {census->source.queue_fd, census->end_fd};

	if (unshare(CLONE_FILES) < 0)
		return -errno;
	return proc_keep_only(STDERR_FILENO + 1, kept, sizeof(kept) / sizeof(kept[0]));
}

static void *census_main(void *arg)
{
	struct census *census = arg;
	struct pollfd fds[2] = {{.fd = census->end_fd, .events = POLLIN},
			{.fd = census->source.queue_fd, .events = POLLIN}};
	int rc = take_descriptors(census);

	(void)pthread_mutex_lock(&census->lock);
	census->is_ready = true;
	(void)pthread_cond_signal(&census->changed);
	(void)pthread_mutex_unlock(&census->lock);
	if (rc < 0)
		log_warn("descriptors of the census: %s", strerrordesc_np(-rc));
	while (rc == 0 && !fds[0].revents) {
		if (poll(fds, 2, -1) < 0 || !fds[1].revents)
			continue;
		while (take(census))
			;
		rest_in_bursts(census);
	}
	return NULL;
}

static int start_thread(struct census *census)
{
	sigset_t all, before;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&census->thread, NULL, census_main, census);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

int census_start(const struct census_source *source, struct census **out, struct err *err)
{
	struct census *census = calloc(1, sizeof(*census));
	int rc = -ENOMEM;

	if (!census)
		return err_sys(err, ENOMEM, "start the census");
	census->source = *source;
	(void)pthread_mutex_init(&census->lock, NULL);
	(void)pthread_cond_init(&census->changed, NULL);
	census->end_fd = eventfd(0, EFD_CLOEXEC);
	rc = census->end_fd < 0 ? -errno : start_thread(census);
	if (rc < 0) {
		if (census->end_fd >= 0)
			(void)close(census->end_fd);
		free(census);
		return err_sys(err, -rc, "start the census");
	}
	(void)pthread_mutex_lock(&census->lock);
	while (!census->is_ready)
		(void)pthread_cond_wait(&census->changed, &census->lock);
	(void)pthread_mutex_unlock(&census->lock);
	*out = census;
	return 0;
}

void census_end(struct census *census)
{
	if (!census)
		return;
	(void)eventfd_write(census->end_fd, 1);
	(void)pthread_join(census->thread, NULL);
	(void)close(census->end_fd);
	(void)pthread_cond_destroy(&census->changed);
	(void)pthread_mutex_destroy(&census->lock);
	free(census);
}
