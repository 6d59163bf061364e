#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/proc.h"
#include "src/cmd/call.h"
#include "src/cmd/mounts.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/show.h"
#include "src/cmd/verbs.h"
#include "src/value/value.h"

#define ARENA_LIMIT (16u << 20) /* bytes */
#define PAUSE_MS    5
#define ENGINE_MS   1500 /* for an engine that is just being started again */
#define GONE_MS	    5000 /* from the engine's answer to the end of the mount */

struct args {
	bool lazy;
};

static const struct option umount_options[] = {
		{"lazy", 'l', OPTION_FLAG, OPTION_INTO(struct args, lazy), NULL,
				"detach now, end when nobody uses it any more"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static void pause_ms(long ms)
{
	const struct timespec pause = {.tv_nsec = ms * 1000000};

	(void)nanosleep(&pause, NULL);
}

/* Is it no longer in the kernel's table? */
static bool is_gone(const char *path)
{
	struct mounts mounts = MOUNTS_INIT;
	bool found = false;
	size_t i;

	if (mounts_list(&mounts, NULL) < 0)
		return false;
	for (i = 0; i < mounts.count; i++)
		found |= strcmp(mounts.items[i].path, path) == 0 && mounts.items[i].is_mounted;
	mounts_release(&mounts);
	return !found;
}

/*
 * A descriptor of the keeper, which holds the lock on the state; -1 when it cannot be told who
 * that is.
 */
static int open_keeper(const struct mount *mount)
{
	struct arena *arena = arena_new(ARENA_LIMIT);
	const struct value *pid = NULL;
	struct value *status;
	int fd = -1;

	if (arena && show_parse(mount, ".refmount/status.json", arena, &status, NULL) == 0)
		pid = value_get(value_get(status, "processes"), "keeper");
	if (pid && pid->kind == VALUE_INT && pid->integer > 0)
		fd = (int)syscall(SYS_pidfd_open, (pid_t)pid->integer, 0);
	arena_free(arena);
	return fd;
}

static bool wait_gone(const struct mount *mount)
{
	uint64_t end = clock_mono_ms() + GONE_MS;

	while (!is_gone(mount->path)) {
		if (clock_mono_ms() > end)
			return false;
		pause_ms(PAUSE_MS);
	}
	return true;
}

/* Until then the same place cannot be mounted again. Closes FD. */
static void wait_keeper(int fd)
{
	struct pollfd keeper = {.fd = fd, .events = POLLIN};

	if (fd < 0)
		return;
	(void)poll(&keeper, 1, GONE_MS);
	(void)close(fd);
}

static bool is_nobody(int rc)
{
	return rc == -ECONNREFUSED || rc == -ENOENT;
}

static int ask_engine(const struct mount *mount, bool lazy, struct err *err)
{
	struct call call = CALL_INIT("umount");
	uint64_t end = clock_mono_ms() + ENGINE_MS;
	int rc;

	if (!mount->run_dir)
		return -ENOENT;
	if (lazy)
		call_add(&call, "--lazy");
	rc = call_send(&call, mount, err);
	while (is_nobody(rc) && mount->is_mounted && clock_mono_ms() < end) {
		pause_ms(PAUSE_MS);
		rc = call_send(&call, mount, err);
	}
	/* The engine ends with the mount, perhaps before its answer is through. */
	if (rc == -EPIPE)
		rc = wait_gone(mount) ? 0 : -ECONNREFUSED;
	return rc;
}

static int detach_as_user(const char *path, bool lazy, struct err *err)
{
	const char *argv[] = {"fusermount3", "-u", path, NULL, NULL};
	int status, rc;

	if (lazy) {
		argv[2] = "-z";
		argv[3] = path;
	}
	rc = proc_run(argv, &status, err);
	if (rc < 0)
		return rc;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0
			? 0
			: err_set(err, EBUSY, "cannot unmount '%s'", path);
}

/* Nobody is there to ask: do it ourselves. */
static int detach(const struct mount *mount, bool lazy, struct err *err)
{
	if (!mount->is_mounted)
		return 0;
	if (geteuid() != 0)
		return detach_as_user(mount->path, lazy, err);
	if (umount2(mount->path, lazy ? MNT_DETACH : 0) == 0)
		return 0;
	if (errno == EBUSY)
		return err_set(err, EBUSY, "'%s' is in use (refmount umount --lazy %s)",
				mount->path, mount->path);
	return err_sys(err, errno, "unmount '%s'", mount->path);
}

static int umount_mount(const struct mount *mount, bool lazy)
{
	struct err err = ERR_INIT;
	int keeper, rc;

	keeper = mount->is_mounted ? open_keeper(mount) : -1;
	rc = ask_engine(mount, lazy, &err);
	if (rc == 0 && !wait_gone(mount))
		rc = say_error("'%s' is still mounted", mount->path);
	if (rc == 0)
		wait_keeper(keeper);
	else if (keeper >= 0)
		(void)close(keeper);
	if (rc >= 0)
		return rc;
	if (is_nobody(rc)) {
		rc = detach(mount, lazy, &err);
		if (rc == 0 && mount->run_dir)
			rc = file_remove_tree(AT_FDCWD, mount->run_dir, &err);
	}
	return rc < 0 ? say_error("%s", err.text) : EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct mount mount = MOUNT_INIT;
	struct args args = {0};
	struct err err = ERR_INIT;
	int code;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	if (mounts_find(argv[0], &mount, &err) < 0)
		return say_error("%s", err.text);
	code = umount_mount(&mount, args.lazy);
	mount_release(&mount);
	return code;
}

const struct command cmd_umount = {
		.name = "umount",
		.usage = "[--lazy] MOUNT",
		.summary = "End a mount",
		.about = "Also removes what a dead one left behind.",
		.example = "refmount umount /srv/config",
		.options = umount_options,
		.operands_min = 1,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS},
		.run = run,
};
