/*
 * The filter comes after the threads have been started and the first requests answered: making it takes
 * longer than everything else a server does at its start, and readers are waiting. It is then put on
 * all threads at once.
 *
 * The log goes to a socket that was opened before. If the system's logger is started again, ours stays
 * silent: opening another socket is refused, but does not kill.
 */
#include "fs/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/filter.h"
#include "src/base/log.h"

/* Requests and answers, messages, and waiting for both. */
static const char *const serving_calls[] = {"read", "write", "writev", "poll", "ppoll", "recvmsg",
		"sendmsg", "sendto", "futex", "clock_nanosleep", "restart_syscall", NULL};

/* Segments come as descriptors; so do files that somebody has opened (census.c). */
static const char *const segment_calls[] = {"munmap", "mremap", "madvise", "fstat", "newfstatat",
		"statx", "fcntl", "close", NULL};

/* And how a thread begins that has not come to run yet, and how abort(3) ends. */
static const char *const process_calls[] = {"rseq", "set_robust_list", "brk", "clock_gettime",
		"gettimeofday", "getpid", "gettid", "getrandom", "rt_sigaction", "rt_sigprocmask",
		"rt_sigreturn", "sched_yield", "tgkill", "exit", "exit_group", NULL};

/* What an editor would do, done through the door. */
static const char *const door_calls[] = {
		"openat2", "renameat", "renameat2", "unlinkat", "mkdirat", NULL};

static void drop_capabilities(uint32_t kept)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};

	if (syscall(SYS_capget, &header, data) < 0)
		return;
	data[0].effective &= kept;
	data[0].permitted &= kept;
	data[0].inheritable = 0;
	data[1] = (struct __user_cap_data_struct){0};
	if (syscall(SYS_capset, &header, data) < 0)
		log_warn("give up capabilities: %s", strerrordesc_np(errno));
}

/*
 * A thread with an arena of its own reads /proc/sys/vm/overcommit_memory when that becomes smaller, which
 * is after a large switch, and opening a file is not allowed then. In the first arena nothing is read.
 */
static void share_one_arena(void)
{
#ifdef M_ARENA_MAX
	(void)mallopt(M_ARENA_MAX, 1);
#endif
}

void confine_privileges(bool has_door)
{
	share_one_arena();
	if (!FILTER_IS_SANITIZED) /* a leak is looked for by another process */
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		log_warn("no_new_privs: %s", strerrordesc_np(errno));
	drop_capabilities(has_door ? 1u << CAP_DAC_OVERRIDE : 0);
}

int confine_calls(bool has_door, struct err *err)
{
	struct filter *filter;

	if (filter_missing())
		return 0;
	filter = filter_new();
	filter_allow(filter, serving_calls);
	filter_allow(filter, segment_calls);
	filter_allow(filter, process_calls);
	if (has_door)
		filter_allow(filter, door_calls);
	filter_refuse(filter, "socket", EPERM);
	filter_refuse(filter, "connect", EPERM);
	filter_refuse(filter, "clone3", ENOSYS);
	if (!filter_allow_sanitizers(filter)) {
		filter_allow_if(filter, "mmap", 2, PROT_EXEC, 0);
		filter_allow_if(filter, "mprotect", 2, PROT_EXEC, 0);
	}
	return filter_load(filter, err);
}
