#include "src/engine/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/engine/fields.h"
#include "src/value/emit.h"

#define FIELD_MAX 512	      /* bytes of BY or REASON, with NUL */
#define SLACK	  100	      /* lines over HISTORY_MAX before the file is written anew */
#define FILE_MAX  (16u << 20) /* what is larger was not written by us */
#define FIELDS	  7

struct item {
	struct history_entry entry;
	char *line; /* owned: the fields of ENTRY lie in it, each with its NUL */
	char *json; /* owned: this entry as JSON; made when it is first asked for */
};

struct history {
	char *path;
	struct item *items; /* oldest first */
	size_t count, cap;
	size_t lines; /* in the file */
};

static void item_release(struct item *item)
{
	free(item->line);
	free(item->json);
}

void history_free(struct history *history)
{
	size_t i;

	if (!history)
		return;
	for (i = 0; i < history->count; i++)
		item_release(&history->items[i]);
	free(history->items);
	free(history->path);
	free(history);
}

/* Split LINE at its tabs, in place; what it holds becomes ITEM's. False: malformed. */
static bool parse_line(char *line, struct item *item)
{
	char *fields[FIELDS], *rest = line;
	size_t i;

	for (i = 0; i < FIELDS; i++) {
		fields[i] = strsep(&rest, "\t");
		if (!fields[i])
			return false;
	}
	if (rest || clock_parse(fields[0], &item->entry.time) < 0 ||
			oid_parse(fields[1], &item->entry.commit) < 0)
		return false;
	item->line = line;
	item->entry.result = fields[2];
	item->entry.by = fields[3];
	item->entry.reason = fields[4];
	item->entry.author = fields[5];
	item->entry.subject = fields[6];
	return true;
}

/* Takes ownership of LINE. Keeps HISTORY_MAX entries. 0 (also for a malformed line) or -ENOMEM. */
static int push(struct history *history, char *line)
{
	struct item item = {0};

	if (!line ||
			vec_reserve(&history->items, &history->cap, history->count + 1,
					sizeof(*history->items)) < 0) {
		free(line);
		return -ENOMEM;
	}
	if (!parse_line(line, &item)) {
		free(line);
		return 0;
	}
	if (history->count == HISTORY_MAX) {
		item_release(&history->items[0]);
		history->count--;
		memmove(history->items, history->items + 1,
				history->count * sizeof(*history->items));
	}
	history->items[history->count++] = item;
	return 0;
}

/* A field as it may stand in the log. */
static void add_field(struct buf *out, const char *text)
{
	char copy[FIELD_MAX];
	char *c;

	str_copy(copy, sizeof(copy), text ? text : "");
	for (c = copy; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	}
	buf_add_str(out, copy);
}

static void format_line(const struct history_entry *entry, struct buf *out)
{
	char time[CLOCK_TEXT_SIZE], hex[OID_HEX_SIZE];

	clock_format(entry->time, time);
	oid_format(&entry->commit, hex);
	buf_printf(out, "%s\t%s\t", time, hex);
	add_field(out, entry->result);
	buf_add_char(out, '\t');
	add_field(out, entry->by);
	buf_add_char(out, '\t');
	add_field(out, entry->reason);
	buf_add_char(out, '\t');
	add_field(out, entry->author);
	buf_add_char(out, '\t');
	add_field(out, entry->subject);
}

/* Write the file anew from what is in memory. */
static int rewrite(struct history *history, struct err *err)
{
	struct buf text = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < history->count; i++) {
		format_line(&history->items[i].entry, &text);
		buf_add_char(&text, '\n');
	}
	rc = buf_ok(&text) ? 0 : err_sys(err, ENOMEM, "history");
	if (rc == 0)
		rc = file_replace(AT_FDCWD, history->path, buf_str(&text), text.len, 0644, err);
	if (rc == 0)
		history->lines = history->count;
	buf_release(&text);
	return rc;
}

/* All whole lines of TEXT. */
static int parse(struct history *history, const char *text)
{
	const char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		if (push(history, strndup(text, (size_t)(end - text))) < 0)
			return -ENOMEM;
		history->lines++;
	}
	return 0;
}

static int load(struct history *history, struct err *err)
{
	struct buf text = BUF_INIT;
	struct err reason = ERR_INIT;
	int rc;

	rc = file_read(AT_FDCWD, history->path, FILE_MAX, &text, &reason);
	if (rc == -ENOENT) {
		rc = 0;
	} else if (rc < 0 && rc != -EFBIG) {
		rc = err_set(err, -rc, "%s", reason.text);
	} else if (rc == 0 && parse(history, buf_str(&text)) < 0) {
		rc = err_sys(err, ENOMEM, "history");
	} else if (rc < 0 || (text.len > 0 && text.data[text.len - 1] != '\n') ||
			memchr(buf_str(&text), '\0', text.len)) {
		rc = rewrite(history, err); /* without what is torn */
	}
	buf_release(&text);
	return rc;
}

