#include "src/cmd/dashboard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/utf8.h"
#include "src/cmd/show.h"
#include "src/value/value.h"

#define COLUMNS_MIN    20
#define ROWS_MIN       5
#define REVISION_SHOWN 12 /* digits */
#define ITEMS_SHOWN    8  /* of a list */
#define SWITCHES_SHOWN 5
#define LINE_BYTES     2048
#define LABEL_COLUMNS  10

#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

struct screen {
	const struct dashboard *of;
	struct buf *out;
	unsigned rows, columns, used; /* rows */
	struct buf text;	      /* of the line at hand */
};

/* TEXT, without controls and cut at COLUMNS characters; a cut is shown. */
static void add_cut(struct buf *out, const char *text, size_t len, unsigned columns)
{
	unsigned count = 0;
	size_t at, used;
	uint32_t code;

	for (at = 0; at < len; at += used) {
		code = utf8_next(text + at, len - at, &used);
		if (++count == columns && at + used < len) {
			buf_add_str(out, "…");
			return;
		}
		if (code == UTF8_BAD || utf8_is_control(code))
			buf_add_char(out, '?');
		else
			buf_add(out, text + at, used);
	}
}

/* What is in TEXT as one line in STYLE (NULL: none), if there is still room on the screen. */
static void end_line(struct screen *screen, const char *style)
{
	style = screen->of->has_colours ? style : NULL;
	if (screen->used < screen->rows) {
		screen->used++;
		buf_add_str(screen->out, style ? style : "");
		add_cut(screen->out, buf_str(&screen->text), screen->text.len, screen->columns);
		buf_add_str(screen->out, style ? PLAIN "\n" : "\n");
	}
	buf_clear(&screen->text);
}

static void heading(struct screen *screen, const char *text)
{
	end_line(screen, NULL);
	buf_add_str(&screen->text, text);
	end_line(screen, BOLD);
}

/* --- words --- */

/* "12 s", "5 min": how long ago TIME was; "-" if that is not known. */
static void age(const struct screen *screen, const char *time, char *out, size_t size)
{
	int64_t at, seconds;

	if (clock_parse(time, &at) < 0) {
		(void)snprintf(out, size, "-");
		return;
	}
	seconds = screen->of->now > at ? screen->of->now - at : 0;
	if (seconds < 120)
		(void)snprintf(out, size, "%" PRId64 " s", seconds);
	else if (seconds < 7200)
		(void)snprintf(out, size, "%" PRId64 " min", seconds / 60);
	else if (seconds < 48 * 3600)
		(void)snprintf(out, size, "%" PRId64 " h", seconds / 3600);
	else
		(void)snprintf(out, size, "%" PRId64 " d", seconds / 86400);
}

static const char *style_of(const char *health)
{
	if (strcmp(health, "Healthy") == 0)
		return GREEN;
	if (strcmp(health, "Degraded") == 0)
		return RED;
	return YELLOW;
}

static bool is_there(const struct value *map, const char *key)
{
	const struct value *value = value_get(map, key);

	return value && value->kind != VALUE_NULL;
}

static int64_t number(const struct value *map, const char *key)
{
	const struct value *value = value_get(map, key);

	return value && value->kind == VALUE_INT ? value->integer : 0;
}

static size_t count(const struct value *list)
{
	return list && list->kind == VALUE_LIST ? list->list.count : 0;
}

/* --- the parts --- */

static void show_head(struct screen *screen)
{
	const struct value *status = screen->of->status;
	const char *health = show_text(status, "health");
	char time[CLOCK_TEXT_SIZE];

	clock_format(screen->of->now, time);
	buf_printf(&screen->text, "%s  %s  %s  %s", show_text(status, "mount"),
			show_text(status, "sync"), health, time);
	end_line(screen, style_of(health));
	if (is_there(status, "reason")) {
		buf_add_str(&screen->text, show_text(status, "reason"));
		end_line(screen, style_of(health));
	}
	end_line(screen, NULL);
}

static void show_served(struct screen *screen)
{
	const struct value *status = screen->of->status;
	char since[32];

	age(screen, show_text(status, "served_since"), since, sizeof(since));
	buf_printf(&screen->text, "served    %.*s  %s", REVISION_SHOWN,
			show_text(status, "revision"), show_text(status, "subject"));
	end_line(screen, NULL);
	buf_printf(&screen->text, "          %s, for %s, %" PRId64 " files",
			show_text(status, "author"), since, number(status, "files"));
	end_line(screen, DIM);
}

