#include "src/cmd/start.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/mountinfo.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/cmd/places.h"
#include "src/cmd/say.h"
#include "src/link/settings.h"

#define KEEPER_PROGRAM "refmount-fs"
#define REPORT_MAX     (1u << 20) /* bytes */
#define ENDING_MS      2000	  /* for a keeper that hung up to have ended */
#define FIRST_FD       3	  /* settings, then report, as fs/roles.h says */
#define ASIDE_FD       16	  /* out of the way of these two */
#define STORED_MAX     4096	  /* descriptors that a service manager may have kept for us */
#define STORED_FD      3	  /* the first of them, sd_listen_fds(3) */
#define HANDOVER       "REFMOUNT_HANDOVER" /* fs/handover.h */

/* Who is told to end when the user no longer wants to wait. */
static volatile sig_atomic_t keeper_pid;

static void on_interrupt(int signo)
{
	(void)signo;
	if (keeper_pid > 0)
		(void)kill(keeper_pid, SIGTERM);
}

static void catch_interrupts(pid_t pid)
{
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};

	keeper_pid = pid;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
}

/* What the keeper says up to the end of file. */
static void read_report(int fd, struct buf *report)
{
	char part[4096];
	ssize_t got;

	do {
		got = read(fd, part, sizeof(part));
		if (got > 0 && report->len < REPORT_MAX)
			buf_add(report, part, (size_t)got);
	} while (got > 0 || (got < 0 && errno == EINTR));
}

/*
 * "CODE\nTEXT": the first line gets our name in front, the rest are findings and stand for
 * themselves.
 */
static int print_report(struct buf *report)
{
	size_t len = strcspn(report->data, "\n");
	const char *text = report->data[len] ? report->data + len + 1 : "";
	uint64_t code = EXIT_USAGE;

	while (report->len > len && report->data[report->len - 1] == '\n')
		report->data[--report->len] = '\0';
	report->data[len] = '\0';
	if (str_to_u64(report->data, &code) < 0 || code == 0 || code > 125)
		code = EXIT_USAGE;
	(void)say_error("%s", *text ? text : "the mount could not be started");
	return (int)code;
}

/* Has the child ended within TIMEOUT_MS? Then its *STATUS. */
static bool has_ended(pid_t pid, int timeout_ms, int *status)
{
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	bool is_over;

	if (end.fd < 0)
		return waitpid(pid, status, WNOHANG) == pid;
	is_over = poll(&end, 1, timeout_ms) == 1;
	(void)close(end.fd);
	return is_over && waitpid(pid, status, WNOHANG) == pid;
}

/*
 * Nothing and end of file means that it serves, or that it was killed before it could say
 * anything. A keeper that serves has announced itself in its run directory.
 */
static int check_alive(pid_t pid, const struct settings *settings)
{
	struct buf path = BUF_INIT;
	char text[64];
	int status, timeout_ms;

	buf_printf(&path, "%s/mount", settings->run_dir);
	timeout_ms = access(buf_str(&path), F_OK) == 0 ? 0 : ENDING_MS;
	buf_release(&path);
	if (!has_ended(pid, timeout_ms, &status))
		return EXIT_DONE;
	return say_error("the keeper %s before it served (see the log)",
			proc_status_text(status, text, sizeof(text)));
}

/* Once we have returned, nothing of the keeper is in the way of another try. */
static int fail(pid_t pid, struct buf *report)
{
	int status;

	(void)has_ended(pid, ENDING_MS, &status);
	return print_report(report);
}

static int await(pid_t pid, int report_fd, const struct settings *settings)
{
	struct buf report = BUF_INIT;
	int code;

	catch_interrupts(pid);
	read_report(report_fd, &report);
	if (!buf_ok(&report))
		code = say_error("out of memory");
	else if (report.len > 0)
		code = fail(pid, &report);
	else
		code = check_alive(pid, settings);
	buf_release(&report);
	return code;
}

