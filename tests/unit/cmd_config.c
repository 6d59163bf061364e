#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/cmd/config.h"
#include "src/link/settings.h"

static void everything(void **state)
{
	static const char text[] = "repository: /nonexistent/config#x.git\n"
				   "ref: main\n"
				   "mountpoint: /srv/config\n"
				   "path: /nginx/\n"
				   "state: /var/lib/x\n"
				   "poll: 5m\n"
				   "history: 20\n"
				   "uid: 0\n"
				   "gid: root\n"
				   "allow_other: true\n"
				   "noexec: true\n"
				   "allow_rewind: true\n"
				   "limits: {files: 10, file: 1MiB, total: 4096}\n";
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;

	(void)state;
	settings.uid = settings.gid = 7;
	config_parse("f", text, strlen(text), &settings, &findings);
	assert_int_equal(findings.count, 0);
	assert_string_equal(settings.source, "/nonexistent/config#x.git");
	assert_string_equal(settings.ref, "main");
	assert_string_equal(settings.mountpoint, "/srv/config");
	assert_string_equal(settings.folder, "nginx");
	assert_string_equal(settings.state_dir, "/var/lib/x");
	assert_int_equal(settings.poll_ms, 300000);
	assert_int_equal(settings.history, 20);
	assert_int_equal(settings.uid, 0);
	assert_int_equal(settings.gid, 0);
	assert_true(settings.allow_other && settings.noexec && settings.allow_rewind);
	assert_int_equal(settings.limit_files, 10);
	assert_int_equal(settings.limit_file_bytes, 1 << 20);
	assert_int_equal(settings.limit_total_bytes, 4096);
	settings_release(&settings);
}

static void what_is_not_named_stays(void **state)
{
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;

	(void)state;
	config_parse("f", "poll: 0\n", 8, &settings, &findings);
	assert_int_equal(findings.count, 0);
	assert_int_equal(settings.poll_ms, 0);
	assert_int_equal(settings.history, 10);
	assert_null(settings.source);
	settings_release(&settings);
}

static void expect(const char *text, const char *said)
{
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;
	struct buf out = BUF_INIT;

	config_parse("f", text, strlen(text), &settings, &findings);
	diag_format(&findings, &out);
	assert_string_equal(buf_str(&out), said);
	buf_release(&out);
	diag_release(&findings);
	settings_release(&settings);
}

static void every_fault_has_its_place(void **state)
{
	(void)state;
	expect("", "f:1:1: a node configuration is a map: `repository: ...`\n");
	expect("- x\n", "f:1:1: a node configuration is a map: `repository: ...`\n");
	expect("ref: main\n pol: 3\n", "f:2:5: mapping values are not allowed in this context\n");
	expect("pol: 30s\n7: x\nxyzzy: 1\n",
			"f:1:1: unknown key 'pol' (did you mean 'poll'?)\n"
			"f:2:1: keys are words here\n"
			"f:3:1: unknown key 'xyzzy'\n");
	expect("limits: {fils: 3, files: 0, file: 1GB, total: [1]}\n",
			"f:1:10: unknown key 'fils' (did you mean 'files'?)\n"
			"f:1:26: this must be at least 1\n"
			"f:1:35: '1GB' is not a size such as 16MiB or 1GiB\n"
			"f:1:47: this must be a size, not a list\n");
	expect("limits: 3\n", "f:1:9: this must be a map, not an integer\n");
	expect("repository: srv/x.git\n", "f:1:13: 'srv/x.git' must be an absolute path\n");
	expect("repository: https://x/y\n", "");
	expect("repository: svn://x/y\n",
			"f:1:13: repositories are reached by https, ssh, http or git, not by "
			"'svn'\n");
	expect("mountpoint: srv\n", "f:1:13: 'srv' must be an absolute path\n");
	expect("path: a/../b\n", "f:1:7: 'a/../b' is not the path of a folder in the repository\n");
	expect("poll: 30\n", "f:1:7: '30' is not a duration such as 30s or 5m\n");
	expect("poll: 5ms\n", "f:1:7: poll must be at least 100ms (0: never)\n");
	expect("history: 1\n", "f:1:10: history must be 2 to 200 revisions\n");
	expect("history: ten\n", "f:1:10: this must be an integer, not a string\n");
	expect("uid: no such user\n", "f:1:6: no user 'no such user'\n");
	expect("gid: -1\n", "f:1:6: no group '-1'\n");
	expect("allow_other: 1\n", "f:1:14: this must be true or false, not an integer\n");
	expect("facts: x\n", "f:1:8: this must be a map, not a string\n");
	expect("facts: {env: a/b, 'x y': z, role: [a]}\nsecrets: x\n",
			"f:1:14: fact 'env' cannot be 'a/b': a fact may stand in a path, so no "
			"slash and "
			"no dot in front\n"
			"f:1:26: 'x y' cannot be a fact's name: letters, digits and underscores\n"
			"f:1:35: this must be a string, not a list\n"
			"f:2:10: 'x' must be an absolute path\n");
	expect("ref: ''\n", "f:1:6: this must not be empty\n");
	expect("ref: \"a\\0b\"\n", "f:1:6: this must not hold a NUL byte\n");
	expect("poll: []\n", "f:1:7: this must be a duration, not a list\n");
	expect("http: 7\nverify: 7\n",
			"f:1:7: this must be a map, not an integer\n"
			"f:2:9: this must be a map, not an integer\n");
}

