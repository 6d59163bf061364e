#include "tests/torture/switcher.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/torture/chance.h"
#include "tests/torture/journal.h"
#include "tests/torture/model.h"
#include "tests/torture/witness.h"

#define PATIENCE_NS (20ull * 1000 * 1000 * 1000)
#define POLL_NS	    (200L * 1000)
#define POLL_LEASES 1.25 /* who looks more often than that goes on with what it has begun with */
#define STATUS_MAX  65536

extern char **environ;

struct switcher {
	const struct model *model;
	struct journal *journal;
	const struct switcher_options *options;
	uint64_t chance;
	uint32_t tip; /* revision the branch points to */
	uint32_t holds;
	uint64_t *took_ns;
	uint32_t took_count;
};

static uint64_t now_ns(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void nap(long ns)
{
	struct timespec time = {.tv_sec = ns / 1000000000L, .tv_nsec = ns % 1000000000L};

	(void)nanosleep(&time, NULL);
}

/* A small file of the mount as text; the length, or -1 with errno. */
static ssize_t read_small(const char *mount, const char *name, char *out, size_t room)
{
	char path[4096];
	ssize_t len;
	int fd, code;

	(void)snprintf(path, sizeof(path), "%s/%s", mount, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, out, room - 1);
	code = errno;
	(void)close(fd);
	errno = code;
	if (len >= 0)
		out[len] = '\0';
	return len;
}

/* As git does it: a lock file beside the ref, renamed over it. */
static void move_ref(struct switcher *sw, uint32_t revision)
{
	char lock[4096], ref[4096];
	int fd;

	(void)snprintf(lock, sizeof(lock), "%s/refs/heads/main.lock", sw->options->repo);
	(void)snprintf(ref, sizeof(ref), "%s/refs/heads/main", sw->options->repo);
	fd = open(lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || dprintf(fd, "%s\n", sw->model->commits[revision]) < 0 || close(fd) < 0 ||
			rename(lock, ref) < 0)
		err(2, "move '%s'", ref);
	sw->tip = revision;
}

static void complain(const struct switcher *sw, uint32_t revision)
{
	char status[STATUS_MAX];

	(void)fprintf(stderr, "switcher: revision %" PRIu32 " (%.12s) did not appear\n", revision,
			sw->model->commits[revision]);
	if (read_small(sw->options->mount, ".status", status, sizeof(status)) < 0)
		(void)fprintf(stderr, "switcher: read .status: %s\n", strerror(errno));
	else
		(void)fprintf(stderr, "%s", status);
}

/* Wait until PLACE, which was written down before BEGUN, is what the mount shows. */
static bool wait_for(struct switcher *sw, uint32_t place, uint64_t begun)
{
	uint32_t revision = sw->journal->places[place].revision;
	char seen[128];

	for (;;) {
		ssize_t len = read_small(
				sw->options->mount, ".refmount/revision", seen, sizeof(seen));

		if (len < 0) {
			(void)fprintf(stderr, "switcher: read .refmount/revision: %s\n",
					strerror(errno));
			return false;
		}
		if (memcmp(seen, sw->model->commits[revision], MODEL_COMMIT_LEN) == 0)
			break;
		if (now_ns() - begun > PATIENCE_NS) {
			complain(sw, revision);
			return false;
		}
		nap(sw->options->lease_ms ? (long)(POLL_LEASES * 1e6 * sw->options->lease_ms)
					  : POLL_NS);
	}
	sw->took_ns[sw->took_count++] = now_ns() - begun;
	journal_raise(sw->journal, place, MODEL_STAMP, SWITCHED, MODEL_FILE);
	return true;
}

static bool run_command(struct switcher *sw, const char *verb, const char *argument)
{
	const char *argv[] = {sw->options->program, verb, sw->options->mount, argument, NULL};
	posix_spawn_file_actions_t quiet;
	int status, rc;
	pid_t pid;

	(void)posix_spawn_file_actions_init(&quiet);
	(void)posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(&pid, argv[0], &quiet, NULL, (char *const *)argv, environ);
	(void)posix_spawn_file_actions_destroy(&quiet);
	if (rc != 0)
		errx(2, "start %s: %s", argv[0], strerror(rc));
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	(void)fprintf(stderr, "switcher: refmount %s failed\n", verb);
	return false;
}

static uint32_t served(const struct switcher *sw)
{
	return sw->journal->places[atomic_load(&sw->journal->count) - 1].revision;
}

static bool advance(struct switcher *sw)
{
	uint32_t place = journal_add(sw->journal, sw->tip + 1);
	uint64_t begun = now_ns();

	move_ref(sw, sw->tip + 1);
	return wait_for(sw, place, begun);
}

/* Run a command that must make the mount show REVISION. */
static bool command(struct switcher *sw, const char *verb, const char *argument, uint32_t revision)
{
	uint64_t begun = now_ns();
	uint32_t place;

	if (revision == served(sw))
		return run_command(sw, verb, argument);
	place = journal_add(sw->journal, revision);
	return run_command(sw, verb, argument) && wait_for(sw, place, begun);
}

/* Hold an older revision, perhaps go back once more, perhaps move the branch unseen, then resume.
 */
static bool hold(struct switcher *sw)
{
	uint32_t count = atomic_load(&sw->journal->count), back;
	const char *commit;
	uint32_t before, target;

	back = 1 + chance_below(&sw->chance, sw->options->kept / 2);
	if (back >= count)
		return true;
	before = served(sw);
	target = sw->journal->places[count - 1 - back].revision;
	commit = sw->model->commits[target];
	if (target == before)
		return true;
	sw->holds++;
	if (!command(sw, "switch", commit, target))
		return false;
	if (chance_percent(&sw->chance, 50) && !command(sw, "rollback", NULL, before))
		return false;
	if (chance_percent(&sw->chance, 50) && sw->tip + 1 < sw->model->revisions)
		move_ref(sw, sw->tip + 1);
	return command(sw, "resume", NULL, sw->tip);
}

/* --- being told to end --- */

static volatile sig_atomic_t must_end;

static void on_term(int signo)
{
	(void)signo;
	must_end = 1;
}

/* --- all of it --- */

static bool switch_all(struct switcher *sw)
{
	while (!must_end && sw->took_count < sw->options->switches &&
			sw->tip + 1 < sw->model->revisions) {
		if (!advance(sw))
			return false;
		nap(1000L * sw->options->pause_us);
		if (sw->options->program && sw->options->hold_every &&
				chance_below(&sw->chance, sw->options->hold_every) == 0 &&
				!hold(sw))
			return false;
	}
	return true;
}

static int compare_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void summary(struct switcher *sw, double seconds)
{
	uint32_t count = sw->took_count;

	if (count == 0)
		return;
	qsort(sw->took_ns, count, sizeof(*sw->took_ns), compare_ns);
	(void)printf("switcher: switches=%" PRIu32
		     " per_second=%.1f median_ms=%.2f p99_ms=%.2f slowest_ms=%.2f"
		     " holds=%" PRIu32 "\n",
			count, count / seconds, (double)sw->took_ns[count / 2] / 1e6,
			(double)sw->took_ns[count * 99ull / 100] / 1e6,
			(double)sw->took_ns[count - 1] / 1e6, sw->holds);
}

bool switcher_run(const struct model *model, struct journal *journal,
		const struct switcher_options *options)
{
	struct switcher sw = {.model = model, .journal = journal, .options = options};
	uint64_t begun = now_ns();
	bool is_good;

	sw.chance = options->seed;
	sw.took_ns = calloc(JOURNAL_PLACES, sizeof(*sw.took_ns));
	if (!sw.took_ns)
		err(2, "the switcher");
	(void)signal(SIGTERM, on_term);
	is_good = switch_all(&sw);
	summary(&sw, (double)(now_ns() - begun) / 1e9);
	atomic_store(&journal->has_failed, !is_good);
	atomic_store(&journal->is_over, 1);
	free(sw.took_ns);
	return is_good;
}
