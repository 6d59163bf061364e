/*
 * Random commits in a repository with a few hundred templates: what is built upon the commit before
 * equals what is built from nothing, and a commit that changes one value renders the files that
 * read it and no others. REFMOUNT_COMMITS=500 and REFMOUNT_TEMPLATES=10000 in the environment for
 * more of them.
 */
#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "tests/unit/build_fixture.h"
#include "src/base/str.h"
#include "src/snap/walk.h"

#define COMMITS	      50
#define TEMPLATES     300
#define TEMPLATES_MAX 10000
#define VALUES	      40
#define LIBS	      6

/* Of each kind of thing, what distinguishes it now; 0: it is not there. */
static unsigned templates[TEMPLATES_MAX], values[VALUES], overrides[VALUES], libs[LIBS];
static unsigned manifest, raw;
static uint32_t template_count = TEMPLATES;
static FILE *stream;
static uint32_t seed;

static uint32_t pick(uint32_t count)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % count;
}

static void put(const char *path, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void put(const char *path, const char *fmt, ...)
{
	char text[8192];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert_true(len >= 0 && (size_t)len < sizeof(text));
	fprintf(stream, "M 100644 inline %s\ndata %d\n%s\n", path, len, text);
}

/* --- the files of a commit --- */

static void put_manifest(void)
{
	put("refmount.yaml",
			"refmount: 1\n"
			"facts: {env: {required: true}}\n"
			"layers: [values/common.yaml, 'values/${env}.yaml']\n"
			"files:\n"
			"  root: files\n"
			"  include_path: [lib]\n"
			"  engines: {'*.j2': jinja, '*.subst': subst}\n"
			"  modes: [{match: 'd%u/**', mode: '0600'}]\n"
			"jinja: {trim_blocks: %s}\n"
			"views: {view.json: {from: v%u, format: json}}\n",
			manifest % 5, manifest % 7 ? "true" : "false", manifest % VALUES);
}

static void put_values(const char *path, const unsigned *list)
{
	char text[8192] = "{}\n";
	size_t len = 0;

	for (int i = 0; i < VALUES; i++) {
		if (list[i])
			len += (size_t)snprintf(text + len, sizeof(text) - len,
					"v%d: {a: %u, b: [1, %u], c: {d: x%u}}\n", i, list[i],
					list[i] % 3, list[i] % 2);
	}
	put(path, "%s", text);
}

static void put_lib(int i)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "lib/l%d.j2", i);
	if (libs[i])
		put(path, "lib %u of {{ v%d.c.d }}\n", libs[i], i);
	else
		fprintf(stream, "D %s\n", path);
}

static void path_of(int i, char *path, size_t size)
{
	(void)snprintf(path, size, "files/d%d/t%d.conf.%s", i % 5, i, i % 6 == 5 ? "subst" : "j2");
}

/* Template I reads values[I % VALUES] in one of several ways. */
static void put_template(int i)
{
	unsigned mark = templates[i];
	int v = i % VALUES;
	char path[64];

	path_of(i, path, sizeof(path));
	if (!mark) {
		fprintf(stream, "D %s\n", path);
		return;
	}
	switch (i % 6) {
	case 0:
		put(path, "{{ v%d.a }} %u\n", v, mark);
		break;
	case 1:
		put(path, "{%% for x in v%d.b %%}{{ x }},{%% endfor %%}%u\n", v, mark);
		break;
	case 2:
		put(path, "{{ v%d | to_json }} %u\n", v, mark);
		break;
	case 3:
		put(path, "{%% if nothing is defined %%}?{%% endif %%}{{ v%d.c.d }} %u\n", v, mark);
		break;
	case 4:
		put(path, "{%% include ['l0.j2', 'l1.j2'] ignore missing %%}{{ v%d.a }} %u\n", v,
				mark);
		break;
	default:
		put(path, "${v%d.a} %u\n", v, mark);
	}
}

/* --- commits --- */

static void begin_commit(int number)
{
	char path[256];

	fixture_path(path, sizeof(path), "stream");
	stream = fopen(path, "w");
	assert_non_null(stream);
	fprintf(stream, "commit refs/heads/main\ncommitter C <c@d> %d +0000\ndata 1\nx\n",
			1600000000 + number);
	if (number > 0)
		fprintf(stream, "from refs/heads/main^0\n");
}

static struct oid end_commit(void)
{
	assert_int_equal(fclose(stream), 0);
	return fixture_oid("git fast-import --quiet <stream && git rev-parse main");
}

static struct oid first_commit(void)
{
	begin_commit(0);
	manifest = 1;
	put_manifest();
	for (int i = 0; i < VALUES; i++)
		values[i] = 1 + pick(9);
	put_values("values/common.yaml", values);
	for (int i = 0; i < LIBS; i++) {
		libs[i] = 1;
		put_lib(i);
	}
	for (int i = 0; i < (int)template_count; i++) {
		templates[i] = i % 10 ? 1 : 0;
		if (templates[i])
			put_template(i);
	}
	return end_commit();
}

static void change_something(void)
{
	int i;

	switch (pick(9)) {
	case 0:
	case 1:
		values[pick(VALUES)] = 1 + pick(9);
		put_values("values/common.yaml", values);
		break;
	case 2:
		i = (int)pick(VALUES);
		overrides[i] = overrides[i] ? 0 : 1 + pick(9);
		put_values("values/prod.yaml", overrides);
		break;
	case 3:
		i = (int)pick(LIBS);
		libs[i] = libs[i] ? 0 : 1 + pick(9);
		put_lib(i);
		break;
	case 4:
		manifest = 1 + pick(30);
		put_manifest();
		break;
	case 5:
		raw = 1 + pick(9);
		put("files/raw", "raw %u\n", raw);
		break;
	default:
		i = (int)pick(template_count);
		templates[i] = pick(3) ? 1 + pick(9) : 0;
		put_template(i);
	}
}

