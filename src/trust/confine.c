/*
 * The filter of a builder is a list of what it may call. This one is a list of what it may not: it is
 * inherited by programs that are not ours, and what those call to read a key differs between
 * machines. Sockets of this machine stay, because ssh-keygen asks for its own user's name, which
 * goes through one where users come from a directory.
 */
#include "src/trust/confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/filter.h"

#define NOBODY 65534

static const char *const refused[] = {"accept", "accept4", "add_key", "bind", "bpf", "chroot",
		"delete_module", "finit_module", "fsconfig", "fsmount", "fsopen", "init_module",
		"io_uring_setup", "kexec_load", "keyctl", "listen", "mount", "move_mount",
		"open_by_handle_at", "open_tree", "perf_event_open", "pivot_root",
		"process_vm_writev", "reboot", "request_key", "setns", "swapon", "umount2",
		"unshare", "userfaultfd", NULL};

/* Sanitizers are debuggers of their own process. */
static const char *const of_debuggers[] = {"process_vm_readv", "ptrace", NULL};

static void refuse(struct filter *filter, const char *const *calls)
{
	for (; *calls; calls++)
		filter_refuse(filter, *calls, EPERM);
}

static int load_filter(struct err *err)
{
	struct filter *filter = filter_new_open();

	refuse(filter, refused);
	if (!FILTER_IS_SANITIZED)
		refuse(filter, of_debuggers);
	filter_refuse_unless(filter, "socket", 0, AF_UNIX, EACCES);
	return filter_load(filter, err);
}

static void limit(int resource, rlim_t value)
{
	const struct rlimit both = {.rlim_cur = value, .rlim_max = value};

	(void)setrlimit((__rlimit_resource_t)resource, &both);
}

int confine_enter(struct err *err)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, CONFINE_CPU_MAX_S);
	limit(RLIMIT_FSIZE, CONFINE_FILE_MAX);
	limit(RLIMIT_NOFILE, 64);
	if (!FILTER_IS_SANITIZED) {
		limit(RLIMIT_DATA, CONFINE_MEMORY_MAX);
		(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return err_sys(err, errno, "give up new privileges");
	return filter_missing() ? 0 : load_filter(err);
}

/* Other users' ids may not exist here (user namespaces): then we stay who we are. */
static int become_nobody(void)
{
	if (geteuid() != 0 || setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0)
		return 0;
	if (setresuid(NOBODY, NOBODY, NOBODY) < 0 && errno != EINVAL)
		return -errno;
	/* The change of user has taken these back. */
	(void)prctl(PR_SET_DUMPABLE, FILTER_IS_SANITIZED ? 1L : 0L, 0L, 0L, 0L);
	return prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ? -errno : 0;
}

static int give_up_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}, {0}};

	return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

int confine_drop(struct err *err)
{
	int rc;

	for (unsigned long cap = 0; cap <= CAP_LAST_CAP; cap++)
		(void)prctl(PR_CAPBSET_DROP, cap, 0L, 0L, 0L); /* for what is run from here on */
	rc = become_nobody();
	if (rc == 0)
		rc = give_up_capabilities();
	return rc < 0 ? err_sys(err, -rc, "give up privileges") : 0;
}
