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
#include "src/fetch/client.h"
#include "src/fetch/complaint.h"
#include "src/fetch/job.h"
#include "src/fetch/remote.h"

/* Nothing here is changed or freed. */
static char *text(const char *constant)
{
	return (char *)(uintptr_t)constant;
}

/* What is said about WHAT; it must hold WORDS. */
static enum complaint says(struct fetch_job *job, const char *what, const char *words)
{
	struct remote remote = REMOTE_INIT;
	struct client_run run = CLIENT_RUN_INIT;
	struct err err = ERR_INIT;
	enum complaint complaint;

	job->url = text("https://git.example.com:8443/x");
	job->mirror = text("/state/mirror.git");
	job->ref = text("main");
	assert_int_equal(remote_parse(job->url, &remote, NULL), 0);
	buf_add_str(&run.errors, what);
	run.status = 128 << 8;
	strcpy(run.redirect, "evil.example.com");
	complaint = complaint_explain(job, &remote, &run, &err);
	assert_true(err.code > 0);
	if (!strstr(err.text, words))
		fail_msg("'%s': '%s'", what, err.text);
	client_run_release(&run);
	remote_release(&remote);
	return complaint;
}

static void credentials(void **state)
{
	struct fetch_job job = FETCH_JOB_INIT;

	(void)state;
	says(&job, "fatal: could not read Username for 'https://x': terminal prompts disabled\n",
			"set username and password_file, or token_file");
	says(&job, "git@x: Permission denied (publickey).\nfatal: Could not read\n",
			"set ssh_key_file");
	says(&job, "Host key verification failed.\r\n", "`ssh-keyscan -p 8443 git.example.com`");
	says(&job, "fatal: x: SSL certificate problem: self-signed certificate\n", "ca_file");
	job.access.token_file = text("/etc/token");
	job.access.ssh_key_file = text("/etc/key");
	job.access.ssh_known_hosts_file = text("/etc/hosts");
	job.access.ca_file = text("/etc/ca");
	says(&job, "fatal: Authentication failed for 'https://x/'\n", "the token in '/etc/token'");
	says(&job, "fatal: Authentication failed for 'https://x/'\n", "(token_file)");
	job.access.token_file = NULL;
	job.access.password_file = text("/etc/password");
	says(&job, "fatal: Authentication failed for 'https://x/'\n",
			"'/etc/password' (password_file)");
	says(&job, "Load key \"/etc/key\": invalid format\nx: Permission denied (publickey).\n",
			"ssh_key_file: \"/etc/key\": invalid format");
	says(&job, "x: Permission denied (publickey).\n", "'/etc/key'");
	says(&job, "@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @\n", "stand in for it");
	says(&job, "@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @\n",
			"'/etc/hosts' (ssh_known_hosts_file)");
	says(&job, "Host key verification failed.\r\n", "'/etc/hosts' (ssh_known_hosts_file)");
	says(&job, "fatal: x: SSL certificate problem: certificate has expired\n",
			"certificate has expired: it does not fit ca_file '/etc/ca'");
}

/* In the words of GnuTLS, which git has on Debian, and of OpenSSL. */
static void tls(void **state)
{
	struct fetch_job job = FETCH_JOB_INIT;

	(void)state;
	says(&job, "fatal: x: GnuTLS recv error (-12): A TLS fatal alert has been received.\n",
			"set client_cert_file and client_key_file");
	says(&job, "fatal: x: error:0A00045C:SSL: tlsv13 alert certificate required\n",
			"set client_cert_file and client_key_file");
	says(&job,
			"fatal: x: gnutls_handshake() failed: The TLS connection was non-properly "
			"terminated.\n",
			"ended before");
	says(&job, "fatal: x: GnuTLS recv error (-9): Error decoding the received TLS packet.\n",
			"ended before");
	says(&job, "fatal: x: gnutls_handshake() failed: An unexpected TLS packet was received.\n",
			"does not speak TLS");
	says(&job, "fatal: x: error reading X.509 key or certificate file\n", "client_key_file");
	job.access.ca_file = text("/etc/ca");
	job.access.client_cert_file = text("/etc/cert");
	says(&job, "fatal: x: GnuTLS recv error (-12): A TLS fatal alert has been received.\n",
			"'/etc/cert' (client_cert_file)");
	says(&job, "fatal: x: Problem with the SSL CA cert (path? access rights?)\n",
			"ca_file '/etc/ca'");
}