static int spawn_keeper(const char *program, const char *title, int settings_fd,
		const struct settings *settings)
{
	int place = mountinfo_open_trigger(settings->mountpoint); /* it has another process group */
	const char *argv[] = {title, NULL};
	struct proc_spec spec = {.program = program,
			.argv = argv,
			.fds = {settings_fd, -1, place},
			.fd_count = place < 0 ? 2 : 3,
			.new_session = true,
			.devnull = true};
	struct err err = ERR_INIT;
	int report[2], code;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return say_error("pipe: %s", strerror(errno));
	spec.fds[1] = report[1];
	code = proc_spawn(&spec, &pid, &err) < 0 ? say_error("%s", err.text) : EXIT_DONE;
	(void)close(report[1]);
	if (place >= 0)
		(void)close(place);
	if (code == EXIT_DONE)
		code = await(pid, report[0], settings);
	(void)close(report[0]);
	return code;
}

/* FD under a number above those it has to give way to; -1 on failure. */
static int put_aside(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, ASIDE_FD);
}

/* What a service manager has kept of an earlier keeper: names, in the order of the descriptors. */
static const char *stored_names(uint64_t *count)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	uint64_t wanted;

	if (!pid || !fds || !names || str_to_u64(pid, &wanted) < 0 || wanted != (uint64_t)getpid())
		return NULL;
	if (str_to_u64(fds, count) < 0 || *count == 0 || *count > STORED_MAX)
		return NULL;
	return names;
}

bool start_is_handed_over(void)
{
	uint64_t count;
	const char *names = stored_names(&count);

	return names && strstr(names, "device");
}

/*
 * Put those descriptors out of the way, and say in the environment where they are. A file that
 * nobody can name is of no use, so what goes wrong with one is left to its reader.
 */
static void hand_over(void)
{
	struct buf handover = BUF_INIT;
	uint64_t i, count = 0;
	const char *names = stored_names(&count);
	size_t len;

	for (i = 0; names && i < count; i++) {
		len = strcspn(names, ":");
		buf_printf(&handover, "%s%.*s=%d", i ? ":" : "", (int)len, names,
				fcntl(STORED_FD + (int)i, F_DUPFD, STORED_FD + (int)count));
		names += len + (names[len] == ':');
	}
	if (handover.len > 0 && buf_ok(&handover))
		(void)setenv(HANDOVER, handover.data, 1);
	buf_release(&handover);
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
}

/*
 * Become the keeper. It says what goes wrong on stderr by itself then, so the report goes
 * nowhere.
 */
static int exec_keeper(const char *program, char *title, int settings_fd)
{
	char *argv[] = {title, NULL};
	int report, settings;

	(void)close_range(FIRST_FD, UINT_MAX, CLOSE_RANGE_CLOEXEC);
	hand_over();
	report = put_aside(open("/dev/null", O_WRONLY | O_CLOEXEC));
	settings = put_aside(settings_fd);
	if (report < 0 || settings < 0 || dup2(settings, FIRST_FD) < 0 ||
			dup2(report, FIRST_FD + 1) < 0)
		return say_error("descriptors for the keeper: %s", strerror(errno));
	(void)execv(program, argv);
	return say_error("start '%s': %s", program, strerror(errno));
}

/* The folder above the run directory: a private one in /tmp must not be made by just anyone. */
static int make_run_base(struct err *err)
{
	struct buf base = BUF_INIT;
	int rc;

	rc = places_run_base(&base, err);
	if (rc == 0)
		rc = places_make(base.data, err);
	buf_release(&base);
	return rc;
}

int start_keeper(const struct settings *settings)
{
	struct buf title = BUF_INIT;
	struct err err = ERR_INIT;
	char program[PATH_MAX];
	int fd = -1, rc, code;

	buf_printf(&title, "refmount: keeper %s", settings->name);
	rc = buf_ok(&title) ? make_run_base(&err) : err_sys(&err, ENOMEM, "start the keeper");
	if (rc == 0)
		rc = proc_sibling(NULL, KEEPER_PROGRAM, program, sizeof(program), &err);
	if (rc == 0)
		rc = settings_store(settings, &fd, &err);
	if (rc < 0)
		code = say_error("%s", err.text);
	else if (settings->foreground)
		code = exec_keeper(program, title.data, fd);
	else
		code = spawn_keeper(program, title.data, fd, settings);
	if (fd >= 0)
		(void)close(fd);
	buf_release(&title);
	return code;
}