int history_open(const char *state_dir, struct history **out, struct err *err)
{
	struct history *history = calloc(1, sizeof(*history));
	struct buf path = BUF_INIT;
	int rc = 0;

	path_join(&path, state_dir, HISTORY_FILE);
	if (history)
		history->path = buf_steal(&path);
	if (!history || !history->path)
		rc = err_sys(err, ENOMEM, "history");
	if (rc == 0)
		rc = load(history, err);
	buf_release(&path);
	if (rc < 0) {
		history_free(history);
		return rc;
	}
	*out = history;
	return 0;
}

/* Add LINE to the file. What a failed write left behind is cut off again. */
static int append(struct history *history, const struct buf *line, struct err *err)
{
	off_t end;
	int fd, rc;

	fd = open(history->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_sys(err, errno, "open '%s'", history->path);
	end = lseek(fd, 0, SEEK_END);
	rc = file_write_all(fd, line->data, line->len, err);
	if (rc == 0 && fdatasync(fd) < 0)
		rc = err_sys(err, errno, "fsync");
	if (rc < 0) {
		(void)!ftruncate(fd, end);
		(void)err_wrap(err, "'%s'", history->path);
	}
	(void)close(fd);
	return rc;
}

int history_add(struct history *history, const struct history_entry *entry, struct err *err)
{
	struct buf line = BUF_INIT;
	char *copy;
	int rc;

	format_line(entry, &line);
	copy = buf_ok(&line) ? strdup(buf_str(&line)) : NULL;
	buf_add_char(&line, '\n');
	if (!copy || !buf_ok(&line)) {
		rc = err_sys(err, ENOMEM, "history");
		goto out;
	}
	rc = append(history, &line, err);
	if (rc < 0)
		goto out;
	history->lines++;
	rc = push(history, copy);
	copy = NULL;
	if (rc < 0)
		rc = err_sys(err, -rc, "history");
	else if (history->lines > HISTORY_MAX + SLACK)
		rc = rewrite(history, err);
out:
	free(copy);
	buf_release(&line);
	return rc;
}

const struct history_entry *history_get(const struct history *history, size_t i)
{
	return i < history->count ? &history->items[history->count - 1 - i].entry : NULL;
}

int history_find(const struct history *history, uint64_t n, struct oid *out)
{
	const struct history_entry *entry, *last = NULL;
	size_t i;

	for (i = 0; (entry = history_get(history, i)) != NULL; i++) {
		if (strcmp(entry->result, HISTORY_OK) != 0 ||
				(last && oid_equal(&last->commit, &entry->commit)))
			continue;
		if (last && --n == 0) {
			*out = entry->commit;
			return 0;
		}
		last = entry;
	}
	return -ENOENT;
}

static void add_text(const struct history_entry *entry, struct buf *out)
{
	char time[CLOCK_TEXT_SIZE], hex[OID_HEX_SIZE];

	clock_format(entry->time, time);
	oid_format(&entry->commit, hex);
	buf_printf(out, "%s %s %s %s (%s)", time, hex, entry->result, entry->reason, entry->by);
	if (entry->subject[0] || entry->author[0])
		buf_printf(out, " \"%s\" %s", entry->subject, entry->author);
	buf_add_char(out, '\n');
}

void history_text(const struct history *history, struct buf *out)
{
	const struct history_entry *entry;
	size_t i;

	for (i = 0; (entry = history_get(history, i)) != NULL; i++)
		add_text(entry, out);
}

static char *entry_json(const struct history_entry *entry)
{
	struct arena *arena = arena_new(0);
	struct buf text = BUF_INIT;
	struct fields fields;
	struct value *value = NULL;
	char *json = NULL;

	if (!arena)
		return NULL;
	fields = fields_begin(arena);
	fields_time(&fields, "time", entry->time);
	fields_oid(&fields, "revision", &entry->commit);
	fields_text(&fields, "result", entry->result);
	fields_text(&fields, "by", entry->by);
	fields_text(&fields, "reason", entry->reason);
	fields_text(&fields, "author", entry->author[0] ? entry->author : NULL);
	fields_text(&fields, "subject", entry->subject[0] ? entry->subject : NULL);
	value = fields_end(&fields);
	if (value && emit_json(value, 0, &text) == 0)
		json = buf_steal(&text);
	buf_release(&text);
	arena_free(arena);
	return json;
}

void history_json(const struct history *history, struct buf *out)
{
	size_t i;

	buf_add_char(out, '[');
	for (i = history->count; i-- > 0;) {
		struct item *item = &history->items[i];

		if (!item->json)
			item->json = entry_json(&item->entry);
		buf_add_str(out, item->json ? item->json : "null");
		buf_add_str(out, i > 0 ? ",\n " : "");
	}
	buf_add_str(out, "]\n");
}
