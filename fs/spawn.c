#include "fs/spawn.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <unistd.h>

#include "fs/roles.h"
#include "src/base/err.h"
#include "src/link/state.h"

#define SELF "/proc/self/exe"

/* Everything the keeper holds is close-on-exec; a duplicate, also onto itself, is not. */
static int add_fds(posix_spawn_file_actions_t *actions, const struct spawn *spawn)
{
	const struct state_segment *segments = spawn->state->segments;
	unsigned i;
	int rc;

	assert(spawn->device >= SPAWN_FIRST_FD && spawn->state_fd >= SPAWN_FIRST_FD &&
			spawn->link >= SPAWN_FIRST_FD &&
			(spawn->door < 0 || spawn->door >= SPAWN_FIRST_FD) &&
			(spawn->queue < 0 || spawn->queue >= SPAWN_FIRST_FD));
	rc = posix_spawn_file_actions_adddup2(actions, spawn->device, SERVER_FD_DEVICE);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, spawn->state_fd, SERVER_FD_STATE);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, spawn->link, SERVER_FD_LINK);
	if (rc == 0 && spawn->door >= 0)
		rc = posix_spawn_file_actions_adddup2(actions, spawn->door, SERVER_FD_DOOR);
	if (rc == 0 && spawn->queue >= 0)
		rc = posix_spawn_file_actions_adddup2(actions, spawn->queue, SERVER_FD_QUEUE);
	for (i = 0; i < STATE_SEGMENTS && rc == 0; i++) {
		int fd = segments[i].fd;

		if (atomic_load(&segments[i].number))
			rc = posix_spawn_file_actions_adddup2(actions, fd, fd);
	}
	return rc;
}

static int set_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	return rc;
}

int spawn_server(const struct spawn *spawn, pid_t *pid, struct err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	char title[300], *argv[] = {title, NULL};
	int rc;

	(void)snprintf(title, sizeof(title), "refmount: server %s", spawn->name);
	rc = posix_spawn_file_actions_init(&actions);
	if (rc)
		return err_sys(err, rc, "start a server");
	rc = posix_spawnattr_init(&attr);
	if (rc == 0) {
		rc = add_fds(&actions, spawn);
		if (rc == 0)
			rc = set_signals(&attr);
		if (rc == 0)
			rc = posix_spawn(pid, spawn->program ? spawn->program : SELF, &actions,
					&attr, argv, environ);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return rc ? err_sys(err, rc, "start a server") : 0;
}
