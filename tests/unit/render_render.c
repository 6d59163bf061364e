#include <errno.h>

#include "tests/unit/git_fixture.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/git/repo.h"
#include "src/render/input.h"
#include "src/render/manifest.h"
#include "src/render/output.h"
#include "src/render/reads.h"
#include "src/render/render.h"
#include "src/value/value.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static struct repo *repo;
static struct input *input;
static struct render_spec spec;

static int setup(void **state)
{
	char path[256];

	(void)fixture_setup(state);
	(void)unsetenv("GIT_DIR");
	(void)fixture_sh("git init -q w && mkdir -p w/files w/values w/lib w/s && "
			 "echo 'refmount: 1' >w/refmount.yaml && echo sec >w/s/pw");
	fixture_path(path, sizeof(path), "w");
	assert_int_equal(repo_open(path, &repo, NULL), 0);
	assert_int_equal(input_new_worktree(repo, &input, NULL), 0);
	spec = (struct render_spec){.input = input,
			.limits = RENDER_LIMITS_DEFAULT,
			.secrets = {.dir = "w/s"},
			.uid = 1,
			.gid = 2};
	return 0;
}

static int teardown(void **state)
{
	input_free(input);
	repo_close(repo);
	return fixture_teardown(state);
}

static void show(const struct outputs *outputs, struct buf *out)
{
	for (size_t i = 0; i < outputs->count; i++) {
		const struct output *item = &outputs->items[i];

		buf_printf(out, "%s %o%s%s%s\n", item->path, item->mode,
				item->is_secret ? " secret" : "", item->text ? ": " : "",
				item->text ? item->text : "");
	}
}

/* What is shown for FACTS, or the findings. */
static const char *run_for(const char *facts, struct rendered *rendered)
{
	static struct buf out;
	struct diag findings = DIAG_INIT;
	struct outputs outputs = OUTPUTS_INIT;
	struct render *render = NULL;
	struct err err = ERR_INIT;

	buf_release(&out);
	if (render_open(&spec, &findings, &render, &err) < 0)
		fail_msg("%s", err.text);
	if (render && render_run(render, facts, &findings, &outputs, rendered, &err) < 0)
		fail_msg("%s", err.text);
	diag_sort(&findings);
	diag_format(&findings, &out);
	if (!diag_has_errors(&findings))
		show(&outputs, &out);
	render_free(render);
	outputs_release(&outputs);
	diag_release(&findings);
	return buf_str(&out);
}

static const char *run(const char *facts)
{
	return run_for(facts, NULL);
}

static void put(const char *path, const char *text)
{
	FILE *file;

	(void)fixture_sh("mkdir -p \"$(dirname 'w/%s')\"", path);
	assert_int_equal(chdir("w"), 0);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chdir(".."), 0);
}

#define FACTS "refmount: 1\nfacts: {env: {enum: [dev, prod], default: dev}}\n"

static void all_kinds(void **state)
{
	(void)state;
	put("refmount.yaml",
			FACTS "layers: [values/a.yaml]\nfiles: {include_path: [lib], ignore: "
			      "['**/*.bak']}\n"
			      "views: {v/x.json: {from: app, format: json}}\n");
	put("values/a.yaml", "app: {port: 80}\nname: web\n");
	put("files/plain", "{{ as it is }}\n");
	put("files/x.bak", "");
	put("files/run", "#!/bin/sh\n");
	put("files/d/t.conf.j2",
			"{% include 'part.j2' %}\n{{ env }} {{ facts.env }} {{ ansible_managed "
			"}}\n");
	put("lib/part.j2", "port {{ app.port }}\n");
	put("files/s.conf.subst", "${name} ${facts.env} {{ }}\n");
	(void)fixture_sh("chmod +x w/files/run && ln -s plain w/files/link");
	assert_string_equal(run("env=prod\n"),
			"d/t.conf 644: port 80prod prod Managed by refmount, source "
			"files/d/t.conf.j2\n\n"
			"link 777\nplain 644\nrun 755\ns.conf 644: web prod {{ }}\n\n"
			"v/x.json 644: {\n  \"port\": 80\n}\n\n");
}

static void without_a_manifest(void **state)
{
	(void)state;
	(void)fixture_sh("rm w/refmount.yaml w/s/pw");
	put("files/a.j2", "{{ nothing }}\n");
	assert_string_equal(run("env=prod\n"), "files/a.j2 644\n");
}

