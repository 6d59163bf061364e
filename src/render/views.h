/*
 * views: values as files, without a template.
 *
 * A format says what a value means to the program that reads the file; what it cannot say is a
 * finding at the value's place, with the remedy, and never a guess. So null, which most formats do
 * not know, is a finding there, and so are lists where only texts may stand.
 *
 * | format     | the reader it is for                              | the value is                |
 * |------------|---------------------------------------------------|-----------------------------|
 * | json       | RFC 8259; laid out as Python's json with indent=2 | anything                    |
 * | yaml       | YAML 1.1 and 1.2; laid out as PyYAML does         | anything                    |
 * | env        | systemd's EnvironmentFile=, dotenv                | a map of scalars            |
 * | env-docker | docker --env-file, which knows no quotes          | a map of scalars            |
 * | shell      | a POSIX shell that sources it                     | a map of scalars            |
 * | properties | java.util.Properties, UTF-8 (Java 9)              | a map; nested keys flatten  |
 * | ini        | Python's configparser without interpolation       | a map of maps of scalars    |
 * | toml       | TOML 1.0                                          | a map                       |
 */
#ifndef RENDER_VIEWS_H
#define RENDER_VIEWS_H

struct buf;
struct diag;
struct err;
struct value;

enum view_format {
	VIEW_JSON,
	VIEW_YAML,
	VIEW_ENV,
	VIEW_ENV_DOCKER,
	VIEW_SHELL,
	VIEW_PROPERTIES,
	VIEW_INI,
	VIEW_TOML,
};

#define VIEW_DEPTH_MAX	     64		/* lists and maps in each other */
#define VIEW_SIZE_MAX	     (8u << 20) /* bytes of text */
#define VIEW_DOCKER_LINE_MAX 65535	/* bytes: docker's reader takes no longer line */

/* 0, or -EINVAL: ERR names the format that was meant, or all of them. */
int view_format_find(const char *name, enum view_format *out, struct err *err);
const char *view_format_name(enum view_format format);

/*
 * Append VALUE, which is at PATH of the values (dotted, for findings), to OUT in FORMAT, ending with
 * a newline unless it is empty. 0; -EINVAL after findings, all that there are; -E2BIG after one that
 * says so; -ENOMEM. Then OUT may hold a part.
 */
int view_format(const struct value *value, enum view_format format, const char *path,
		struct buf *out, struct diag *findings);

#endif
