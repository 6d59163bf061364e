#include "src/engine/sole.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/path.h"

#define PAUSE_MS 1

static int wait_for(int fd)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
	uint64_t end = clock_mono_ms() + SOLE_WAIT_MS;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (clock_mono_ms() > end)
			return -EBUSY;
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

int sole_take(const char *state_dir, int *fd, struct err *err)
{
	struct buf path = BUF_INIT;
	int lock, rc;

	path_join(&path, state_dir, "engine.lock");
	lock = open(buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0) {
		rc = err_sys(err, errno, "open '%s'", buf_str(&path));
	} else {
		rc = wait_for(lock);
		if (rc < 0)
			rc = err_sys(err, -rc, "lock '%s', which another engine or builder holds",
					buf_str(&path));
	}
	buf_release(&path);
	if (rc == 0)
		*fd = lock;
	else if (lock >= 0)
		(void)close(lock);
	return rc;
}