static void every_mistake(void **state)
{
	(void)state;
	put("refmount.yaml",
			FACTS "layers: [values/a.yaml]\nfiles: {include_path: [lib]}\n"
			      "views: {v.json: {from: apq, format: json}, a: {format: yaml}}\n");
	put("values/a.yaml", "app: {port: 80}\n");
	put("files/a.j2", "{{ app.prt }}");
	put("files/b.j2", "\n{% if %}");
	put("files/c.j2", "{% include 'bad.j2' %}");
	put("files/d.j2", "{{ 1 / 0 }}");
	put("files/e.subst", "${nope}");
	put("files/f", "");
	put("files/f.j2", "");
	put("files/g.j2", "");
	put("files/g/x", "");
	put("files/.status", "");
	put("lib/bad.j2", "x\n  {{ undefined_thing }}");
	assert_string_equal(run(NULL),
			"files/.status: '.status' is a name that the mount uses itself: call it "
			"something else\n"
			"files/a.j2:1:8: 'dict object' has no attribute 'prt' (did you mean "
			"'port'?)\n"
			"files/b.j2:2:7: unexpected 'end of statement block', expected an "
			"expression\n"
			"files/d.j2:1:6: division by zero\n"
			"files/e.subst:1:1: no key 'nope'\n"
			"files/f.j2: 'f' is made twice: by this and by files/f\n"
			"files/g/x: 'g' cannot be a folder: files/g.j2 makes a file of it\n"
			"lib/bad.j2:2:6: 'undefined_thing' is undefined\n"
			"refmount.yaml:5:9: 'v.json': no key 'apq' (did you mean 'app'?)\n"
			"refmount.yaml:5:44: 'a' is made twice: by this and by files/a.j2\n");
}

/* Values that cannot be used keep nobody from hearing what is wrong with the templates. */
static void mistakes_beside_broken_values(void **state)
{
	(void)state;
	put("refmount.yaml", FACTS "layers: [values/a.yaml]\n");
	put("values/a.yaml", "app: {port: 80\n");
	put("files/a.j2", "{{ app.port }\n");
	put("files/b.j2", "{{ app.prot }}\n");
	put("files/c.j2", "{% if app %}\n");
	assert_string_equal(run(NULL),
			"files/a.j2:1:13: unexpected '}'\n"
			"files/c.j2:1:1: 'if' is not closed: 'elif', 'else' or 'endif' is missing\n"
			"values/a.yaml:2:1: did not find expected ',' or '}', while parsing a flow "
			"mapping that begins in line 1\n");
	put("values/a.yaml", "app: {port: 80}\n");
	put("files/a.j2", "");
	put("files/c.j2", "");
	assert_string_equal(run(NULL),
			"files/b.j2:1:8: 'dict object' has no attribute 'prot' (did you mean "
			"'port'?)\n");
}

static void secrets_taint(void **state)
{
	(void)state;
	put("refmount.yaml",
			"refmount: 1\nsecrets: {pw: {required: true}, none: }\n"
			"files: {modes: [{match: open, mode: '0644'}]}\n");
	put("files/a.j2", "{{ secrets.pw }}");
	put("files/b.j2", "{{ secrets.none is defined }}");
	put("files/open.j2", "{{ secrets.pw | length }}");
	put("files/run.j2", "{{ secrets['pw'] }}");
	put("files/s.subst", "${secrets.pw}");
	(void)fixture_sh("chmod +x w/files/run.j2");
	assert_string_equal(run(NULL),
			"a 640 secret: sec\nb 644: False\nopen 644 secret: 3\nrun 750 secret: sec\n"
			"s 640 secret: sec\n");
}

static void secrets_are_not_quoted(void **state)
{
	const char *said;

	(void)state;
	put("refmount.yaml",
			"refmount: 1\nsecrets: {pw: , none: }\n"
			"validate: {files: [{match: '*.json', parse: json}, {match: '*.yaml', "
			"parse: yaml}]}\n");
	put("files/a.j2", "{{ secrets.pw | from_json }}{{ {}[secrets.pw] }}");
	put("files/b.json.j2", "{{ secrets.pw }}");
	put("files/c.yaml.j2", "a: !{{ secrets.pw }} b");
	put("files/d.j2", "{{ secrets.none }}");
	put("files/e.j2", "{{ secrets.pw.x.y }}{{ secrets.pw + 1 }}");
	said = run(NULL);
	if (strstr(said, "sec "))
		fail_msg("%s", said);
	assert_non_null(strstr(said, "files/d.j2:1:12: the secret 'none' is not on this node\n"));
	assert_non_null(strstr(said,
			"files/b.json.j2: the output 'b.json' is not JSON: line 1, column "
			"1: not shown, since the file holds a secret\n"));
}

