#include "src/http/confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/filter.h"

/* Connections, the engine, and the log. */
static const char *const socket_calls[] = {"accept4", "close", "fcntl", "getpeername",
		"getsockname", "getsockopt", "read", "recvfrom", "recvmsg", "sendmsg", "sendto",
		"setsockopt", "shutdown", "write", "writev", NULL};

static const char *const waiting_calls[] = {"clock_gettime", "epoll_ctl", "epoll_pwait",
		"epoll_wait", "futex", "gettimeofday", "poll", "ppoll", "restart_syscall",
		"timerfd_settime", NULL};

static const char *const process_calls[] = {"brk", "exit", "exit_group", "getpid", "getrandom",
		"gettid", "madvise", "mremap", "munmap", "rt_sigaction", "rt_sigprocmask",
		"rt_sigreturn", "sched_yield", "tgkill", NULL};

int confine_become(uint32_t uid, uint32_t gid, struct err *err)
{
	if (setresgid(gid, gid, gid) < 0)
		return err_sys(err, errno, "become group %u", gid);
	if (setgroups(0, NULL) < 0)
		return err_sys(err, errno, "give up groups");
	if (setresuid(uid, uid, uid) < 0)
		return err_sys(err, errno, "become user %u", uid);
	return 0;
}

static int drop_capabilities(struct err *err)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[2] = {{0}};

	if (syscall(SYS_capset, &header, none) < 0)
		return err_sys(err, errno, "give up capabilities");
	return 0;
}

static void limit(int resource, rlim_t most)
{
	const struct rlimit both = {.rlim_cur = most, .rlim_max = most};

	(void)setrlimit((__rlimit_resource_t)resource, &both);
}

static int load_filter(struct err *err)
{
	struct filter *filter;

	if (filter_missing())
		return 0;
	filter = filter_new();
	filter_allow(filter, socket_calls);
	filter_allow(filter, waiting_calls);
	filter_allow(filter, process_calls);
	filter_refuse(filter, "socket", EPERM); /* a log that was started anew */
	filter_refuse(filter, "connect", EPERM);
	if (!filter_allow_sanitizers(filter)) {
		filter_allow_if(filter, "mmap", 2, PROT_EXEC, 0);
		filter_allow_if(filter, "mprotect", 2, PROT_EXEC, 0);
	}
	return filter_load(filter, err);
}

int confine_process(uint64_t files_max, struct err *err)
{
	int rc;

	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, (rlim_t)files_max);
	if (!FILTER_IS_SANITIZED) {
		limit(RLIMIT_DATA, CONFINE_MEMORY_MAX);
		(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return err_sys(err, errno, "give up new privileges");
	rc = drop_capabilities(err);
	return rc == 0 ? load_filter(err) : rc;
}
