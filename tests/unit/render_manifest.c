#include <stdlib.h>

#include "tests/unit/render_fixture.h"
#include "src/base/buf.h"
#include "src/base/glob.h"

/* What is wrong with TEXT, behind a first line "refmount: 1". */
static const char *read_with(const char *first, const char *text)
{
	static struct buf out;
	struct diag findings = DIAG_INIT;
	struct buf all = BUF_INIT;

	manifest_release(&manifest);
	buf_release(&out);
	buf_add_str(&all, first);
	buf_add_str(&all, text);
	if (manifest_read(arena, "m", buf_str(&all), all.len, &findings, &manifest) < 0)
		fail_msg("no memory");
	diag_sort(&findings);
	diag_format(&findings, &out);
	diag_release(&findings);
	buf_release(&all);
	return buf_str(&out);
}

static const char *read_text(const char *text)
{
	return read_with("refmount: 1\n", text);
}

static void everything(void **state)
{
	static const char text[] =
			"facts:\n"
			"  host: {required: true, pattern: '[a-z0-9-]+'}\n"
			"  env:  {required: true, enum: [dev, stage, prod]}\n"
			"  role:\n"
			"  site: {default: none}\n"
			"layers:\n"
			"  - {path: values/common.yaml, required: true}\n"
			"  - values/env/${env}.yaml\n"
			"merge:\n"
			"  nginx.upstreams: append\n"
			"  users: {by: name}\n"
			"  tls: replace\n"
			"files:\n"
			"  root: tree\n"
			"  include_path: [lib, more/lib]\n"
			"  engines: {'*.j2': jinja, '*.conf.subst': subst}\n"
			"  ignore: ['**/*.swp', '**/README.md']\n"
			"  only_when: [{match: 'postgresql/**', role: [db], env: prod}]\n"
			"  modes:\n"
			"    - {match: '**/*.key', mode: '0400'}\n"
			"    - {match: 'p/**', mode: '640', owner: postgres, group: pg}\n"
			"jinja: {trim_blocks: false, lstrip_blocks: true, undefined: lenient, "
			"managed: 'x {path}'}\n"
			"views:\n"
			"  app/config.json: {from: app, format: json}\n"
			"  all.yaml: {format: yaml}\n"
			"validate:\n"
			"  values: schema/values.schema.json\n"
			"  files: [{match: '**/*.json', parse: json}, {match: '*', parse: yaml}]\n"
			"secrets: {db_password: {required: true}, tls_key: {file: true}, other: }\n"
			"limits: {output_file: 1MiB, output_total: 1000}\n";

	(void)state;
	assert_string_equal(read_text(text), "");
	assert_int_equal(manifest.fact_count, 4);
	assert_true(manifest.facts[0].is_required && manifest.facts[0].pattern);
	assert_string_equal(manifest_fact(&manifest, "env")->words[2], "prod");
	assert_string_equal(manifest_fact(&manifest, "site")->fallback, "none");
	assert_int_equal(manifest.layer_count, 2);
	assert_true(manifest.layers[0].is_required && !manifest.layers[1].is_required);
	assert_int_equal(manifest.layers[1].origin.line, 9);
	assert_int_equal(manifest.merge_count, 3);
	assert_string_equal(manifest.merges[0].path, "nginx.upstreams");
	assert_int_equal(manifest.merges[1].kind, MERGE_BY);
	assert_string_equal(manifest.merges[1].key, "name");
	assert_string_equal(manifest.root, "tree");
	assert_string_equal(manifest.include_path[1], "more/lib");
	assert_string_equal(manifest.engines[1].suffix, ".conf.subst");
	assert_int_equal(manifest.engines[1].engine, ENGINE_SUBST);
	assert_true(glob_matches(manifest.ignores[0].glob, "a/b.swp"));
	assert_int_equal(manifest.onlys[0].count, 2);
	assert_string_equal(manifest.onlys[0].conditions[1].words[0], "prod");
	assert_int_equal(manifest.modes[0].mode, 0400);
	assert_int_equal(manifest.modes[1].mode, 0640);
	assert_string_equal(manifest.modes[1].group, "pg");
	assert_true(manifest.has_trim_blocks && !manifest.trim_blocks && manifest.lstrip_blocks);
	assert_int_equal(manifest.undefined, UNDEFINED_LENIENT);
	assert_string_equal(manifest.managed, "x {path}");
	assert_int_equal(manifest.views[1].format, VIEW_YAML);
	assert_string_equal(manifest.views[1].from, "");
	assert_string_equal(manifest.values_schema, "schema/values.schema.json");
	assert_int_equal(manifest.parses[1].kind, PARSE_YAML);
	assert_int_equal(manifest.secret_count, 3);
	assert_true(manifest.secrets[0].is_required && manifest.secrets[1].is_file);
	assert_int_equal(manifest.output_file_bytes, 1 << 20);
	assert_int_equal(manifest.output_total_bytes, 1000);
}

static void defaults(void **state)
{
	(void)state;
	assert_string_equal(read_text(""), "");
	assert_string_equal(manifest.root, "files");
	assert_int_equal(manifest.engine_count, 2);
	assert_string_equal(manifest.engines[0].suffix, ".j2");
	assert_null(manifest.managed);
	assert_false(manifest.has_undefined);
}