static void presence_by_facts(void **state)
{
	(void)state;
	put("refmount.yaml", FACTS "files: {only_when: [{match: 'p/**', env: [prod]}]}\n");
	put("files/p/a", "");
	put("files/b", "");
	assert_string_equal(run("env=prod\n"), "b 644\np/a 644\n");
	assert_string_equal(run("env=dev\n"), "b 644\n");
}

static void checks(void **state)
{
	(void)state;
	put("refmount.yaml",
			"refmount: 1\nlayers: [values/a.yaml]\nvalidate: {files: [{match: "
			"'**/*.json', parse: json}]}\n");
	put("values/a.yaml", "x: 'a {{ b }}'\n");
	put("files/a.json", "{\n  \"a\": 1,\n}\n");
	put("files/b.json.j2", "[{{ x }}]");
	assert_string_equal(run(NULL),
			"files/a.json:3:1: not JSON: a key in double quotes is missing\n"
			"files/b.json.j2: the output 'b.json' is not JSON: line 1, column 2: a "
			"value is missing\n"
			"values/a.yaml:1:4: warning: '{{' in a value is just text: no template is "
			"rendered in values\n");
}

static void own_names(void **state)
{
	(void)state;
	put("refmount.yaml", "refmount: 1\nlayers: [values/a.yaml]\n");
	put("values/a.yaml", "facts: 1\nsecrets: {}\n");
	assert_string_equal(run(NULL),
			"values/a.yaml:1:8: a value cannot be called 'facts': in templates that is "
			"something else\n"
			"values/a.yaml:2:10: a value cannot be called 'secrets': in templates that "
			"is something else\n");
}

static void limits_of_all(void **state)
{
	(void)state;
	put("refmount.yaml", "refmount: 1\nlimits: {output_total: 10}\n");
	put("files/a.j2", "123456");
	put("files/b.j2", "123456");
	assert_string_equal(run(NULL),
			"all rendered files together are larger than they may be (the "
			"limit is 10)\n");
	put("refmount.yaml", "refmount: 1\nlimits: {output_file: 5}\n");
	assert_non_null(strstr(run(NULL), "files/a.j2:1"));
	put("refmount.yaml", "refmount: 1\nlimits: {output_file: 9MiB}\n");
	assert_string_equal(run(NULL),
			"refmount.yaml:2:9: output_file may only lower the node's limit "
			"of 8388608 bytes\n");
	put("refmount.yaml", "refmount: 1\n");
	spec.limits.steps = 1000;
	put("files/a.j2", "{% for i in range(100000) %}{% endfor %}");
	assert_string_equal(run(NULL),
			"all templates together take more steps than they may (the limit "
			"is 1000)\n");
}

/* --- a cache that remembers everything, by path --- */

struct memory {
	char *path;
	uint64_t settings;
	struct buf reads;
	struct output output;
	uint64_t steps;
};

static struct memory memories[16];
static size_t memory_count;

static bool remember(void *arg, const struct render_key *key, const struct reads_world *world,
		struct output *out, uint64_t *steps)
{
	(void)arg;
	for (size_t i = 0; i < memory_count; i++) {
		struct read_list reads = READ_LIST_INIT;
		struct memory *memory = &memories[i];
		bool holds;

		if (strcmp(memory->path, key->path) != 0 || memory->settings != key->settings)
			continue;
		assert_int_equal(reads_decode(memory->reads.data, memory->reads.len, &reads, NULL),
				0);
		holds = reads_hold(&reads, world);
		reads_release(&reads);
		if (!holds)
			continue;
		out->oid = memory->output.oid;
		out->size = memory->output.size;
		out->is_secret = memory->output.is_secret;
		*steps = memory->steps;
		return true;
	}
	return false;
}

