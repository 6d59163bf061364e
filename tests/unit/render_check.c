#include <stdlib.h>

#include "tests/unit/render_fixture.h"
#include "src/base/buf.h"
#include "src/render/check.h"

static const char text[] = "refmount: 1\nvalidate:\n  files:\n"
			   "    - {match: '**/*.json', parse: json}\n"
			   "    - {match: '**/*.{yml,yaml}', parse: yaml}\n";

static const char *check(struct check_file file)
{
	static struct buf out;
	struct diag findings = DIAG_INIT;

	buf_release(&out);
	file.len = strlen(file.text);
	assert_int_equal(check_file(&manifest, &file, &findings), 0);
	diag_format(&findings, &out);
	diag_release(&findings);
	return buf_str(&out);
}

static void wants(void **state)
{
	(void)state;
	assert_true(check_wants(&manifest, "a.json"));
	assert_true(check_wants(&manifest, "d/a.yml"));
	assert_false(check_wants(&manifest, "d/a.txt"));
}

static void files(void **state)
{
	struct check_file json = {.path = "a.json", .source = "files/a.json"};
	struct check_file yaml = {
			.path = "a.yaml", .source = "files/a.yaml.j2", .is_rendered = true};

	(void)state;
	json.text = "{\"a\": 1}";
	assert_string_equal(check(json), "");
	json.text = "{\n'a': 1}";
	assert_string_equal(check(json),
			"files/a.json:2:1: not JSON: a key in double quotes is missing\n");
	yaml.text = "a: yes\n---\nb: 010\n"; /* several documents, and no warnings */
	assert_string_equal(check(yaml), "");
	yaml.text = "a: 1\na: 2\n";
	assert_string_equal(check(yaml),
			"files/a.yaml.j2: the output 'a.yaml' is not YAML: line 2, column 1: "
			"duplicate key 'a' (first in line 1)\n");
	yaml.is_secret = true;
	assert_string_equal(check(yaml),
			"files/a.yaml.j2: the output 'a.yaml' is not YAML: line 2, column 1: "
			"not shown, since the file holds a secret\n");
	yaml.path = "a.txt";
	assert_string_equal(check(yaml), "");
}

static void values(void **state)
{
	static const char schema[] = "{type: object, properties: {port: {type: integer}}}";
	static const char data[] = "port: x\nt: ['{{ a }}']\n";
	struct diag findings = DIAG_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	check_values(doc_parse(arena, "s", schema, strlen(schema), &findings),
			doc_parse(arena, "v", data, strlen(data), &findings), &findings);
	diag_format(&findings, &out);
	assert_non_null(strstr(buf_str(&out), "v:1:7: "));
	assert_non_null(strstr(buf_str(&out), "v:2:5: warning: '{{' in a value is just text"));
	assert_int_equal(findings.errors, 1);
	diag_release(&findings);
	buf_release(&out);
}

static int setup(void **state)
{
	return manifest_setup(state, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(wants),
			cmocka_unit_test(files),
			cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, setup, manifest_teardown);
}
