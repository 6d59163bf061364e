#include "fs/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/proc.h"

/*
 * Events come with descriptors, because file handles (FAN_REPORT_FID) are refused on FUSE. They name
 * processes, not threads: one may have ended by the time that somebody asks whose it was.
 */
int mark_queue(void)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK,
			O_RDONLY | O_CLOEXEC | O_LARGEFILE);

	return fd < 0 ? -errno : fd;
}

const char *mark_reason(int error)
{
	if (error == EPERM)
		return "needs CAP_SYS_ADMIN, to be told by the kernel who opens files (fanotify)";
	if (error == ENOSYS)
		return "this kernel was built without fanotify";
	return strerrordesc_np(error);
}

/* Nothing else of ours stays open: should it be caught in the kernel, the connection can still end. */
static int set_mark(int queue, int door)
{
	int rc = proc_keep_only(0, queue, door);

	if (rc < 0)
		return -rc;
	rc = fanotify_mark(queue, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN, door, ".");
	return rc < 0 ? errno : 0;
}

int mark_start(int queue, int door, pid_t *pid, struct err *err)
{
	pid_t child = fork();

	if (child < 0)
		return err_sys(err, errno, "watch who opens files");
	if (child == 0)
		_exit(set_mark(queue, door));
	*pid = child;
	return 0;
}