static void mistakes(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
			{"fact: {}\n", "m:2:1: unknown key 'fact' (did you mean 'facts'?)\n"},
			{"facts: [a]\n", "m:2:8: this must be a map, not a list\n"},
			{"facts: {1x: }\n", "m:2:9: '1x' is no name: letters, digits and '_'\n"},
			{"facts: {facts: }\n", "m:2:9: a fact cannot be called 'facts'\n"},
			{"facts: {a: {requird: true}}\n",
					"m:2:13: unknown key 'requird' (did you mean "
					"'required'?)\n"},
			{"facts: {a: {required: 1}}\n", "m:2:23: this must be true or false\n"},
			{"facts: {a: {enum: []}}\n", "m:2:19: this list must not be empty\n"},
			{"facts: {a: {enum: [x, 1]}}\n",
					"m:2:23: this must be a string, not an integer\n"},
			{"facts: {a: {enum: [x], default: y}}\n",
					"m:2:12: the fact 'a' cannot be 'y' (did you mean 'x'?)\n"},
			{"facts: {a: {enum: [x/y]}}\n",
					"m:2:12: the fact 'a' is part of paths: no '/', control "
					"characters or leading dot\n"},
			{"facts: {a: {required: true, default: y}}\n",
					"m:2:12: the fact 'a' is required, so it needs no default: "
					"one "
					"of them\n"},
			{"layers: [{required: true}]\n", "m:2:10: a layer needs a 'path'\n"},
			{"layers: [a/../b]\n",
					"m:2:10: 'a/../b' must be a path within the "
					"repository, without '.' and '..'\n"},
			{"layers: ['v/${env.yaml']\n",
					"m:2:10: '${' without '}' in 'v/${env.yaml'\n"},
			{"facts: {host: }\nlayers: ['${hots}']\n",
					"m:3:10: unknown fact 'hots' (did you mean 'host'?)\n"},
			{"merge: {a: apend}\n",
					"m:2:12: unknown merge rule 'apend' (did you mean "
					"'append'?)\n"},
			{"merge: {a: {}}\n", "m:2:12: write {by: KEY}\n"},
			{"files: {root: /etc}\n",
					"m:2:15: '/etc' must be a path within the "
					"repository, without '.' and '..'\n"},
			{"files: {engines: {'j2': jinja}}\n",
					"m:2:19: 'j2' must be a star and a suffix, as in '*.j2': "
					"the "
					"suffix is dropped\n"},
			{"files: {engines: {'*.j2': jnja}}\n",
					"m:2:27: unknown engine 'jnja' (did you mean 'jinja'?)\n"},
			{"files: {only_when: [{role: [db]}]}\n",
					"m:2:21: 'match', the files this is about, is missing\n"},
			{"facts: {role: {enum: [db]}}\nfiles: {only_when: [{match: x, rol: [db], "
			 "role: [bd]}]}\n",
					"m:3:32: unknown fact 'rol' (did you mean 'role'?)\n"
					"m:3:43: the fact 'role' cannot be 'bd' (did you mean "
					"'db'?)\n"},
			{"files: {modes: [{match: x, mode: 0400}]}\n",
					"m:2:34: warning: '0400' is an integer here, but an octal "
					"integer in YAML 1.1; quote it if it is text\nm:2:34: a "
					"mode "
					"is three or four octal digits in quotes, as in '0640'\n"},
			{"files: {modes: [{match: x, mode: '4755'}]}\n",
					"m:2:34: a mode is three or four octal digits in quotes, "
					"as in "
					"'0640'\n"},
			{"jinja: {undefined: loose}\n",
					"m:2:20: unknown treatment of undefined values 'loose'\n"},
			{"views: {a: {from: x}}\n", "m:2:12: the 'format' of 'a' is missing\n"},
			{"views: {../a: {format: json}}\n",
					"m:2:9: '../a' must be a path within the repository, "
					"without "
					"'.' and '..'\n"},
			{"validate: {files: [{match: x, parse: jsn}]}\n",
					"m:2:38: unknown language 'jsn' (did you mean 'json'?)\n"},
			{"limits: {output_file: lots}\n",
					"m:2:23: this must be a size such as 64KiB or 8MiB\n"},
			{"a: 1\nb: 2\nc: 3\n",
					"m:2:1: unknown key 'a'\nm:3:1: unknown key 'b'\n"
					"m:4:1: unknown key 'c'\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(read_text(cases[i].text), cases[i].want);
}

static void versions(void **state)
{
	(void)state;
	assert_string_equal(read_with("", "facts: {}\n"),
			"m:1:1: 'refmount: 1', the format of the manifest, is missing\n");
	assert_string_equal(read_with("", "refmount: 2\n"),
			"m:1:11: this version of refmount reads manifests of format 1 only\n");
	assert_string_equal(read_with("", "- a\n"),
			"m:1:1: a manifest is a map that begins with 'refmount: 1'\n");
	assert_string_equal(read_with("", ""),
			"m:1:1: a manifest is a map that begins with 'refmount: 1'\n");
}

static void own_names(void **state)
{
	static const char *const own[] = {".status", ".drift", ".refmount", ".refmount/x"};
	static const char *const others[] = {".statusx", "a/.status", ".refmoun", "status"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(manifest_is_virtual(own[i]));
		assert_false(manifest_is_virtual(others[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(everything),
			cmocka_unit_test(defaults),
			cmocka_unit_test(mistakes),
			cmocka_unit_test(versions),
			cmocka_unit_test(own_names),
	};

	return cmocka_run_group_tests(tests, arena_setup, manifest_teardown);
}
