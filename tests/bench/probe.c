/*
 * probe: the measured loops of the benchmark, one per verb; each prints one number.
 *
 *     probe open ROOT LIST SECONDS THREADS    ns per open+read+close, round and round LIST
 *     probe stat ROOT LIST SECONDS            ns per stat
 *     probe first ROOT LIST                   ns per open+read+close, each file of LIST once
 *     probe stream ROOT LIST                  ns to read all files of LIST from begin to end
 *     probe wait FILE TEXT                    CLOCK_MONOTONIC in ns when FILE began with TEXT
 *     probe move REF COMMIT FILE TEXT         ns from REF's rename to FILE beginning with TEXT
 *
 * LIST holds one path a line, relative to ROOT. `wait` and `move` print "ready" first, look every
 * 50 us, and give up (exit 1) after PATIENCE_NS. Paths are put together before the clock starts.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SMALL_READ  16384
#define STREAM_READ (128 * 1024)
#define THREADS_MAX 64
#define POLL_NS	    50000L
#define PATIENCE_NS (60ull * 1000 * 1000 * 1000)
#define CHECK_EVERY 64 /* operations between looks at the clock */

struct list {
	char **paths;
	size_t count, room;
};

struct loop {
	const struct list *list;
	uint64_t end_ns;
	size_t first;
	bool is_stat;
	uint64_t done;
	pthread_t thread;
};

static uint64_t now_ns(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void list_load(struct list *list, const char *root, const char *file)
{
	FILE *in = fopen(file, "re");
	char line[4096];

	if (!in)
		err(2, "open '%s'", file);
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		if (list->count == list->room) {
			list->room = list->room ? 2 * list->room : 64;
			list->paths = reallocarray(list->paths, list->room, sizeof(*list->paths));
		}
		if (!list->paths || asprintf(&list->paths[list->count++], "%s/%s", root, line) < 0)
			err(2, "the list");
	}
	(void)fclose(in);
	if (list->count == 0)
		errx(2, "'%s' is empty", file);
}

static void list_release(struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->paths[i]);
	free(list->paths);
}

static void read_whole(const char *path, char *buffer, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		err(2, "open '%s'", path);
	/* A short read of a small file is its end: no second call, as in a careful program. */
	do
		got = read(fd, buffer, room);
	while (got == (ssize_t)room);
	if (got < 0)
		err(2, "read '%s'", path);
	(void)close(fd);
}

static void *loop_run(void *data)
{
	struct loop *loop = data;
	char buffer[SMALL_READ];
	size_t at = loop->first;
	struct stat st;

	for (;;) {
		if (loop->done % CHECK_EVERY == 0 && now_ns() >= loop->end_ns)
			return NULL;
		if (!loop->is_stat)
			read_whole(loop->list->paths[at], buffer, sizeof(buffer));
		else if (stat(loop->list->paths[at], &st) < 0)
			err(2, "stat '%s'", loop->list->paths[at]);
		at = at + 1 == loop->list->count ? 0 : at + 1;
		loop->done++;
	}
}

/* Wall time per operation, all threads together. */
static double loops(const struct list *list, double seconds, unsigned threads, bool is_stat)
{
	struct loop loop[THREADS_MAX];
	uint64_t begun = now_ns(), done = 0;
	unsigned i;

	if (threads < 1 || threads > THREADS_MAX)
		errx(2, "threads: 1 to %d", THREADS_MAX);
	for (i = 0; i < threads; i++) {
		loop[i] = (struct loop){.list = list, .is_stat = is_stat};
		loop[i].end_ns = begun + (uint64_t)(seconds * 1e9);
		loop[i].first = list->count * i / threads;
		if (pthread_create(&loop[i].thread, NULL, loop_run, &loop[i]) != 0)
			errx(2, "start a thread");
	}
	for (i = 0; i < threads; i++) {
		(void)pthread_join(loop[i].thread, NULL);
		done += loop[i].done;
	}
	return (double)(now_ns() - begun) / (double)done;
}

static int verb_loops(char **argv, unsigned threads, bool is_stat)
{
	struct list list = {NULL, 0, 0};
	size_t i;
	char buffer[SMALL_READ];

	list_load(&list, argv[0], argv[1]);
	for (i = 0; i < list.count; i++)
		read_whole(list.paths[i], buffer, sizeof(buffer)); /* warm */
	(void)printf("%.1f\n", loops(&list, strtod(argv[2], NULL), threads, is_stat));
	list_release(&list);
	return 0;
}

/* Each file once; per file, or all together when the files are large. */
static int verb_once(char **argv, bool is_stream)
{
	static char buffer[STREAM_READ];
	struct list list = {NULL, 0, 0};
	uint64_t begun;
	double took;
	size_t i;

	list_load(&list, argv[0], argv[1]);
	begun = now_ns();
	for (i = 0; i < list.count; i++)
		read_whole(list.paths[i], buffer, is_stream ? STREAM_READ : SMALL_READ);
	took = (double)(now_ns() - begun);
	(void)printf("%.1f\n", is_stream ? took : took / (double)list.count);
	list_release(&list);
	return 0;
}

static bool begins_with(const char *file, const char *text)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	char buffer[256];
	ssize_t got;

	/* Between two links, or with the old tree gone: not there yet. */
	if (fd < 0)
		return false;
	got = read(fd, buffer, sizeof(buffer));
	(void)close(fd);
	return got >= (ssize_t)strlen(text) && memcmp(buffer, text, strlen(text)) == 0;
}

static uint64_t wait_for(const char *file, const char *text)
{
	struct timespec nap = {.tv_nsec = POLL_NS};
	uint64_t begun = now_ns();

	while (!begins_with(file, text)) {
		if (now_ns() - begun > PATIENCE_NS)
			errx(1, "'%s' did not change", file);
		(void)nanosleep(&nap, NULL);
	}
	return now_ns();
}

static void ready(void)
{
	(void)printf("ready\n");
	(void)fflush(stdout);
}

static int verb_move(const char *ref, const char *commit, const char *file, const char *text)
{
	uint64_t begun;
	char *lock;
	int fd;

	if (asprintf(&lock, "%s.lock", ref) < 0)
		err(2, "the lock");
	fd = open(lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || dprintf(fd, "%s\n", commit) < 0 || close(fd) < 0)
		err(2, "write '%s'", lock);
	ready();
	begun = now_ns();
	if (rename(lock, ref) < 0)
		err(2, "rename '%s'", lock);
	(void)printf("%" PRIu64 "\n", wait_for(file, text) - begun);
	free(lock);
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "open") == 0 && argc == 6)
		return verb_loops(argv + 2, (unsigned)strtoul(argv[5], NULL, 10), false);
	if (strcmp(verb, "stat") == 0 && argc == 5)
		return verb_loops(argv + 2, 1, true);
	if (strcmp(verb, "first") == 0 && argc == 4)
		return verb_once(argv + 2, false);
	if (strcmp(verb, "stream") == 0 && argc == 4)
		return verb_once(argv + 2, true);
	if (strcmp(verb, "wait") == 0 && argc == 4) {
		ready();
		(void)printf("%" PRIu64 "\n", wait_for(argv[2], argv[3]));
		return 0;
	}
	if (strcmp(verb, "move") == 0 && argc == 6)
		return verb_move(argv[2], argv[3], argv[4], argv[5]);
	(void)fputs("usage: probe open|stat|first|stream|wait|move ...\n", stderr);
	return 2;
}