static void network(void **state)
{
	struct fetch_job job = FETCH_JOB_INIT;

	(void)state;
	says(&job, "fatal: x: Could not resolve host: x\n", "'git.example.com' is known");
	says(&job, "ssh: connect to host x port 22: Connection refused\n", "refused");
	says(&job, "fatal: expected flush after ref listing\n", "ended before");
	says(&job, "fatal: packet write failed: Broken pipe\n", "ended before");
	job.access.proxy = text("http://proxy.example.com:3128");
	says(&job, "fatal: x: Failed to connect to x port 3128\n",
			"through proxy 'http://proxy.example.com:3128'");
	says(&job, "fatal: x: Could not resolve proxy: proxy.example.com\n",
			"proxy 'http://proxy.example.com:3128'");
	says(&job, "fatal: x: The requested URL returned error: 302\n", "'evil.example.com'");
	says(&job, "fatal: x: The requested URL returned error: 503\n", "HTTP status 503");
	says(&job, "fatal: repository 'https://x/' not found\n", "no such repository");
	says(&job, "fatal: write error: No space left on device\n", "'/state/mirror.git'");
	says(&job, "error: index-pack died of signal 25\n", "512 MiB");
	says(&job, "fatal: early EOF\nfatal: index-pack failed\n", "ended before");
	says(&job,
			"error: object 12: missingSpaceBeforeDate: x\nfatal: fsck error in packed "
			"object\n",
			"malformed: 12: missing");
}

static void other_ways(void **state)
{
	struct fetch_job job = FETCH_JOB_INIT;

	(void)state;
	assert_int_equal(says(&job, "fatal: couldn't find remote ref refs/heads/x\n", "no ref"),
			COMPLAINT_NO_REF);
	assert_int_equal(says(&job, "fatal: dumb http transport does not support shallow x\n",
					 "depth=0"),
			COMPLAINT_NO_SHALLOW);
	assert_int_equal(says(&job, "fatal: bad object 12\n", "mirror"), COMPLAINT_DAMAGE);
}

static void strangers(void **state)
{
	struct fetch_job job = FETCH_JOB_INIT;

	(void)state;
	says(&job, "warning: x\nfatal: something \x1b[31mnew\nmore\n",
			"git: something \xef\xbf\xbd[31mnew");
	says(&job, "", "git exited with 128");
	/* What the server says decides nothing and is not repeated. */
	says(&job, "remote: Permission denied (publickey)\nremote: call +1 555 0100\n",
			"git.example.com:8443 ended the fetch for a reason of its own");
}

static void ended(void **state)
{
	struct fetch_job job = FETCH_JOB_INIT;
	struct remote remote = {
			.host = text("example.com"), .path = text("/x"), .kind = REMOTE_HTTPS};
	struct client_run run = CLIENT_RUN_INIT;
	struct err err = ERR_INIT;

	(void)state;
	run.is_unconnected = true;
	(void)complaint_explain(&job, &remote, &run, &err);
	assert_string_equal(err.text, "example.com does not answer within 10 s");
	run.is_unconnected = false;
	run.is_late = true;
	(void)complaint_explain(&job, &remote, &run, &err);
	assert_string_equal(err.text, "the fetch took longer than 120 s");
	assert_int_equal(err.code, ETIMEDOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(credentials),
			cmocka_unit_test(tls),
			cmocka_unit_test(network),
			cmocka_unit_test(other_ways),
			cmocka_unit_test(strangers),
			cmocka_unit_test(ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
