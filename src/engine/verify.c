/*
 * The child is a fork, because everything it needs is mapped already and it opens nothing. It keeps
 * no descriptor but its pipe: a copy of the link would hide from the keeper that the engine has
 * died.
 */
#include "src/engine/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/loop.h"
#include "src/base/proc.h"
#include "src/engine/kept.h"
#include "src/snap/segment.h"

struct verify {
	struct loop *loop;
	struct loop_source *source;
	int pipe;
	pid_t pid; /* 0: it was reaped */
	verify_fn *fn;
	void *arg;
};

/* Is segment NUMBER used by a generation before the one at INDEX? Then it was looked at. */
static bool was_seen(const struct kept *kept, size_t index, uint32_t number)
{
	const struct generation *generation;
	size_t i;
	uint32_t j;

	for (i = 0; i < index; i++) {
		generation = kept->items[i];
		for (j = 0; j < generation->segment_count; j++) {
			if (generation->segments[j].number == number)
				return true;
		}
	}
	return false;
}

static void check(const struct segment_set *set, uint32_t number)
{
	const struct segment *segment = segment_set_find(set, number);

	if (segment && segment_verify(segment, SEGMENT_VERIFY_DATA, NULL) < 0)
		(void)!write(PROC_FORK_PIPE, &number, sizeof(number));
}

_Noreturn static void child_main(
		int pipe_fd, const struct kept *kept, const struct segment_set *set)
{
	const struct generation *generation;
	size_t i;
	uint32_t j;

	proc_after_fork("verify", 19, pipe_fd);
	for (i = 0; i < kept->count; i++) {
		generation = kept->items[i];
		for (j = 0; j < generation->segment_count; j++) {
			if (!was_seen(kept, i, generation->segments[j].number))
				check(set, generation->segments[j].number);
		}
	}
	_exit(EXIT_SUCCESS);
}

static void on_pipe(void *arg, uint32_t epoll_events)
{
	struct verify *verify = arg;
	uint32_t number;
	ssize_t got;

	(void)epoll_events;
	got = read(verify->pipe, &number, sizeof(number)); /* so small a write is never split */
	if (got == (ssize_t)sizeof(number)) {
		verify->fn(verify->arg, number);
		return;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	loop_remove(verify->source);
	verify->source = NULL;
}

static void on_child(void *arg, pid_t pid, int status)
{
	struct verify *verify = arg;

	(void)pid;
	(void)status;
	verify->pid = 0;
}

static int watch(struct verify *verify, struct err *err)
{
	int rc;

	rc = loop_add_child(verify->loop, verify->pid, on_child, verify, err);
	if (rc == 0)
		rc = loop_add_fd(verify->loop, verify->pipe, EPOLLIN, on_pipe, verify,
				&verify->source, err);
	return rc;
}

int verify_begin(const struct verify_spec *spec, struct verify **out, struct err *err)
{
	struct verify *verify = calloc(1, sizeof(*verify));
	int pair[2], rc;

	if (!verify)
		return err_sys(err, ENOMEM, "verify");
	if (pipe2(pair, O_CLOEXEC | O_NONBLOCK) < 0) {
		free(verify);
		return err_sys(err, errno, "verify");
	}
	verify->loop = spec->loop;
	verify->fn = spec->fn;
	verify->arg = spec->arg;
	verify->pipe = pair[0];
	verify->pid = fork();
	if (verify->pid == 0)
		child_main(pair[1], spec->kept, spec->set);
	(void)close(pair[1]);
	rc = verify->pid < 0 ? err_sys(err, errno, "verify") : watch(verify, err);
	if (rc < 0) {
		verify_free(verify);
		return rc;
	}
	*out = verify;
	return 0;
}

void verify_free(struct verify *verify)
{
	if (!verify)
		return;
	loop_remove(verify->source);
	(void)close(verify->pipe);
	if (verify->pid > 0)
		(void)kill(verify->pid, SIGKILL);
	free(verify);
}