static void show_source(struct screen *screen)
{
	const struct value *status = screen->of->status;
	const struct value *sync = value_get(status, "last_sync");
	char asked[32];

	age(screen, show_text(sync, "time"), asked, sizeof(asked));
	buf_printf(&screen->text, "from      %s of %s, asked %s ago: %s", show_text(status, "ref"),
			show_text(status, "source"), asked, show_text(sync, "result"));
	end_line(screen, NULL);
	if (strcmp(show_text(status, "desired"), show_text(status, "revision")) == 0)
		return;
	buf_printf(&screen->text, "coming    %.*s, %" PRId64 " ahead", REVISION_SHOWN,
			show_text(status, "desired"), number(status, "behind"));
	end_line(screen, YELLOW);
}

static void show_history(struct screen *screen)
{
	const struct value *list = screen->of->history, *item;

	if (count(list) == 0)
		return;
	heading(screen, "switches");
	for (size_t i = 0; i < count(list) && i < SWITCHES_SHOWN; i++) {
		item = list->list.items[i];
		buf_printf(&screen->text, "%s  %.*s  %-11s %s  (%s)", show_text(item, "time"),
				REVISION_SHOWN, show_text(item, "revision"),
				show_text(item, "result"),
				is_there(item, "subject") ? show_text(item, "subject") : "",
				show_text(item, "reason"));
		end_line(screen, strcmp(show_text(item, "result"), "ok") == 0 ? NULL : RED);
	}
}

typedef void item_fn(const struct value *item, struct buf *out);

static void finding(const struct value *item, struct buf *out)
{
	if (is_there(item, "file"))
		buf_printf(out, "%s:", show_text(item, "file"));
	if (number(item, "line") > 0)
		buf_printf(out, "%" PRId64 ":", number(item, "line"));
	buf_printf(out, "%s%s", out->len > 0 ? " " : "", show_text(item, "message"));
}

static void hook(const struct value *item, struct buf *out)
{
	buf_printf(out, "%-10s %s", show_text(item, "state"), show_text(item, "name"));
	if (is_there(item, "message"))
		buf_printf(out, ": %s", show_text(item, "message"));
}

static void live_file(const struct value *item, struct buf *out)
{
	buf_printf(out, "%-10s %s", show_text(item, "state"), show_text(item, "live"));
}

static void reader(const struct value *item, struct buf *out)
{
	buf_printf(out, "%-7" PRId64 " %-16s %s", number(item, "pid"), show_text(item, "command"),
			show_text(item, "path"));
}

static void show_list(struct screen *screen, const char *title, const struct value *list,
		item_fn *format, const char *style)
{
	size_t i;

	if (count(list) == 0)
		return;
	heading(screen, title);
	for (i = 0; i < count(list) && i < ITEMS_SHOWN; i++) {
		format(list->list.items[i], &screen->text);
		end_line(screen, style);
	}
	if (i == count(list))
		return;
	buf_printf(&screen->text, "and %zu more", count(list) - i);
	end_line(screen, DIM);
}

void dashboard_format(const struct dashboard *dashboard, struct buf *out)
{
	struct screen screen = {
			.of = dashboard,
			.out = out,
			.rows = dashboard->rows > ROWS_MIN ? dashboard->rows : ROWS_MIN,
			.columns = dashboard->columns > COLUMNS_MIN ? dashboard->columns
								    : COLUMNS_MIN,
	};
	const struct value *status = dashboard->status, *drift = dashboard->drift;

	show_head(&screen);
	show_served(&screen);
	show_source(&screen);
	show_list(&screen, "findings", value_get(status, "findings"), finding, RED);
	show_history(&screen);
	show_list(&screen, "hooks", value_get(status, "hooks"), hook, NULL);
	show_list(&screen, "files elsewhere that differ", value_get(drift, "files"), live_file,
			YELLOW);
	show_list(&screen, "processes that run on older files", value_get(drift, "readers"), reader,
			YELLOW);
	buf_release(&screen.text);
}
