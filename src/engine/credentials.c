#include "src/engine/credentials.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "src/base/err.h"
#include "src/base/loop.h"

#define WATCH_MASK                                                                                 \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE |        \
			IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct credentials {
	char *dir;
	credentials_fn *fn;
	void *arg;
	int inotify_fd;
	int watch; /* -1: the folder is not watched */
	ino_t watched;
	struct loop_source *source;
};

/* What is known of one entry, whatever was read before it. */
static uint64_t look_at(int dir_fd, const char *name)
{
	struct {
		uint64_t name, inode, size;
		int64_t seconds, nanoseconds;
	} seen = {.name = XXH3_64bits(name, strlen(name))};
	struct stat st;

	if (fstatat(dir_fd, name, &st, 0) == 0) {
		seen.inode = st.st_ino;
		seen.size = (uint64_t)st.st_size;
		seen.seconds = st.st_mtim.tv_sec;
		seen.nanoseconds = st.st_mtim.tv_nsec;
	}
	return XXH3_64bits(&seen, sizeof(seen));
}

/* The folder that is there now is the one to watch. */
static void watch(struct credentials *credentials, int dir_fd)
{
	struct stat st;

	if (fstat(dir_fd, &st) < 0)
		return;
	if (credentials->watch >= 0 && st.st_ino == credentials->watched)
		return;
	if (credentials->watch >= 0)
		(void)inotify_rm_watch(credentials->inotify_fd, credentials->watch);
	credentials->watch =
			inotify_add_watch(credentials->inotify_fd, credentials->dir, WATCH_MASK);
	credentials->watched = st.st_ino;
}

uint64_t credentials_look(struct credentials *credentials)
{
	uint64_t sum = 1;
	struct dirent *entry;
	int fd, count = 0;
	DIR *dir;

	if (!credentials)
		return 0;
	fd = open(credentials->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return 0;
	}
	watch(credentials, fd); /* first: what changes from here on is an event */
	while (count++ < CREDENTIALS_MAX && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			sum += look_at(fd, entry->d_name); /* in whatever order they come */
	}
	(void)closedir(dir);
	sum &= INT64_MAX;
	return sum ? sum : 1;
}

static void on_events(void *arg, uint32_t epoll_events)
{
	struct credentials *credentials = arg;
	_Alignas(struct inotify_event) char events[4096];
	ssize_t got, at;

	(void)epoll_events;
	while ((got = read(credentials->inotify_fd, events, sizeof(events))) > 0) {
		for (at = 0; at < got;) {
			const struct inotify_event *event = (void *)(events + at);

			if (event->wd == credentials->watch && event->mask & IN_IGNORED)
				credentials->watch = -1;
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	credentials->fn(credentials->arg);
}

void credentials_free(struct credentials *credentials)
{
	if (!credentials)
		return;
	loop_remove(credentials->source);
	if (credentials->inotify_fd >= 0)
		(void)close(credentials->inotify_fd);
	free(credentials->dir);
	free(credentials);
}

int credentials_new(struct loop *loop, const char *dir, credentials_fn *fn, void *arg,
		struct credentials **out, struct err *err)
{
	struct credentials *credentials = calloc(1, sizeof(*credentials));
	int rc = 0;

	if (!credentials)
		return err_sys(err, ENOMEM, "watch '%s'", dir);
	credentials->fn = fn;
	credentials->arg = arg;
	credentials->watch = -1;
	credentials->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	credentials->dir = strdup(dir);
	if (credentials->inotify_fd < 0 || !credentials->dir)
		rc = err_sys(err, errno, "watch '%s'", dir);
	if (rc == 0)
		rc = loop_add_fd(loop, credentials->inotify_fd, EPOLLIN, on_events, credentials,
				&credentials->source, err);
	if (rc < 0) {
		credentials_free(credentials);
		return rc;
	}
	*out = credentials;
	return 0;
}
