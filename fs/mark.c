#include "fs/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/proc.h"

/* Events come with descriptors, because file handles (FAN_REPORT_FID) are refused on FUSE. */
int mark_queue(void)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC);

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

/*
 * Nothing else of ours stays open: should it be caught in the kernel, the connection can still end. Ends with
 * an errno.
 */
static int mark(int queue, int door)
{
	const int kept[] = {queue, door};
	int rc = proc_keep_only(0, kept, sizeof(kept) / sizeof(kept[0]));

	if (rc < 0)
		return -rc;
	rc = fanotify_mark(queue, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN, door, ".");
	return rc < 0 ? errno : 0;
}

/*
 * A process that may not have one more descriptor gets none for an event: the event is an error, and gone.
 * Nothing is opened, so nothing has to be closed, which could wait for the server (intake.c).
 */
bool mark_drain(int queue)
{
	struct fanotify_event_metadata event;
	struct rlimit limit, none;
	bool had_events = false;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
	if (setrlimit(RLIMIT_NOFILE, &none) < 0)
		return false;
	while (read(queue, &event, sizeof(event)) > 0 || errno == EMFILE)
		had_events = true;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	return had_events;
}

int mark_start(int queue, int door, pid_t *pid, struct err *err)
{
	pid_t child = fork();

	if (child < 0)
		return err_sys(err, errno, "watch who opens files");
	if (child == 0)
		_exit(mark(queue, door));
	*pid = child;
	return 0;
}