static int keep(void *arg, const struct render_key *key, const struct read_list *reads,
		const struct output *output, uint64_t steps)
{
	struct memory *memory = &memories[memory_count++];

	(void)arg;
	*memory = (struct memory){.path = strdup(key->path),
			.settings = key->settings,
			.output = {.oid = output->oid, .size = output->size},
			.steps = steps};
	memory->output.is_secret = output->is_secret;
	reads_encode(reads, &memory->reads);
	return 0;
}

static void only_what_changed(void **state)
{
	static const struct render_cache cache = {.find = remember, .keep = keep};
	struct rendered rendered;

	(void)state;
	put("refmount.yaml",
			FACTS "layers: [values/a.yaml]\nfiles: {include_path: [lib]}\n"
			      "views: {v.json: {from: c, format: json}}\n");
	put("values/a.yaml", "a: 1\nb: {x: 1, y: 2}\nc: 3\n");
	put("lib/part.j2", "{{ b.x }}");
	put("files/a.j2", "{{ a }}");
	put("files/b.j2", "{% include 'part.j2' %}");
	put("files/b2.j2", "{% include 'part.j2' %}");
	put("files/c.subst", "${b.y}");
	put("files/none.j2", "{{ zzz | default('none') }}");
	put("files/env.j2", "{{ env }}");
	spec.cache = &cache;
	(void)run_for(NULL, &rendered);
	assert_int_equal(rendered.made, 7);
	assert_string_equal(run_for(NULL, &rendered),
			"a 644\nb 644\nb2 644\nc 644\nenv 644\nnone 644\nv.json 644\n");
	assert_int_equal(rendered.made, 0);

	put("values/a.yaml", "a: 1\nb: {x: 1, y: 3}\nc: 3\n");
	assert_string_equal(run_for(NULL, &rendered),
			"a 644\nb 644\nb2 644\nc 644: 3\nenv 644\nnone 644\nv.json 644\n");
	put("lib/part.j2", "<{{ b.x }}>");
	assert_string_equal(run_for(NULL, &rendered),
			"a 644\nb 644: <1>\nb2 644: <1>\nc 644\nenv 644\nnone 644\nv.json 644\n");
	(void)run_for("env=prod\n", &rendered);
	assert_int_equal(rendered.made, 1);
	put("values/a.yaml", "a: 1\nb: {x: 1, y: 3}\nc: 4\nzzz: 1\n");
	assert_string_equal(run_for(NULL, &rendered),
			"a 644\nb 644\nb2 644\nc 644\nenv 644\nnone 644: 1\nv.json 644: 4\n\n");
	for (size_t i = 0; i < memory_count; i++) {
		free(memories[i].path);
		buf_release(&memories[i].reads);
	}
	memory_count = 0;
}

/* Knows one user and one group. */
static int find_owner(void *arg, const char *name, bool is_group, uint32_t *id)
{
	(void)arg;
	if (strcmp(name, is_group ? "pg" : "postgres") != 0)
		return -ENOENT;
	*id = is_group ? 70 : 60;
	return 0;
}

static void owners(void **state)
{
	struct diag findings = DIAG_INIT;
	struct outputs outputs = OUTPUTS_INIT;
	struct render *render = NULL;

	(void)state;
	put("refmount.yaml",
			"refmount: 1\nfiles: {modes: [{match: a, owner: postgres, group: pg}]}\n");
	put("files/a", "");
	put("files/b", "");
	spec.owner = find_owner;
	assert_int_equal(render_open(&spec, &findings, &render, NULL), 0);
	assert_int_equal(render_run(render, NULL, &findings, &outputs, NULL, NULL), 0);
	assert_int_equal(outputs.items[0].uid, 60);
	assert_int_equal(outputs.items[0].gid, 70);
	assert_int_equal(outputs.items[1].uid, 1);
	assert_int_equal(outputs.items[1].gid, 2);
	outputs_release(&outputs);
	render_free(render);
	put("refmount.yaml", "refmount: 1\nfiles: {modes: [{match: a, owner: postgrs}]}\n");
	assert_string_equal(
			run(NULL), "refmount.yaml:2:17: there is no user 'postgrs' on this node\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(all_kinds),
			TEST(without_a_manifest),
			TEST(every_mistake),
			TEST(mistakes_beside_broken_values),
			TEST(secrets_taint),
			TEST(secrets_are_not_quoted),
			TEST(presence_by_facts),
			TEST(checks),
			TEST(own_names),
			TEST(limits_of_all),
			TEST(only_what_changed),
			TEST(owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