static void trust_and_remotes(void **state)
{
	static const char text[] =
			"verify: {signers: /s, keyring: /k, mode: tag}\n"
			"credentials: {ssh_key_file: /a, ssh_known_hosts_file: /b, username: u,\n"
			"  password_file: /c, token_file: /d, bearer_token_file: /b, "
			"client_cert_file: /e,\n"
			"  client_key_file: /f, ca_file: /g}\n"
			"proxy: http://proxy.example.com:3128\n"
			"http: {listen: '127.0.0.1:9180', secret_file: /h, user: nobody}\n"
			"depth: 0\nmax_age: 1d\ndebounce: 2s\nlease: 5ms\n";
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;

	(void)state;
	config_parse("f", text, strlen(text), &settings, &findings);
	assert_int_equal(findings.count, 0);
	assert_string_equal(settings.signers, "/s");
	assert_string_equal(settings.keyring, "/k");
	assert_true(settings.verify_tag);
	assert_string_equal(settings.ssh_key_file, "/a");
	assert_string_equal(settings.ssh_known_hosts_file, "/b");
	assert_string_equal(settings.username, "u");
	assert_string_equal(settings.password_file, "/c");
	assert_string_equal(settings.token_file, "/d");
	assert_string_equal(settings.bearer_token_file, "/b");
	assert_string_equal(settings.client_cert_file, "/e");
	assert_string_equal(settings.client_key_file, "/f");
	assert_string_equal(settings.ca_file, "/g");
	assert_string_equal(settings.proxy, "http://proxy.example.com:3128");
	assert_string_equal(settings.http_listen, "127.0.0.1:9180");
	assert_string_equal(settings.http_secret_file, "/h");
	assert_string_equal(settings.http_user, "nobody");
	assert_int_equal(settings.depth, 0);
	assert_int_equal(settings.max_age_ms, 86400000);
	assert_int_equal(settings.debounce_ms, 2000);
	assert_int_equal(settings.lease_ms, 5);
	settings_release(&settings);

	expect("verify: {mode: tag}\n", "f:1:9: who may sign is missing: signers or keyring\n");
	expect("verify: {signers: s, mode: all}\n",
			"f:1:9: who may sign is missing: signers or keyring\n"
			"f:1:19: 's' must be an absolute path\n"
			"f:1:28: 'all' is no mode: it is head or tag\n");
	expect("lease: 2s\n", "f:1:8: lease must be at most 1000ms (0: off)\n");
	expect("depth: -1\n", "f:1:8: this must be a number of commits, or 0 for all\n");
	expect("max_age: soon\n", "f:1:10: 'soon' is not a duration such as 30s or 5m\n");
}

/* What the engine is to run travels as JSON, and is complained about where it was written. */
static void what_has_structure(void **state)
{
	static const char text[] = "checks: [{run: [nginx, -t], timeout: 10s}]\n"
				   "live: [{path: a, live: /b}]\n"
				   "credentials: {helper: [/h]}\n";
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;

	(void)state;
	config_parse("f", text, strlen(text), &settings, &findings);
	assert_int_equal(findings.count, 0);
	assert_string_equal(settings.operations,
			"{\"checks\": [{\"run\": [\"nginx\", \"-t\"], \"timeout\": \"10s\"}], "
			"\"live\": [{\"path\": \"a\", \"live\": \"/b\"}], \"helper\": [\"/h\"]}");
	settings_release(&settings);
	expect("checks: [{rum: [a]}]\npoll: x\n",
			"f:1:10: 'run' is missing here\n"
			"f:1:11: unknown key 'rum' (did you mean 'run'?)\n"
			"f:2:7: 'x' is not a duration such as 30s or 5m\n");
	expect("credentials: {helper: a}\n",
			"f:1:23: this must be a list of a program and its arguments, such as "
			"[nginx, -t]: no shell is involved\n");
}

static void a_missing_file(void **state)
{
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(config_load("/nonexistent/x.yaml", &settings, &findings, &err), -ENOENT);
	assert_int_equal(findings.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(everything),
			cmocka_unit_test(what_is_not_named_stays),
			cmocka_unit_test(every_fault_has_its_place),
			cmocka_unit_test(trust_and_remotes),
			cmocka_unit_test(what_has_structure),
			cmocka_unit_test(a_missing_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