/* --- what they show --- */

static int list_node(void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct segment_set *set = ((void **)arg)[0];
	struct buf *out = ((void **)arg)[1];
	char hex[OID_HEX_SIZE];
	const char *source = "";
	size_t len = 0;

	(void)to;
	oid_format(from->oid, hex);
	(void)node_source(set, from, &source, &len);
	buf_printf(out, "%s %o %u %llu %s %.*s\n", path, from->mode, from->uid,
			(unsigned long long)from->size, hex, (int)len, source);
	return WALK_ENTER;
}

static void list(const char *state, uint32_t number, struct buf *out)
{
	struct store *store = open_state(state);
	struct generation generation;
	void *arg[] = {store_set(store), out};
	char hex[OID_HEX_SIZE];

	load(store, number, &generation);
	oid_format(&generation.tree, hex);
	buf_printf(out, "tree %s\n", hex);
	assert_int_equal(walk_trees(store_set(store), generation.root, PLACE_NONE, list_node, arg),
			0);
	store_close(store);
}

/* Build COMMIT upon BASE in STATE; how many files were rendered. */
static uint32_t build(const char *state, const struct oid *commit, uint32_t number, uint32_t base)
{
	job_make(state, commit, number, base);
	job.facts = strdup("env=prod\n");
	job_run(RESULT_DONE);
	return result.rendered;
}

static void expect_same(uint32_t number, const struct oid *commit, uint32_t *rendered)
{
	struct buf got = BUF_INIT, want = BUF_INIT;

	*rendered = build("fresh", commit, 1, 0);
	list("state", number, &got);
	list("fresh", 1, &want);
	(void)fixture_sh("rm -r fresh");
	assert_string_equal(buf_str(&got), buf_str(&want));
	buf_release(&got);
	buf_release(&want);
}

static uint32_t wanted(const char *variable, uint32_t usual)
{
	const char *text = getenv(variable);
	uint64_t count;

	return text && str_to_u64(text, &count) == 0 ? (uint32_t)count : usual;
}

static void as_from_nothing(void **state)
{
	uint32_t count = wanted("REFMOUNT_COMMITS", COMMITS), saved = 0, rendered;
	struct oid commit;

	(void)state;
	seed = 4711;
	commit = first_commit();
	(void)build("state", &commit, 1, 0);
	for (uint32_t i = 2; i < count + 2; i++) {
		uint32_t made;

		begin_commit((int)i);
		for (uint32_t changes = 1 + pick(3); changes > 0; changes--)
			change_something();
		commit = end_commit();
		made = build("state", &commit, i, i - 1);
		expect_same(i, &commit, &rendered);
		assert_true(made <= rendered);
		saved += rendered - made;
	}
	assert_true(saved > (uint64_t)count * template_count / 2); /* or it would prove nothing */
}

/* A value's readers, and nobody else. */
static void one_value(void **state)
{
	struct oid commit;

	(void)state;
	seed = 1;
	commit = first_commit();
	(void)build("state", &commit, 1, 0);
	for (uint32_t i = 2; i < 12; i++) {
		int value = 3 + (int)pick(VALUES - 3); /* others are read by libraries as well */
		uint32_t readers = value == (int)(manifest % VALUES);

		for (int t = value; t < (int)template_count; t += VALUES) {
			/* .b and .c change in some cases only: those do not count here */
			readers += templates[t] && t % 6 != 1 && t % 6 != 3;
		}
		values[value] += 6; /* b and c.d are as before */
		begin_commit((int)i);
		put_values("values/common.yaml", values);
		commit = end_commit();
		assert_int_equal(build("state", &commit, i, i - 1), readers);
	}
	assert_int_equal(build("state", &commit, 12, 11), 0); /* the same once more */
}

/* What is remembered is of another generation, of other facts, or gone: nothing of it is used. */
static void memory_that_does_not_fit(void **state)
{
	struct oid commit;
	uint32_t all, rendered;

	(void)state;
	seed = 2;
	commit = first_commit();
	all = build("state", &commit, 1, 0);
	assert_true(all > template_count / 2);
	assert_int_equal(build("state", &commit, 2, 1), 0);
	assert_int_equal(build("state", &commit, 3, 0), all);

	job_make("state", &commit, 4, 3);
	job.facts = strdup("env=dev\n");
	job_run(RESULT_DONE);
	assert_int_equal(result.rendered, all);
	assert_int_equal(build("state", &commit, 5, 3), all);

	(void)fixture_sh("rm state/generations/00000005.gen");
	assert_int_equal(build("state", &commit, 6, 3), all);
	(void)fixture_sh("printf x >>state/render.cache");
	assert_int_equal(build("state", &commit, 7, 6), all);
	(void)fixture_sh("rm state/render.cache");
	assert_int_equal(build("state", &commit, 8, 7), all);
	expect_same(8, &commit, &rendered);
	assert_int_equal(rendered, all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(one_value),
			TEST(memory_that_does_not_fit),
			TEST(as_from_nothing),
	};

	template_count = wanted("REFMOUNT_TEMPLATES", TEMPLATES);
	assert(template_count >= VALUES && template_count <= TEMPLATES_MAX);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
