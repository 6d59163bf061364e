/*
 * The terminal gets its other screen and is put back in order however this ends: by a key, a signal or
 * a mount that goes. A screen is drawn over the last one, line by line, so nothing flickers.
 */
#include "src/cmd/watch.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/cmd/dashboard.h"
#include "src/cmd/mounts.h"
#include "src/cmd/say.h"
#include "src/cmd/show.h"

#define WATCH_MS    250
#define ARENA_LIMIT (64u << 20) /* bytes */
#define KEY_END	    4		/* ^D */

#define ENTER_SCREEN "\033[?1049h\033[?25l"
#define LEAVE_SCREEN "\033[?25h\033[?1049l"
#define HOME	     "\033[H"
#define CLEAR_LINE   "\033[K"
#define CLEAR_REST   "\033[J"

static volatile sig_atomic_t is_over;

static void on_signal(int signo)
{
	(void)signo;
	is_over = 1;
}

/* --- not on a terminal --- */

static int watch_text(const struct mount *mount, bool json)
{
	const struct timespec pause = {.tv_nsec = WATCH_MS * 1000000};
	const char *name = json ? ".refmount/status.json" : ".status";
	struct buf text = BUF_INIT, last = BUF_INIT, swap;
	struct err err = ERR_INIT;

	while (show_read(mount, name, &text, &err) == 0) {
		if (text.len != last.len || strcmp(buf_str(&text), buf_str(&last)) != 0) {
			if (last.len > 0 && !json)
				(void)puts("---");
			(void)fputs(buf_str(&text), stdout);
			(void)fflush(stdout);
		}
		swap = last;
		last = text;
		text = swap;
		buf_clear(&text);
		(void)nanosleep(&pause, NULL);
	}
	buf_release(&last);
	buf_release(&text);
	return say_error("%s", err.text);
}

/* --- on a terminal --- */

static bool may_colour(void)
{
	const char *no_color = getenv("NO_COLOR");

	return !no_color || !*no_color;
}

static void add_screen(const char *text, struct buf *out)
{
	const char *end;

	buf_add_str(out, HOME);
	for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		buf_add(out, text, (size_t)(end - text));
		buf_add_str(out, CLEAR_LINE "\r\n");
	}
	buf_add_str(out, CLEAR_REST);
}

static int draw(const struct mount *mount, struct err *err)
{
	struct arena *arena = arena_new(ARENA_LIMIT);
	struct buf text = BUF_INIT, screen = BUF_INIT;
	struct value *status = NULL, *drift = NULL, *history = NULL;
	struct dashboard dashboard = {.has_colours = may_colour(), .now = clock_wall_s()};
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	int rc;

	rc = arena ? show_parse(mount, ".refmount/status.json", arena, &status, err) : -1;
	if (rc == 0)
		rc = show_parse(mount, ".refmount/drift.json", arena, &drift, err);
	if (rc == 0)
		rc = show_parse(mount, ".refmount/history.json", arena, &history, err);
	if (rc == 0) {
		(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
		dashboard.status = status;
		dashboard.drift = drift;
		dashboard.history = history;
		dashboard.columns = size.ws_col;
		dashboard.rows = size.ws_row > 0 ? size.ws_row - 1u : 0;
		dashboard_format(&dashboard, &text);
		add_screen(buf_str(&text), &screen);
		(void)fputs(buf_str(&screen), stdout);
		(void)fflush(stdout);
	}
	buf_release(&screen);
	buf_release(&text);
	arena_free(arena);
	return rc;
}

/* Wait a moment; true when the user has had enough. */
static bool is_asked_to_end(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	char key;

	if (poll(&in, 1, WATCH_MS) <= 0)
		return is_over;
	return read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == KEY_END;
}

static int watch_screen(const struct mount *mount)
{
	const struct sigaction action = {.sa_handler = on_signal};
	struct termios before, raw;
	struct err err = ERR_INIT;
	bool has_keys = tcgetattr(STDIN_FILENO, &before) == 0;

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	if (has_keys) {
		raw = before;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	(void)fputs(ENTER_SCREEN, stdout);
	while (draw(mount, &err) == 0 && !is_asked_to_end())
		;
	(void)fputs(LEAVE_SCREEN, stdout);
	(void)fflush(stdout);
	if (has_keys)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	return err.code ? say_error("%s", err.text) : EXIT_DONE;
}

int watch_mount(const struct mount *mount, bool json)
{
	if (!json && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO))
		return watch_screen(mount);
	return watch_text(mount, json);
}
