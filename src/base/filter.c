#include "src/base/filter.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/err.h"

struct filter {
	scmp_filter_ctx context;
	int rc; /* of the first rule that was refused; 0: none */
};

static const char *const sanitizer_calls[] = {"clone", "clock_gettime", "exit", "exit_group",
		"futex", "getdents", "getdents64", "getpid", "getppid", "gettid", "lseek",
		"madvise", "mmap", "mprotect", "munmap", "nanosleep", "gettimeofday", "mincore",
		"getrusage", "pread64", "newfstatat", "open", "openat", "personality", "pipe2",
		"prctl", "process_vm_readv", "ptrace", "read", "readlink", "rt_sigaction",
		"rt_sigprocmask", "sched_getaffinity", "sched_yield", "sigaltstack", "stat",
		"wait4", "write", NULL};

const char *filter_missing(void)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
		return NULL;
	return "the kernel has no filters of system calls (CONFIG_SECCOMP_FILTER)";
}

static struct filter *make(uint32_t otherwise)
{
	struct filter *filter = calloc(1, sizeof(*filter));

	if (!filter)
		return NULL;
	filter->context = seccomp_init(otherwise);
	if (!filter->context) {
		free(filter);
		return NULL;
	}
	filter->rc = seccomp_attr_set(filter->context, SCMP_FLTATR_CTL_TSYNC, 1);
	return filter;
}

struct filter *filter_new(void)
{
	return make(SCMP_ACT_KILL_PROCESS);
}

struct filter *filter_new_open(void)
{
	return make(SCMP_ACT_ALLOW);
}

/* The number of CALL here, also one that stands for a call which this kind of machine does not have. */
static int number_of(struct filter *filter, const char *call)
{
	int number = seccomp_syscall_resolve_name(call);

	if (number == __NR_SCMP_ERROR)
		filter->rc = -EINVAL;
	return number;
}

void filter_allow(struct filter *filter, const char *const *calls)
{
	for (; filter && *calls && filter->rc == 0; calls++) {
		int number = number_of(filter, *calls);

		if (filter->rc == 0)
			filter->rc = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, number, 0);
	}
}

void filter_allow_if(struct filter *filter, const char *call, unsigned index, uint64_t mask,
		uint64_t value)
{
	const struct scmp_arg_cmp condition = SCMP_CMP(index, SCMP_CMP_MASKED_EQ, mask, value);
	int number;

	if (!filter || filter->rc < 0)
		return;
	number = number_of(filter, call);
	if (filter->rc == 0)
		filter->rc = seccomp_rule_add_array(
				filter->context, SCMP_ACT_ALLOW, number, 1, &condition);
}

static void refuse(struct filter *filter, const char *call, int code,
		const struct scmp_arg_cmp *condition)
{
	int number;

	if (!filter || filter->rc < 0)
		return;
	number = number_of(filter, call);
	if (filter->rc == 0)
		filter->rc = seccomp_rule_add_array(filter->context, SCMP_ACT_ERRNO((uint32_t)code),
				number, condition ? 1 : 0, condition);
}

void filter_refuse(struct filter *filter, const char *call, int code)
{
	refuse(filter, call, code, NULL);
}

void filter_refuse_if(
		struct filter *filter, const char *call, unsigned index, uint64_t value, int code)
{
	/* The kernel does not look at the upper half of what is an int; one that differs must not help. */
	const struct scmp_arg_cmp condition =
			SCMP_CMP(index, SCMP_CMP_MASKED_EQ, UINT32_MAX, value);

	refuse(filter, call, code, &condition);
}

void filter_refuse_unless(
		struct filter *filter, const char *call, unsigned index, uint64_t value, int code)
{
	const struct scmp_arg_cmp condition = SCMP_CMP(index, SCMP_CMP_NE, value, 0);

	refuse(filter, call, code, &condition);
}

bool filter_allow_sanitizers(struct filter *filter)
{
	if (!FILTER_IS_SANITIZED)
		return false;
	filter_allow(filter, sanitizer_calls);
	filter_allow_if(filter, "prlimit64", 0, UINT64_MAX, 0); /* of this process */
	return true;
}

int filter_load(struct filter *filter, struct err *err)
{
	int rc;

	if (!filter)
		return err_sys(err, ENOMEM, "make a filter of system calls");
	rc = filter->rc;
	if (rc == 0)
		rc = seccomp_load(filter->context);
	seccomp_release(filter->context);
	free(filter);
	return rc < 0 ? err_sys(err, -rc, "load a filter of system calls") : 0;
}
