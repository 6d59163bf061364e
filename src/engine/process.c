#include "src/engine/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/file.h"
#include "src/base/str.h"

#define TEXT_MAX    16384 /* bytes of a file in /proc; a cgroup's path may be long */
#define FIELD_START 22	  /* of /proc/PID/stat: proc(5) */
#define ID_DIGITS   64
#define ID_SHOWN    12
#define SECOND_NS   1000000000ull

/* Anybody can choose a name; ours goes into files that people and parsers read. */
static void clean(char *text)
{
	bool is_utf8 = str_is_utf8(text, strlen(text));

	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f ||
				((unsigned char)*text >= 0x80 && !is_utf8))
			*text = '?';
	}
}

/* The name stands in brackets and may hold any character, also brackets and blanks. */
int process_parse_stat(const char *text, long ticks, struct process *out)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')'), *at;
	char name[PROCESS_NAME_MAX];
	unsigned long long start;
	int field;

	if (!open || !close || close < open || ticks <= 0)
		return -EBADMSG;
	at = strchr(close, ' ');
	for (field = 3; field < FIELD_START && at; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, " %llu", &start) != 1)
		return -EBADMSG;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(close - open - 1), open + 1);
	str_copy(out->command, sizeof(out->command), name);
	clean(out->command);
	out->start_ns = start / (unsigned long)ticks * SECOND_NS +
			start % (unsigned long)ticks * SECOND_NS / (unsigned long)ticks;
	return 0;
}

static size_t id_len(const char *text)
{
	return strspn(text, "0123456789abcdef");
}

/* Where in COMPONENT the id of a container begins, or NULL. */
static const char *find_id(const char *component)
{
	for (; *component; component += id_len(component) ? id_len(component) : 1) {
		if (id_len(component) == ID_DIGITS)
			return component;
	}
	return NULL;
}

static void show(const char *prefix, const char *component, char unit[static PROCESS_UNIT_MAX])
{
	const char *id = find_id(component);
	struct buf text = BUF_INIT;

	buf_add_str(&text, prefix);
	if (id) {
		buf_add(&text, component, (size_t)(id - component) + ID_SHOWN);
		buf_add_str(&text, id + ID_DIGITS);
	} else {
		buf_add_str(&text, component);
	}
	str_copy(unit, PROCESS_UNIT_MAX, buf_str(&text));
	clean(unit);
	buf_release(&text);
}

/* One path, taken apart from its end. */
static bool find_unit(char *path, char unit[static PROCESS_UNIT_MAX])
{
	bool is_last = true;
	char *slash;

	while ((slash = strrchr(path, '/')) != NULL) {
		const char *component = slash + 1;

		*slash = '\0';
		if (str_has_suffix(component, ".service") || str_has_suffix(component, ".scope")) {
			show("", component, unit);
			return true;
		}
		if (is_last && id_len(component) == ID_DIGITS && component[ID_DIGITS] == '\0') {
			show("container ", component, unit);
			return true;
		}
		is_last = false;
	}
	return false;
}

/* "0::/system.slice/nginx.service", or a line for each hierarchy of the first version. */
void process_parse_cgroup(const char *text, char unit[static PROCESS_UNIT_MAX])
{
	char *copy = strdup(text), *rest = copy, *line, *path;

	unit[0] = '\0';
	while (copy && (line = strsep(&rest, "\n")) != NULL) {
		path = strchr(line, ':');
		path = path ? strchr(path + 1, ':') : NULL;
		if (path && find_unit(path + 1, unit))
			break;
	}
	free(copy);
}

static int read_text(uint32_t pid, const char *name, struct buf *out)
{
	char path[48];
	int rc;

	buf_clear(out);
	(void)snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	rc = file_read(AT_FDCWD, path, TEXT_MAX, out, NULL);
	return rc == 0 && !buf_ok(out) ? -ENOMEM : rc;
}

int process_look(uint32_t pid, struct process *out)
{
	struct process process = {0};
	struct buf text = BUF_INIT;
	int rc;

	rc = read_text(pid, "stat", &text);
	if (rc == 0)
		rc = process_parse_stat(buf_str(&text), sysconf(_SC_CLK_TCK), &process);
	if (rc == 0 && read_text(pid, "cgroup", &text) == 0)
		process_parse_cgroup(buf_str(&text), process.unit);
	buf_release(&text);
	if (rc < 0)
		return -ESRCH;
	*out = process;
	return 0;
}
