#include "src/cmd/doctor_bounded.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/cmd/doctor_checkup.h"

#define LINES_MAX (4u << 20) /* bytes that a child may say */

_Noreturn static void look(const struct checkup *parent, bounded_fn *fn, const void *arg, int fd)
{
	struct checkup checkup = {.mount = parent->mount};
	struct buf bytes = BUF_INIT;

	fn(&checkup, arg);
	checkup_encode(&checkup, &bytes);
	if (!buf_ok(&bytes) || file_write_all(fd, buf_str(&bytes), bytes.len, NULL) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}

/* Until the child has closed its end: true; false: the time is over. */
static bool read_lines(int fd, uint64_t deadline_ms, struct buf *bytes)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	uint64_t now_ms;
	char part[4096];
	ssize_t got;

	while ((now_ms = clock_mono_ms()) < deadline_ms) {
		if (poll(&ready, 1, (int)(deadline_ms - now_ms)) <= 0)
			continue;
		got = read(fd, part, sizeof(part));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return true;
		if (bytes->len < LINES_MAX)
			buf_add(bytes, part, (size_t)got);
	}
	return false;
}

bool bounded_run(struct checkup *checkup, const struct bounded *bounded, const void *arg)
{
	uint64_t deadline_ms = clock_mono_ms() + bounded->timeout_ms;
	struct buf bytes = BUF_INIT;
	int pair[2], status = 0;
	bool is_late = false;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0) {
		checkup->failed = true;
		return true;
	}
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		look(checkup, bounded->fn, arg, pair[1]);
	(void)close(pair[1]);
	if (pid < 0) {
		checkup->failed = true;
	} else if (!read_lines(pair[0], deadline_ms, &bytes)) {
		is_late = true;
		/* One that does not die is left to whoever comes after us. */
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, WNOHANG);
		checkup_fail(checkup, bounded->check, "no answer within %" PRIu64 " s",
				bounded->timeout_ms / 1000);
		checkup_remedy(checkup, "%s", bounded->remedy);
	} else if (waitpid(pid, &status, 0) != pid || status != 0 ||
			checkup_decode(checkup, buf_str(&bytes), bytes.len) < 0) {
		checkup_fail(checkup, bounded->check, "looking at it crashed");
		checkup_remedy(checkup,
				"a fault of refmount: report it, with what is said before this");
	}
	(void)close(pair[0]);
	buf_release(&bytes);
	return !is_late;
}
