#include "fs/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/proc.h"

/* Events come with descriptors, because file handles (FAN_REPORT_FID) are refused on FUSE. */
int mark_queue(bool of_threads)
{
	unsigned flags = FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK;
	int fd = fanotify_init(of_threads ? flags | FAN_REPORT_TID : flags, O_RDONLY | O_CLOEXEC);

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

static int set_mark(int queue, int door)
{
	return queue < 0 ? 0
			 : fanotify_mark(queue, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN, door,
					   ".");
}

/*
 * Nothing else of ours stays open: should it be caught in the kernel, the connection can still end. Ends with
 * an errno.
 */
static int mark(int queue, int thread_queue, int door)
{
	const int kept[] = {queue, thread_queue, door};
	int rc = proc_keep_only(0, kept, sizeof(kept) / sizeof(kept[0]));

	if (rc < 0)
		return -rc;
	return set_mark(queue, door) < 0 || set_mark(thread_queue, door) < 0 ? errno : 0;
}

int mark_start(int queue, int thread_queue, int door, pid_t *pid, struct err *err)
{
	pid_t child = fork();

	if (child < 0)
		return err_sys(err, errno, "watch who opens files");
	if (child == 0)
		_exit(mark(queue, thread_queue, door));
	*pid = child;
	return 0;
}
