/*
 * Memory is bounded by RLIMIT_DATA (private writable memory) and not by RLIMIT_AS: packs and
 * segments are mapped, and those mappings may be as large as the tree without costing memory. It is
 * not bounded where sanitizers map shadow memory.
 */
#include "src/roles/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/filter.h"

static const char *const file_calls[] = {"access", "close", "dup", "faccessat", "faccessat2",
		"fallocate", "fcntl", "fdatasync", "flock", "fstat", "fstatfs", "fsync",
		"ftruncate", "getcwd", "getdents64", "linkat", "lseek", "lstat", "memfd_create",
		"mkdir", "mkdirat", "newfstatat", "open", "openat", "pread64", "pwrite64", "read",
		"readlink", "readlinkat", "readv", "rename", "renameat", "renameat2", "stat",
		"statfs", "statx", "unlink", "unlinkat", "write", "writev", NULL};

/* The job comes by a socket that is there already. */
static const char *const socket_calls[] = {"recvfrom", "sendto", NULL};

static const char *const memory_calls[] = {"brk", "madvise", "mremap", "munmap", NULL};

static const char *const process_calls[] = {"exit", "exit_group", "futex", "getegid", "geteuid",
		"getgid", "getpid", "getrandom", "gettid", "getuid", "membarrier", "rseq",
		"sched_getaffinity", "sched_yield", "set_robust_list", "sysinfo", "tgkill", "uname",
		NULL};

/* And signals. */
static const char *const time_calls[] = {"clock_gettime", "clock_nanosleep", "gettimeofday",
		"nanosleep", "restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
		"sigaltstack", NULL};

static void add_rules(struct filter *filter)
{
	filter_allow(filter, file_calls);
	filter_allow(filter, socket_calls);
	filter_allow(filter, memory_calls);
	filter_allow(filter, process_calls);
	filter_allow(filter, time_calls);
	filter_allow_if(filter, "prlimit64", 0, UINT64_MAX, 0); /* of this process */
	filter_refuse(filter, "clone3", ENOSYS); /* its flags cannot be seen: use the other one */
	filter_refuse(filter, "ioctl", ENOTTY);	 /* isatty(3) */
	if (filter_allow_sanitizers(filter))
		return;
	filter_allow_if(filter, "clone", 0, CLONE_THREAD, CLONE_THREAD);
	filter_allow_if(filter, "mmap", 2, PROT_EXEC, 0);
	filter_allow_if(filter, "mprotect", 2, PROT_EXEC, 0);
}

static int load_filter(struct err *err)
{
	struct filter *filter = filter_new();

	add_rules(filter);
	return filter_load(filter, err);
}

static void limit(int resource, rlim_t soft, rlim_t hard)
{
	const struct rlimit both = {.rlim_cur = soft, .rlim_max = hard};

	(void)setrlimit((__rlimit_resource_t)resource, &both);
}

void sandbox_limit_files(uint64_t bytes)
{
	limit(RLIMIT_FSIZE, (rlim_t)bytes, (rlim_t)bytes);
}

int sandbox_enter(struct err *err)
{
	(void)signal(SIGXFSZ, SIG_IGN);
	limit(RLIMIT_CORE, 0, 0);
	limit(RLIMIT_CPU, SANDBOX_CPU_MAX_S, SANDBOX_CPU_MAX_S + 5);
	limit(RLIMIT_NOFILE, SANDBOX_FILES_MAX, SANDBOX_FILES_MAX);
	if (!FILTER_IS_SANITIZED) {
		limit(RLIMIT_DATA, SANDBOX_MEMORY_MAX, SANDBOX_MEMORY_MAX);
		(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return err_sys(err, errno, "give up new privileges");
	return filter_missing() ? 0 : load_filter(err);
}
