/*
 * Where root mounts, the user stays root: the mirror and the credentials are root's, ssh takes no key that another user
 * has handed to it, and a user that is not ours alone would let others write the mirror. What is left of being root
 * is what its files, processes and sockets let their owner do, so that is taken away one by one:
 *
 *     capabilities    none; they also leave the bounding set, or the next program that is executed would get them back
 *     files           by Landlock: of /etc only what names hosts, users and authorities, no keys, no shadow
 *     processes       by Landlock: no signal, no look into one (older kernels than 6.12: signals are possible)
 *     sockets         by the filter: none of unix(7), behind which services ask who it is and hear "root"
 *
 * Others keep these sockets: users may have to be looked up through one, and it knows them as who they are.
 *
 * Memory is bounded by RLIMIT_DATA and not by RLIMIT_AS: git maps packs that are as
 * large as they are, and a pack of 297 bytes that makes it allocate 4 GiB is stopped by either.
 */
#include "src/fetch/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/filter.h"
#include "src/base/landlock.h"
#include "src/fetch/job.h"

#define OOM_SCORE "500" /* of 1000: long before anything that serves */

/* Programs, libraries, names of hosts and users, certificates; and what tells of this process. */
static const char *const readable[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt",
		"/proc", "/dev/urandom", "/dev/random", "/dev/zero", "/run/systemd/resolve",
		"/run/NetworkManager", "/run/resolvconf", "/run/nscd",
		/* of /etc */
		"/etc/alternatives", "/etc/ca-certificates", "/etc/crypto-policies",
		"/etc/gai.conf", "/etc/gnutls", "/etc/group", "/etc/host.conf", "/etc/hosts",
		"/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/etc/networks",
		"/etc/nsswitch.conf", "/etc/passwd", "/etc/pki/ca-trust", "/etc/pki/tls/cert.pem",
		"/etc/pki/tls/certs", "/etc/pki/tls/openssl.cnf", "/etc/protocols",
		"/etc/resolv.conf", "/etc/services", "/etc/ssh/ssh_known_hosts",
		"/etc/ssh/ssh_known_hosts2", "/etc/ssl/cert.pem", "/etc/ssl/certs",
		"/etc/ssl/openssl.cnf"};

static const char *const forbidden[] = {"mount", "umount2", "pivot_root", "chroot", "unshare",
		"setns", "fsopen", "fsmount", "fsconfig", "fspick", "move_mount", "open_tree",
		"mount_setattr", "ptrace", "process_vm_readv", "process_vm_writev", "kcmp",
		"pidfd_getfd", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "keyctl",
		"add_key", "request_key", "init_module", "finit_module", "delete_module",
		"kexec_load", "reboot", "swapon", "swapoff", "acct", "quotactl", "settimeofday",
		"clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname",
		"open_by_handle_at", "name_to_handle_at", "fanotify_init", "vhangup", "syslog",
		"lookup_dcookie", "personality"};

static void limit(int resource, rlim_t most)
{
	const struct rlimit both = {.rlim_cur = most, .rlim_max = most};

	(void)setrlimit((__rlimit_resource_t)resource, &both);
}

/* What is received is bounded; what is here already may be in one file, however much it is by now. */
static void set_limits(const struct fetch_job *job)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, job->kind == FETCH_TIDY ? RLIM_INFINITY : FETCH_PACK_MAX);
	limit(RLIMIT_CPU, FENCE_CPU_MAX_S);
	limit(RLIMIT_NOFILE, FENCE_FILES_MAX);
	if (!FILTER_IS_SANITIZED)
		limit(RLIMIT_DATA, FENCE_MEMORY_MAX);
}

static void raise_oom_score(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)file_write_all(fd, OOM_SCORE, sizeof(OOM_SCORE) - 1, NULL);
	(void)close(fd);
}

/* Those that the kernel does not know are refused by it, which ends the loop. */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};
	unsigned long capability = 0;

	while (prctl(PR_CAPBSET_DROP, capability, 0L, 0L, 0L) == 0)
		capability++;
	(void)prctl(PR_CAP_AMBIENT, (unsigned long)PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
	(void)syscall(SYS_capset, &header, none);
}

static int lock_files(const struct fetch_job *job, struct err *err)
{
	const struct fetch_access *access = &job->access;
	const char *const files[] = {job->program, access->ssh_key_file,
			access->ssh_known_hosts_file, access->client_cert_file,
			access->client_key_file, access->ca_file};
	struct landlock *landlock;

	if (landlock_missing())
		return 0;
	landlock = landlock_new();
	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
		landlock_allow_read(landlock, readable[i]);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i] && files[i][0])
			landlock_allow_read(landlock, files[i]);
	}
	landlock_allow_write(landlock, "/dev/null");
	landlock_allow_write(landlock, job->mirror);
	return landlock_enter(landlock, err);
}

static int load_filter(struct err *err)
{
	struct filter *filter;

	if (filter_missing())
		return 0;
	filter = filter_new_open();
	/* Sanitizers look at their own process with some of these. */
	for (size_t i = 0; !FILTER_IS_SANITIZED && i < sizeof(forbidden) / sizeof(forbidden[0]);
			i++)
		filter_refuse(filter, forbidden[i], EPERM);
	if (geteuid() == 0)
		filter_refuse_if(filter, "socket", 0, AF_UNIX, EACCES);
	return filter_load(filter, err);
}

int fence_enter(const struct fetch_job *job, struct err *err)
{
	int rc;

	raise_oom_score();
	set_limits(job);
	drop_capabilities();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return err_sys(err, errno, "give up new privileges");
	rc = lock_files(job, err);
	if (rc == 0)
		rc = load_filter(err);
	if (rc == 0 && !FILTER_IS_SANITIZED)
		(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	return rc;
}
