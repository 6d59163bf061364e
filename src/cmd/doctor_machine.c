#include "src/cmd/doctor_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/filter.h"
#include "src/base/landlock.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/cmd/doctor_checkup.h"
#include "src/fetch/client.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

#define FUSE_DEVICE   "/dev/fuse"
#define FUSE_CONF     "/etc/fuse.conf"
#define FUSE_CONF_MAX 65536
#define FILES_NEEDED  1024	 /* descriptors; each segment is one */
#define YEAR_2026     1767225600 /* when there was no refmount yet */
#define YEAR_2100     4102444800

struct release {
	unsigned major, minor;
};

/* Requests for all names at once came with Linux 6.16, protocol 7.44. */
static const struct release epoch = {6, 16};
/* GIT_CONFIG_COUNT, --no-write-fetch-head, --no-auto-maintenance. */
static const struct release git_needed = {2, 31};

/* --- looking --- */

/* The first line that PROGRAM (absolute) prints for `--version`. */
static void ask_version(const char *program, char *out, size_t size)
{
	const char *argv[] = {program, "--version", NULL};
	int fds[3], status = 0;
	struct proc_spec spec = {.program = program, .argv = argv, .stdio = fds};
	ssize_t got = -1;
	pid_t pid;

	fds[0] = fds[2] = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds[1] = memfd_create("version", MFD_CLOEXEC);
	if (fds[0] >= 0 && fds[1] >= 0 && proc_spawn(&spec, &pid, NULL) == 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
		got = status == 0 ? pread(fds[1], out, size - 1, 0) : -1;
	}
	out[got > 0 ? got : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void look_at_device(struct machine *out)
{
	struct stat st;
	int fd = open(FUSE_DEVICE, O_RDWR | O_CLOEXEC | O_NOCTTY);

	out->device = fd < 0 ? errno : 0;
	out->is_device = stat(FUSE_DEVICE, &st) == 0 && S_ISCHR(st.st_mode) &&
			st.st_rdev == makedev(10, 229);
	if (fd >= 0)
		(void)close(fd);
}

static void look_at_fusermount(struct machine *out)
{
	struct buf text = BUF_INIT;
	char path[PATH_MAX], *line, *rest;
	struct stat st;

	out->has_fusermount = proc_find("fusermount3", path, sizeof(path), NULL) == 0;
	out->is_setuid = out->has_fusermount && stat(path, &st) == 0 && (st.st_mode & S_ISUID) &&
			st.st_uid == 0;
	if (file_read(AT_FDCWD, FUSE_CONF, FUSE_CONF_MAX, &text, NULL) == 0 && text.len > 0) {
		rest = text.data;
		while ((line = strsep(&rest, "\n")) != NULL)
			out->allows_other |= strncmp(line + strspn(line, " \t"), "user_allow_other",
							     strlen("user_allow_other")) == 0;
	}
	buf_release(&text);
}

/* With descriptors that are none, the calls that exist say so. */
static void look_at_kernel(struct machine *out)
{
	struct utsname name;
	int fd;

	if (uname(&name) == 0)
		str_copy(out->release, sizeof(out->release), name.release);
	if (syscall(SYS_open_tree, -1, "", OPEN_TREE_CLOEXEC) < 0 && errno != EBADF &&
			errno != ENOENT)
		out->mount_api = errno;
	else if (syscall(SYS_mount_setattr, -1, "", 0, NULL, 0) < 0 && errno == ENOSYS)
		out->mount_api = errno;
	fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC, O_RDONLY);
	out->fanotify = fd < 0 ? errno : 0;
	if (fd >= 0)
		(void)close(fd);
	out->landlock = landlock_version();
	out->no_landlock = landlock_missing();
	out->no_filter = filter_missing();
}

static void look_at_programs(struct machine *out)
{
	char git[PATH_MAX];

	out->version = VERSION;
	if (proc_sibling(NULL, "refmount-fs", out->fs_program, sizeof(out->fs_program), NULL) == 0)
		ask_version(out->fs_program, out->fs_says, sizeof(out->fs_says));
	if (proc_find_in(CLIENT_PATHS, "git", git, sizeof(git)) == 0)
		ask_version(git, out->git_says, sizeof(out->git_says));
}

void machine_look(struct machine *out)
{
	struct rlimit files;

	memset(out, 0, sizeof(*out));
	out->is_root = geteuid() == 0;
	look_at_device(out);
	look_at_fusermount(out);
	look_at_kernel(out);
	look_at_programs(out);
	out->now_s = clock_wall_s();
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		out->files_max = files.rlim_max;
}

/* --- what it means --- */

static void check_device(const struct machine *machine, struct checkup *checkup)
{
	const char *check = "fuse";

	if (machine->device == 0 && machine->is_device) {
		checkup_ok(checkup, check, FUSE_DEVICE " can be opened");
	} else if (machine->device == ENOENT || machine->device == ENODEV ||
			machine->device == ENXIO) {
		checkup_fail(checkup, check, "there is no " FUSE_DEVICE);
		checkup_remedy(checkup,
				"modprobe fuse; in a container, give it the device: --device "
				"/dev/fuse");
	} else if (machine->device == 0) {
		checkup_fail(checkup, check, FUSE_DEVICE " is not the device of FUSE");
		checkup_remedy(checkup, "rm /dev/fuse && mknod -m 666 /dev/fuse c 10 229");
	} else {
		checkup_fail(checkup, check, FUSE_DEVICE " cannot be opened: %s",
				strerror(machine->device));
		checkup_remedy(checkup,
				"chmod 666 /dev/fuse; in a container, let it use the device: "
				"--device /dev/fuse");
	}
}

static void check_fusermount(const struct machine *machine, struct checkup *checkup)
{
	if (machine->is_root)
		return;
	if (!machine->has_fusermount) {
		checkup_fail(checkup, "fusermount3",
				"there is none, and only root mounts without it");
		checkup_remedy(checkup, "install the package fuse3");
	} else if (!machine->is_setuid) {
		checkup_fail(checkup, "fusermount3", "is not setuid root");
		checkup_remedy(checkup, "as root: chmod u+s \"$(command -v fusermount3)\"");
	} else {
		checkup_ok(checkup, "fusermount3", "is there");
	}
	if (machine->allows_other)
		checkup_ok(checkup, "allow_other", "users may let others read (" FUSE_CONF ")");
	else
		checkup_ok(checkup, "allow_other",
				"only who mounts can read: user_allow_other is not in " FUSE_CONF);
}

/* The first two numbers in TEXT, "git version 2.47.3" say. */
static struct release parse_release(const char *text)
{
	struct release release = {0};

	text += strcspn(text, "0123456789");
	release.major = (unsigned)strtoul(text, (char **)(uintptr_t)&text, 10);
	if (*text == '.')
		release.minor = (unsigned)strtoul(text + 1, NULL, 10);
	return release;
}

static bool is_before(struct release release, struct release wanted)
{
	return release.major != wanted.major ? release.major < wanted.major
					     : release.minor < wanted.minor;
}

static void check_kernel(const struct machine *machine, struct checkup *checkup)
{
	if (is_before(parse_release(machine->release), epoch))
		checkup_ok(checkup, "kernel",
				"Linux %s: large switches tell the kernel name by name "
				"(from %u.%u on: in one message)",
				machine->release, epoch.major, epoch.minor);
	else
		checkup_ok(checkup, "kernel", "Linux %s: large switches are one message",
				machine->release);
}

static void check_mount_api(const struct machine *machine, struct checkup *checkup)
{
	if (machine->is_root && machine->mount_api == ENOSYS) {
		checkup_warn(checkup, "mount_setattr",
				"this kernel has none: programs that watch files of a mount are "
				"not "
				"told of changes");
		checkup_remedy(checkup, "Linux 5.12 or newer");
	} else if (machine->is_root && machine->mount_api) {
		checkup_warn(checkup, "mount_setattr", "open_tree is refused: %s",
				strerror(machine->mount_api));
		checkup_remedy(checkup,
				"let the container's seccomp profile allow open_tree, "
				"move_mount and mount_setattr");
	} else if (machine->is_root) {
		checkup_ok(checkup, "mount_setattr",
				"watchers of files in a mount are told of changes");
	}
}

static void check_fanotify(const struct machine *machine, struct checkup *checkup)
{
	if (machine->fanotify == 0) {
		checkup_ok(checkup, "fanotify", "it can be told who reads what");
	} else if (machine->is_root) {
		checkup_warn(checkup, "fanotify", "it cannot be told who reads what: %s",
				strerror(machine->fanotify));
		checkup_remedy(checkup,
				machine->fanotify == EPERM
						? "give the container CAP_SYS_ADMIN"
						: "a kernel with CONFIG_FANOTIFY; or raise "
						  "fs.fanotify.max_user_groups");
	} else {
		checkup_ok(checkup, "fanotify", "who reads what is known only where root mounts");
	}
}

static void check_confinement(const struct machine *machine, struct checkup *checkup)
{
	if (machine->no_landlock) {
		checkup_warn(checkup, "landlock", "%s: what parses and fetches is confined less",
				machine->no_landlock);
		checkup_remedy(checkup,
				"add landlock to the kernel's lsm= list (see "
				"/sys/kernel/security/lsm), or Linux 5.19 or newer");
	} else {
		checkup_ok(checkup, "landlock", "version %d", machine->landlock);
	}
	if (machine->no_filter) {
		checkup_warn(checkup, "seccomp", "%s: what parses commits is not confined",
				machine->no_filter);
		checkup_remedy(checkup, "a kernel with CONFIG_SECCOMP_FILTER");
	} else {
		checkup_ok(checkup, "seccomp", "is there");
	}
}

static void check_fs_program(const struct machine *machine, struct checkup *checkup)
{
	const char *version = strrchr(machine->fs_says, ' ');

	if (!machine->fs_program[0]) {
		checkup_fail(checkup, "refmount-fs", "is neither beside refmount nor in libexec");
		checkup_remedy(checkup, "install it again: make install, or the whole package");
	} else if (!version) {
		checkup_fail(checkup, "refmount-fs", "'%s' does not run here", machine->fs_program);
		checkup_remedy(checkup,
				"'%s --version' says why (libfuse3 missing: install the package "
				"libfuse3-4, libfuse3-3 or fuse3-libs)",
				machine->fs_program);
	} else if (strcmp(version + 1, machine->version) != 0) {
		checkup_fail(checkup, "refmount-fs", "'%s' is of version %s, refmount of %s",
				machine->fs_program, version + 1, machine->version);
		checkup_remedy(checkup, "install both from one build: make install");
	} else {
		checkup_ok(checkup, "refmount-fs", "'%s', version %s", machine->fs_program,
				version + 1);
	}
}

static void check_git(const struct machine *machine, struct checkup *checkup)
{
	if (!machine->git_says[0]) {
		checkup_warn(checkup, "git",
				"there is none in %s: repositories of other machines cannot be "
				"followed",
				CLIENT_PATHS);
		checkup_remedy(checkup, "install the package git");
	} else if (is_before(parse_release(machine->git_says), git_needed)) {
		checkup_warn(checkup, "git",
				"%s is too old to follow repositories of other machines",
				machine->git_says);
		checkup_remedy(checkup, "git %u.%u or newer", git_needed.major, git_needed.minor);
	} else {
		checkup_ok(checkup, "git", "%s", machine->git_says);
	}
}

static void check_clock(const struct machine *machine, struct checkup *checkup)
{
	char now[CLOCK_TEXT_SIZE];

	clock_format(machine->now_s, now);
	if (machine->now_s < YEAR_2026 || machine->now_s > YEAR_2100) {
		checkup_fail(checkup, "clock",
				"it says %s: certificates and signatures will be refused", now);
		checkup_remedy(checkup, "set it: timedatectl set-ntp true");
	} else {
		checkup_ok(checkup, "clock", "%s", now);
	}
}

static void check_files(const struct machine *machine, struct checkup *checkup)
{
	if (machine->files_max < FILES_NEEDED) {
		checkup_warn(checkup, "descriptors",
				"a process may open %" PRIu64 " files; a mount can need %d",
				machine->files_max, FILES_NEEDED);
		checkup_remedy(checkup, "raise it: ulimit -Hn %d, or LimitNOFILE= in the unit",
				FILES_NEEDED);
	} else {
		checkup_ok(checkup, "descriptors", "a process may open %" PRIu64 " files",
				machine->files_max);
	}
}

typedef void machine_fn(const struct machine *machine, struct checkup *checkup);

static machine_fn *const checks[] = {check_device, check_fusermount, check_kernel, check_mount_api,
		check_fanotify, check_confinement, check_fs_program, check_git, check_clock,
		check_files};

void machine_check(const struct machine *machine, struct checkup *checkup)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](machine, checkup);
}

void doctor_machine(struct checkup *checkup, const void *arg)
{
	struct machine *machine = malloc(sizeof(*machine));

	(void)arg;
	if (!machine) {
		checkup->failed = true;
		return;
	}
	machine_look(machine);
	machine_check(machine, checkup);
	free(machine);
}
