#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/proc.h"
#include "src/cmd/call.h"
#include "src/cmd/mounts.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/show.h"
#include "src/cmd/verbs.h"
#include "src/value/value.h"

#define ARENA_LIMIT (16u << 20) /* bytes */
#define PAUSE_MS    10
#define ENGINE_MS   10000 /* for the new engine to have told its number in the status */

/* The two programs that a mount shall go on as. */
struct programs {
	char refmount[PATH_MAX], fs[PATH_MAX];
};

static int find_programs(const char *binary, struct programs *out, struct err *err)
{
	if (!realpath(binary ? binary : "/proc/self/exe", out->refmount))
		return err_sys(err, errno, "program '%s'", binary ? binary : "/proc/self/exe");
	if (access(out->refmount, X_OK) < 0)
		return err_sys(err, errno, "program '%s'", out->refmount);
	return proc_sibling(out->refmount, "refmount-fs", out->fs, sizeof(out->fs), err);
}

/* Does it run at all on this machine? What it prints is of no interest. */
static int try_program(const char *program, struct err *err)
{
	const char *argv[] = {program, "version", NULL};
	const struct proc_spec spec = {.program = program, .argv = argv, .devnull = true};
	char how[128];
	int status, rc;
	pid_t pid;

	rc = proc_spawn(&spec, &pid, err);
	if (rc < 0)
		return rc;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return err_sys(err, errno, "wait for '%s'", program);
	}
	if (status == 0)
		return 0;
	return err_set(err, ENOEXEC, "'%s version' %s", program,
			proc_status_text(status, how, sizeof(how)));
}

/*
 * Is the process that STATUS calls ROLE an instance of PROGRAM? Without root nobody may look at keeper and
 * server; then the engine has to do, which comes last.
 */
static bool runs(const struct value *status, const char *role, const char *program)
{
	const struct value *pid = value_get(value_get(status, "processes"), role);
	struct stat wanted, found;
	char path[64];

	if (!pid || pid->kind != VALUE_INT)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%lld/exe", (long long)pid->integer);
	if (stat(path, &found) < 0)
		return errno == EACCES;
	return stat(program, &wanted) == 0 && wanted.st_dev == found.st_dev &&
			wanted.st_ino == found.st_ino;
}

static bool has_moved(const struct mount *mount, const struct programs *programs)
{
	struct arena *arena = arena_new(ARENA_LIMIT);
	struct value *status;
	bool moved = false;

	if (arena && show_parse(mount, ".refmount/status.json", arena, &status, NULL) == 0)
		moved = runs(status, "keeper", programs->fs) &&
				runs(status, "server", programs->fs) &&
				runs(status, "engine", programs->refmount);
	arena_free(arena);
	return moved;
}

/* The engine that we asked has ended, and its successor writes the status anew. */
static int await(const struct mount *mount, const struct programs *programs, struct err *err)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
	uint64_t end = clock_mono_ms() + ENGINE_MS;

	while (!has_moved(mount, programs)) {
		if (clock_mono_ms() > end)
			return err_set(err, ETIMEDOUT,
					"'%s' goes on serving, but not all of its processes are "
					"'%s' "
					"yet (the log says why)",
					mount->path, programs->refmount);
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

static int upgrade(const struct mount *mount, const char *binary, struct err *err)
{
	struct call call = CALL_INIT("upgrade");
	struct programs programs;
	int rc;

	rc = find_programs(binary, &programs, err);
	if (rc == 0)
		rc = try_program(programs.refmount, err);
	if (rc < 0)
		return rc;
	call_add(&call, programs.refmount);
	call_add_option(&call, "--fs", programs.fs);
	rc = call_send(&call, mount, err);
	return rc == -EPIPE ? await(mount, &programs, err) : rc;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct mount mount = MOUNT_INIT;
	struct err err = ERR_INIT;
	int rc;

	rc = options_parse(command, argc, argv, NULL, &err);
	if (rc >= 0)
		rc = mounts_find(argv[0], &mount, &err);
	if (rc == 0)
		rc = upgrade(&mount, argv[1], &err);
	mount_release(&mount);
	return rc < 0 ? say_error("%s", err.text) : rc;
}

const struct command cmd_upgrade = {
		.name = "upgrade",
		.usage = "MOUNT [BINARY]",
		.summary = "Move a running mount to a new program, without an error",
		.about = "BINARY is another refmount, with its refmount-fs beside it (default: the "
			 "one that is\ncalled). It is tried first; if it does not serve within a "
			 "second, everything stays as it was.",
		.example = "refmount upgrade /srv/config /opt/refmount-0.2/refmount",
		.operands_min = 1,
		.operands_max = 2,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS, OFFER_FILES},
		.run = run,
};
