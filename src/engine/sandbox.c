/*
 * An allow-list, so that what nobody thought of is forbidden. Whatever is not on it kills the
 * process: a program that tries has been taken over, or has a fault, and must not go on in either
 * case. The exception are calls that libraries try for their own convenience and do without: they
 * get an error.
 *
 * Memory is bounded by RLIMIT_DATA (private writable memory) and not by RLIMIT_AS: packs and
 * segments are mapped, and those mappings may be as large as the tree without costing memory.
 *
 * Sanitizers map shadow memory, look at their own process through another one, and would tell
 * nobody what they found: in such builds, which are for tests, memory is not limited and some more
 * is allowed.
 */
#include "src/engine/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/err.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int file_calls[] = {SCMP_SYS(access), SCMP_SYS(close), SCMP_SYS(dup),
		SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fallocate), SCMP_SYS(fcntl),
		SCMP_SYS(fdatasync), SCMP_SYS(flock), SCMP_SYS(fstat), SCMP_SYS(fstatfs),
		SCMP_SYS(fsync), SCMP_SYS(ftruncate), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
		SCMP_SYS(linkat), SCMP_SYS(lseek), SCMP_SYS(lstat), SCMP_SYS(memfd_create),
		SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(newfstatat), SCMP_SYS(open),
		SCMP_SYS(openat), SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(read),
		SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(readv), SCMP_SYS(rename),
		SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(stat), SCMP_SYS(statfs),
		SCMP_SYS(statx), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(write),
		SCMP_SYS(writev)};

/* The job comes by a socket that is there already. */
static const int socket_calls[] = {SCMP_SYS(recvfrom), SCMP_SYS(sendto)};

static const int memory_calls[] = {
		SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(mremap), SCMP_SYS(munmap)};

static const int process_calls[] = {SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex),
		SCMP_SYS(getegid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getpid),
		SCMP_SYS(getrandom), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(membarrier),
		SCMP_SYS(rseq), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
		SCMP_SYS(set_robust_list), SCMP_SYS(sysinfo), SCMP_SYS(tgkill), SCMP_SYS(uname)};

/* And signals. */
static const int time_calls[] = {SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
		SCMP_SYS(gettimeofday), SCMP_SYS(nanosleep), SCMP_SYS(restart_syscall),
		SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(sigaltstack)};

static const int sanitizer_calls[] = {SCMP_SYS(clone), SCMP_SYS(getdents), SCMP_SYS(getppid),
		SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(personality), SCMP_SYS(pipe2),
		SCMP_SYS(prctl), SCMP_SYS(process_vm_readv), SCMP_SYS(ptrace), SCMP_SYS(wait4)};

struct filter {
	scmp_filter_ctx context;
	int rc; /* of the first rule that was refused; 0: none */
};

static void allow(struct filter *filter, const int *calls, size_t count)
{
	for (size_t i = 0; i < count && filter->rc == 0; i++)
		filter->rc = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, calls[i], 0);
}

/* CALL, provided that VALUE are the bits of argument INDEX that MASK names. */
static void allow_if(struct filter *filter, int call, unsigned index, uint64_t mask, uint64_t value)
{
	const struct scmp_arg_cmp condition = SCMP_CMP(index, SCMP_CMP_MASKED_EQ, mask, value);

	if (filter->rc == 0)
		filter->rc = seccomp_rule_add_array(
				filter->context, SCMP_ACT_ALLOW, call, 1, &condition);
}

static void refuse(struct filter *filter, int call, int code)
{
	if (filter->rc == 0)
		filter->rc = seccomp_rule_add(
				filter->context, SCMP_ACT_ERRNO((uint32_t)code), call, 0);
}

static void add_rules(struct filter *filter)
{
	allow(filter, file_calls, COUNT(file_calls));
	allow(filter, socket_calls, COUNT(socket_calls));
	allow(filter, memory_calls, COUNT(memory_calls));
	allow(filter, process_calls, COUNT(process_calls));
	allow(filter, time_calls, COUNT(time_calls));
	allow_if(filter, SCMP_SYS(prlimit64), 0, UINT64_MAX, 0); /* of this process */
	refuse(filter, SCMP_SYS(clone3), ENOSYS); /* its flags cannot be seen: use the other one */
	refuse(filter, SCMP_SYS(ioctl), ENOTTY);  /* isatty(3) */
	if (IS_SANITIZED) {
		allow(filter, sanitizer_calls, COUNT(sanitizer_calls));
		return;
	}
	allow_if(filter, SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD);
	allow_if(filter, SCMP_SYS(mmap), 2, PROT_EXEC, 0);
	allow_if(filter, SCMP_SYS(mprotect), 2, PROT_EXEC, 0);
}

static int load_filter(struct err *err)
{
	struct filter filter = {.context = seccomp_init(SCMP_ACT_KILL_PROCESS)};

	if (!filter.context)
		return err_sys(err, ENOMEM, "make a filter of system calls");
	add_rules(&filter);
	if (filter.rc == 0)
		filter.rc = seccomp_load(filter.context);
	seccomp_release(filter.context);
	return filter.rc < 0 ? err_sys(err, -filter.rc, "load a filter of system calls") : 0;
}

const char *sandbox_missing(void)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
		return NULL;
	return "the kernel has no filters of system calls (CONFIG_SECCOMP_FILTER)";
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
	if (!IS_SANITIZED) {
		limit(RLIMIT_DATA, SANDBOX_MEMORY_MAX, SANDBOX_MEMORY_MAX);
		(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return err_sys(err, errno, "give up new privileges");
	return sandbox_missing() ? 0 : load_filter(err);
}
