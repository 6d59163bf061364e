#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/fetch/remote.h"

static void is_remote(const char *url, enum remote_kind kind, const char *user, const char *host,
		unsigned port, const char *path)
{
	struct remote remote = REMOTE_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(remote_parse(url, &remote, &err), 0);
	assert_int_equal(remote.kind, kind);
	assert_string_equal(remote.user ? remote.user : "-", user);
	assert_string_equal(remote.host, host);
	assert_int_equal(remote.port, port);
	assert_string_equal(remote.path, path);
	remote_release(&remote);
}

static void is_refused(const char *url, const char *words)
{
	struct remote remote = REMOTE_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(remote_parse(url, &remote, &err), -EINVAL);
	if (!strstr(err.text, words))
		fail_msg("'%s': '%s'", url, err.text);
	assert_null(strstr(err.text, "sesame"));
	assert_null(remote.host);
}

static void urls(void **state)
{
	(void)state;
	is_remote("https://git.example.com/a/b.git", REMOTE_HTTPS, "-", "git.example.com", 0,
			"/a/b.git");
	is_remote("http://localhost:8080/x", REMOTE_HTTP, "-", "localhost", 8080, "/x");
	is_remote("https://me@example.com/x?y", REMOTE_HTTPS, "me", "example.com", 0, "/x?y");
	is_remote("git://[::1]:9418/x", REMOTE_GIT, "-", "::1", 9418, "/x");
	is_remote("ssh://git@example.com:2222/~x/y", REMOTE_SSH, "git", "example.com", 2222,
			"/~x/y");
	is_remote("git+ssh://example.com/y", REMOTE_SSH, "-", "example.com", 0, "/y");
	is_remote("git@example.com:a/b.git", REMOTE_SSH, "git", "example.com", 0, "a/b.git");
	is_remote("example.com:b", REMOTE_SSH, "-", "example.com", 0, "b");
	is_remote("git@[2001:db8::1]:b", REMOTE_SSH, "git", "2001:db8::1", 0, "b");
	is_remote("ssh://[fe80::1%eth0]/b", REMOTE_SSH, "-", "fe80::1%eth0", 0, "/b");
}

static void refused(void **state)
{
	(void)state;
	is_refused("https://me:sesame@example.com/x", "password");
	is_refused("me:sesame@example.com:x", "password");
	is_refused("ssh://me:sesame@example.com/x", "password");
	is_refused("ftp://example.com/x", "'ftp'");
	is_refused("ext::sh -c sesame", "spaces");
	is_refused("ext::sh", "program");
	is_refused("-oProxyCommand=x:y", "makes no sense");
	is_refused("ssh://-oProxyCommand=x/y", "no host");
	is_refused("-x@example.com:y", "makes no sense");
	is_refused("ssh://-x@example.com/y", "user");
	is_refused("example.com:-x", "option");
	is_refused("https://example.com", "no repository");
	is_refused("https://example.com/", "no repository");
	is_refused("https:///x", "no host");
	is_refused("https://exa mple.com/x", "spaces");
	is_refused("https://example.com/x\n", "control");
	is_refused("https://example.com:0/x", "port");
	is_refused("https://example.com:65536/x", "port");
	is_refused("https://[::1/x", "bracket");
	is_refused("https://[::1]x/x", "behind");
	is_refused("https://[example.com]/x", "IPv6");
	is_refused("[::1:x", "bracket");
	is_refused("/srv/x", "makes no sense");
}

static void long_url(void **state)
{
	char url[REMOTE_URL_MAX + 32] = "https://example.com/";

	(void)state;
	memset(url + 20, 'a', sizeof(url) - 21);
	is_refused(url, "longer");
}

static void what_is_a_url(void **state)
{
	(void)state;
	assert_true(remote_is_url("https://example.com/x"));
	assert_true(remote_is_url("host:x"));
	assert_false(remote_is_url("/srv/a:b"));
	assert_false(remote_is_url("./a:b"));
	assert_false(remote_is_url("file:///srv/x"));
	assert_false(remote_is_url("srv"));
}

static bool secure(const char *url)
{
	struct remote remote = REMOTE_INIT;
	bool is_secure;

	assert_int_equal(remote_parse(url, &remote, NULL), 0);
	is_secure = remote_is_secure(&remote);
	remote_release(&remote);
	return is_secure;
}

static void transport(void **state)
{
	(void)state;
	assert_true(secure("https://example.com/x"));
	assert_true(secure("a@example.com:x"));
	assert_true(secure("http://localhost/x"));
	assert_true(secure("http://127.0.0.1:8080/x"));
	assert_true(secure("git://[::1]/x"));
	assert_false(secure("git://example.com/x"));
	assert_false(secure("http://127.example.com/x"));
	assert_false(secure("http://localhost.example.com/x"));
	assert_false(secure("http://192.0.2.1/x"));
}

static void host_text(void **state)
{
	struct remote remote = REMOTE_INIT;
	struct buf text = BUF_INIT;

	(void)state;
	assert_int_equal(remote_parse("git://[::1]:9418/x", &remote, NULL), 0);
	remote_host_text(&remote, &text);
	assert_string_equal(buf_str(&text), "[::1]:9418");
	assert_string_equal(remote_protocol(&remote), "git");
	remote_release(&remote);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(urls),
			cmocka_unit_test(refused),
			cmocka_unit_test(long_url),
			cmocka_unit_test(what_is_a_url),
			cmocka_unit_test(transport),
			cmocka_unit_test(host_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
