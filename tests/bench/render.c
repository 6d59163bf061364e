/*
 * render: how long templates take, for the benchmark.
 *
 *     render ROOT VALUES ROUNDS TEMPLATE...
 *
 * For each TEMPLATE below ROOT, with the values of the JSON file VALUES, prints "TEMPLATE FIRST NEXT":
 * nanoseconds of a first render, parsing included, and of one more, each the median of ROUNDS.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/diag.h"
#include "src/base/file.h"
#include "src/base/path.h"
#include "src/jinja/jinja.h"
#include "src/value/doc.h"

#define ROUNDS_MAX 1000
#define FILES_MAX  1024
#define BYTES_MAX  (16u << 20)

struct source {
	char name[256];
	struct buf text;
};

static const char *root;
static struct source sources[FILES_MAX];
static size_t source_count;

/* Read once, so that the disk is not measured. */
static int load(void *arg, const char *name, const char **text, size_t *len, char message[256])
{
	struct buf path = BUF_INIT;
	struct source *source;
	size_t i = 0;

	(void)arg;
	(void)message;
	while (i < source_count && strcmp(sources[i].name, name) != 0)
		i++;
	source = &sources[i];
	if (i == source_count) {
		path_join(&path, root, name);
		if (i == FILES_MAX ||
				file_read(AT_FDCWD, buf_str(&path), BYTES_MAX, &source->text,
						NULL) < 0) {
			buf_release(&path);
			return -ENOENT;
		}
		buf_release(&path);
		(void)snprintf(source->name, sizeof(source->name), "%s", name);
		source_count++;
	}
	*text = buf_str(&source->text);
	*len = source->text.len;
	return 0;
}

static const struct value *read_values(const char *path)
{
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct buf text = BUF_INIT;
	const struct value *values;

	if (!arena || file_read(AT_FDCWD, path, BYTES_MAX, &text, NULL) < 0)
		err(1, "%s", path);
	values = doc_parse(arena, path, text.data, text.len, &findings);
	if (!values)
		errx(1, "%s: no values", path);
	return values;
}

static uint64_t render_once(struct jinja *jinja, const char *name, const struct value *values)
{
	struct jinja_render render = {.name = name,
			.values = values,
			.managed = "Managed",
			.limits = JINJA_LIMITS_DEFAULT};
	struct jinja_fault fault;
	struct buf out = BUF_INIT;
	uint64_t begun = clock_mono_ns();

	if (jinja_render(jinja, &render, &out, &fault) < 0)
		errx(1, "%s:%u: %s", fault.file, fault.line, fault.message);
	begun = clock_mono_ns() - begun;
	buf_release(&out);
	return begun;
}

static int compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static uint64_t median(uint64_t *times, size_t count)
{
	qsort(times, count, sizeof(*times), compare);
	return times[count / 2];
}

static void measure(const char *name, const struct value *values, size_t rounds)
{
	const struct jinja_options options = jinja_defaults(true);
	const struct jinja_loader loader = {.load = load};
	uint64_t first[ROUNDS_MAX], next[ROUNDS_MAX];

	for (size_t i = 0; i < rounds; i++) {
		uint64_t begun = clock_mono_ns();
		struct jinja *jinja = jinja_new(&options, &loader);

		if (!jinja)
			errx(1, "out of memory");
		(void)render_once(jinja, name, values);
		first[i] = clock_mono_ns() - begun;
		next[i] = render_once(jinja, name, values);
		jinja_free(jinja);
	}
	printf("%s %" PRIu64 " %" PRIu64 "\n", name, median(first, rounds), median(next, rounds));
}

int main(int argc, char **argv)
{
	const struct value *values;
	size_t rounds;

	if (argc < 5)
		errx(2, "usage: render ROOT VALUES ROUNDS TEMPLATE...");
	root = argv[1];
	values = read_values(argv[2]);
	rounds = strtoul(argv[3], NULL, 10);
	if (rounds == 0 || rounds > ROUNDS_MAX)
		errx(2, "1 to %d rounds", ROUNDS_MAX);
	for (int i = 4; i < argc; i++)
		measure(argv[i], values, rounds);
	return 0;
}
