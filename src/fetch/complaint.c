#include "src/fetch/complaint.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/fetch/client.h"
#include "src/fetch/job.h"
#include "src/fetch/remote.h"

#define GLOBAL_KNOWN_HOSTS "/etc/ssh/ssh_known_hosts"
#define QUOTE_MAX	   400 /* bytes of git's own words */

/* All that a sentence may depend on. */
struct failure {
	const struct fetch_job *job;
	const struct remote *remote;
	const struct client_run *run;
	const char *text; /* what was said */
	const char *host; /* "" without a remote */
};

static bool is_given(const char *text)
{
	return text && text[0];
}

/* The rest of the line in TEXT behind WORDS, without what cannot be shown. "": there is none. */
static void line_behind(const char *text, const char *words, char out[static QUOTE_MAX])
{
	const char *at = strstr(text, words);

	out[0] = '\0';
	if (!at)
		return;
	at += strlen(words);
	at += strspn(at, " ");
	utf8_copy_text(out, QUOTE_MAX, at, strcspn(at, "\n"));
}

static int say_auth(const struct failure *failure, struct err *err)
{
	const struct fetch_access *access = &failure->job->access;

	if (is_given(access->bearer_token_file))
		return err_set(err, EACCES, "%s refuses the token in '%s' (bearer_token_file)",
				failure->host, access->bearer_token_file);
	if (is_given(access->token_file))
		return err_set(err, EACCES, "%s refuses the token in '%s' (token_file)",
				failure->host, access->token_file);
	if (is_given(access->password_file))
		return err_set(err, EACCES,
				"%s refuses the user name, or the password in '%s' (password_file)",
				failure->host, access->password_file);
	if (access->helper)
		return err_set(err, EACCES, "%s refuses what helper '%s' prints", failure->host,
				access->helper[0]);
	return err_set(err, EACCES,
			"%s asks who we are: set username and password_file, or token_file",
			failure->host);
}

static int say_key(const struct failure *failure, struct err *err)
{
	const char *key = failure->job->access.ssh_key_file;
	char reason[QUOTE_MAX];

	line_behind(failure->text, "Load key ", reason);
	if (is_given(key) && reason[0])
		return err_set(err, EACCES, "ssh cannot use ssh_key_file: %s", reason);
	if (is_given(key))
		return err_set(err, EACCES,
				"%s does not accept the key in '%s' (ssh_key_file) for this user",
				failure->host, key);
	return err_set(err, EACCES, "%s wants a key: set ssh_key_file", failure->host);
}

static int say_open_key(const struct failure *failure, struct err *err)
{
	const char *key = failure->job->access.ssh_key_file;

	return err_set(err, EACCES, "ssh does not use '%s', which others can read: chmod 600 %s",
			is_given(key) ? key : "the key", is_given(key) ? key : "it");
}

static int say_host_key(const struct failure *failure, struct err *err)
{
	const char *file = failure->job->access.ssh_known_hosts_file;
	const char *host = failure->remote ? failure->remote->host : "HOST";
	char port[16] = "";

	if (failure->remote && failure->remote->port)
		(void)snprintf(port, sizeof(port), "-p %u ", failure->remote->port);
	if (strstr(failure->text, "HOST IDENTIFICATION HAS CHANGED"))
		return err_set(err, EACCES,
				"the host key of %s is not the one in '%s' (ssh_known_hosts_file): "
				"somebody may stand in for it; if it was changed on purpose, "
				"replace it there",
				failure->host, is_given(file) ? file : GLOBAL_KNOWN_HOSTS);
	if (is_given(file))
		return err_set(err, EACCES,
				"no host key of %s in '%s' (ssh_known_hosts_file); `ssh-keyscan "
				"%s%s` prints it, compare it with what the owner says",
				failure->host, file, port, host);
	return err_set(err, EACCES,
			"the host key of %s is not known: set ssh_known_hosts_file "
			"(`ssh-keyscan %s%s` prints it; compare it with what the owner says)",
			failure->host, port, host);
}

static int say_certificate(const struct failure *failure, struct err *err)
{
	const char *file = failure->job->access.ca_file;
	char reason[QUOTE_MAX];

	line_behind(failure->text, "SSL certificate problem:", reason);
	if (!reason[0])
		line_behind(failure->text, "SSL: ", reason);
	return err_set(err, EACCES, "the certificate of %s is not accepted%s%s: %s%s%s",
			failure->host, reason[0] ? ": " : "", reason,
			is_given(file) ? "it does not fit ca_file '"
				       : "set ca_file if it is of an "
					 "authority of your own",
			is_given(file) ? file : "", is_given(file) ? "'" : "");
}

static int say_ca_file(const struct failure *failure, struct err *err)
{
	const char *file = failure->job->access.ca_file;

	return err_set(err, EACCES, "ca_file '%s' cannot be used: it holds no certificates in PEM",
			is_given(file) ? file : "");
}

static int say_client_cert(const struct failure *failure, struct err *err)
{
	(void)failure;
	return err_set(err, EACCES,
			"client_cert_file and client_key_file cannot be used: they have to be a "
			"certificate and its key, in PEM, without a passphrase");
}

/* TLS has no word for it: the server ends the connection with an alert, which can mean other things as well. */
static int say_alert(const struct failure *failure, struct err *err)
{
	const char *file = failure->job->access.client_cert_file;

	if (is_given(file))
		return err_set(err, EACCES,
				"%s ended the TLS connection: it may not accept the certificate in "
				"'%s' (client_cert_file)",
				failure->host, file);
	return err_set(err, EACCES,
			"%s ended the TLS connection: if it wants a certificate of ours, set "
			"client_cert_file and client_key_file",
			failure->host);
}

static int say_no_tls(const struct failure *failure, struct err *err)
{
	return err_set(err, EPROTO, "%s does not speak TLS at this port", failure->host);
}

static int say_no_proxy(const struct failure *failure, struct err *err)
{
	return err_set(err, EHOSTUNREACH, "no host of proxy '%s' is known (DNS)",
			failure->job->access.proxy);
}

static int say_unresolved(const struct failure *failure, struct err *err)
{
	return err_set(err, EHOSTUNREACH, "no host '%s' is known (DNS)",
			failure->remote ? failure->remote->host : "");
}

static int say_refused(const struct failure *failure, struct err *err)
{
	const char *proxy = failure->job->access.proxy;
	bool is_proxied = is_given(proxy) && failure->remote &&
			(failure->remote->kind == REMOTE_HTTPS ||
					failure->remote->kind == REMOTE_HTTP);

	return err_set(err, ECONNREFUSED,
			"%s cannot be connected to%s%s%s: refused, or not reachable", failure->host,
			is_proxied ? " through proxy '" : "", is_proxied ? proxy : "",
			is_proxied ? "'" : "");
}

static int say_timeout(const struct failure *failure, struct err *err)
{
	return err_set(err, ETIMEDOUT, "%s does not answer", failure->host);
}

static int say_slow(const struct failure *failure, struct err *err)
{
	return err_set(err, ETIMEDOUT, "%s sends less than 1,000 bytes a second", failure->host);
}

static int say_redirect(const struct failure *failure, struct err *err)
{
	char target[CLIENT_HOST_MAX];

	utf8_copy_text(target, sizeof(target), failure->run->redirect,
			strlen(failure->run->redirect));
	if (!target[0])
		return err_set(err, EPERM, "%s sends us elsewhere, which is never followed",
				failure->host);
	return err_set(err, EPERM,
			"%s sends us to '%s', which is never followed: set the URL to where the "
			"repository is",
			failure->host, target);
}

static int say_no_repository(const struct failure *failure, struct err *err)
{
	return err_set(err, ENOENT,
			"%s has no such repository, or does not show it to us without credentials",
			failure->host);
}

static int say_forbidden(const struct failure *failure, struct err *err)
{
	return err_set(err, EACCES, "%s does not allow us to read this repository", failure->host);
}

static int say_status(const struct failure *failure, struct err *err)
{
	char status[QUOTE_MAX];

	line_behind(failure->text, "The requested URL returned error:", status);
	return err_set(err, EIO, "%s answers with HTTP status %.20s", failure->host, status);
}

static int say_cut(const struct failure *failure, struct err *err)
{
	return err_set(err, EPIPE, "the connection to %s ended before everything was received",
			failure->host);
}

static int say_damaged(const struct failure *failure, struct err *err)
{
	return err_set(err, EBADMSG, "what %s sent is damaged", failure->host);
}

static int say_fsck(const struct failure *failure, struct err *err)
{
	char reason[QUOTE_MAX];

	line_behind(failure->text, "error: object ", reason);
	return err_set(err, EBADMSG, "%s sent an object that is malformed: %s", failure->host,
			reason);
}

static int say_full(const struct failure *failure, struct err *err)
{
	return err_sys(err, ENOSPC, "write to '%s'", failure->job->mirror);
}

static int say_too_large(const struct failure *failure, struct err *err)
{
	return err_set(err, EFBIG, "more than the limit of %llu MiB would have to be received%s",
			FETCH_PACK_MAX >> 20,
			failure->job->depth == 0 ? "; depth=N asks for less history" : "");
}

static int say_too_costly(const struct failure *failure, struct err *err)
{
	return err_set(err, EFBIG, "what %s sent needs more memory or time than a fetch may use",
			failure->host);
}

static int say_no_ref(const struct failure *failure, struct err *err)
{
	return err_set(err, ENOENT, "no ref '%s'", failure->job->ref);
}

static int say_no_object(const struct failure *failure, struct err *err)
{
	struct oid id;

	if (is_given(failure->job->folder) && oid_parse(failure->job->ref, &id) < 0)
		return err_set(err, ENOENT,
				"%s does not give out all files of '%s': its repository may be "
				"damaged",
				failure->host, failure->job->folder);
	return err_set(err, ENOENT, "%s does not give out '%s'", failure->host, failure->job->ref);
}

static int say_no_shallow(const struct failure *failure, struct err *err)
{
	return err_set(err, ENOTSUP, "%s can only give out all of history: set depth=0",
			failure->host);
}

static int say_mirror(const struct failure *failure, struct err *err)
{
	return err_set(err, EBADMSG, "the mirror '%s' is damaged", failure->job->mirror);
}

static int say_no_ssh(const struct failure *failure, struct err *err)
{
	(void)failure;
	return err_set(err, ENOENT, "there is no program 'ssh': install openssh-client");
}

static int say_no_helper(const struct failure *failure, struct err *err)
{
	return err_set(err, ENOENT, "this git cannot speak %s: install the rest of it",
			failure->remote ? remote_protocol(failure->remote) : "with a remote");
}

/* The first whose words were said counts; so the particular stands before the general. */
static const struct {
	const char *words;
	int (*say)(const struct failure *failure, struct err *err);
	enum complaint complaint;
} known[] = {
		{"No space left on device", say_full, COMPLAINT_FINAL},
		{"Disk quota exceeded", say_full, COMPLAINT_FINAL},
		{"File too large", say_too_large, COMPLAINT_FINAL},
		{"died of signal 25", say_too_large, COMPLAINT_FINAL},
		{"died of signal 24", say_too_costly, COMPLAINT_FINAL},
		{"ut of memory", say_too_costly, COMPLAINT_FINAL},
		{"couldn't find remote ref", say_no_ref, COMPLAINT_NO_REF},
		{"not our ref", say_no_object, COMPLAINT_NO_OBJECT},
		{"unadvertised object", say_no_object, COMPLAINT_NO_OBJECT},
		{"does not support shallow", say_no_shallow, COMPLAINT_NO_SHALLOW},
		{"HOST IDENTIFICATION HAS CHANGED", say_host_key, COMPLAINT_FINAL},
		{"Host key verification failed", say_host_key, COMPLAINT_FINAL},
		{"are too open", say_open_key, COMPLAINT_FINAL},
		{"Permission denied (", say_key, COMPLAINT_FINAL},
		{"Too many authentication failures", say_key, COMPLAINT_FINAL},
		{"Could not resolve proxy", say_no_proxy, COMPLAINT_FINAL},
		{"Could not resolve host", say_unresolved, COMPLAINT_FINAL},
		{"unable to look up", say_unresolved, COMPLAINT_FINAL},
		{"error setting certificate verify locations", say_ca_file, COMPLAINT_FINAL},
		{"error adding trust anchors", say_ca_file, COMPLAINT_FINAL},
		{"Problem with the SSL CA cert", say_ca_file, COMPLAINT_FINAL},
		{"could not load PEM client certificate", say_client_cert, COMPLAINT_FINAL},
		{"unable to set private key file", say_client_cert, COMPLAINT_FINAL},
		{"error reading X.509 key or certificate file", say_client_cert, COMPLAINT_FINAL},
		{"TLS fatal alert", say_alert, COMPLAINT_FINAL},	    /* GnuTLS */
		{"alert certificate required", say_alert, COMPLAINT_FINAL}, /* OpenSSL */
		{"alert bad certificate", say_alert, COMPLAINT_FINAL},
		{"alert handshake failure", say_alert, COMPLAINT_FINAL},
		{"An unexpected TLS packet", say_no_tls, COMPLAINT_FINAL},
		{"wrong version number", say_no_tls, COMPLAINT_FINAL},
		{"certificate problem", say_certificate, COMPLAINT_FINAL},
		{"certificate verification failed", say_certificate, COMPLAINT_FINAL},
		{"certificate subject name", say_certificate, COMPLAINT_FINAL},
		{"SSL certificate", say_certificate, COMPLAINT_FINAL},
		{"Authentication failed for", say_auth, COMPLAINT_FINAL},
		{"could not read Username", say_auth, COMPLAINT_FINAL},
		{"could not read Password", say_auth, COMPLAINT_FINAL},
		{"told us to quit", say_auth, COMPLAINT_FINAL},
		{"returned error: 30", say_redirect, COMPLAINT_FINAL},
		{"from redirection", say_redirect, COMPLAINT_FINAL},
		{"returned error: 401", say_auth, COMPLAINT_FINAL},
		{"returned error: 403", say_forbidden, COMPLAINT_FINAL},
		{"returned error: 404", say_no_repository, COMPLAINT_FINAL},
		{"The requested URL returned error:", say_status, COMPLAINT_FINAL},
		{"' not found", say_no_repository, COMPLAINT_FINAL},
		{"access denied or repository not exported", say_no_repository, COMPLAINT_FINAL},
		{"does not appear to be a git repository", say_no_repository, COMPLAINT_FINAL},
		{"unable to find remote helper", say_no_helper, COMPLAINT_FINAL},
		{"ssh: not found", say_no_ssh, COMPLAINT_FINAL},
		{"cannot run ssh", say_no_ssh, COMPLAINT_FINAL},
		{"Operation too slow", say_slow, COMPLAINT_FINAL},
		{"timed out", say_timeout, COMPLAINT_FINAL},
		{"Timeout, server", say_timeout, COMPLAINT_FINAL},
		{"Connection refused", say_refused, COMPLAINT_FINAL},
		{"Failed to connect", say_refused, COMPLAINT_FINAL},
		{"Couldn't connect", say_refused, COMPLAINT_FINAL},
		{"No route to host", say_refused, COMPLAINT_FINAL},
		{"Network is unreachable", say_refused, COMPLAINT_FINAL},
		{"fsck error", say_fsck, COMPLAINT_FINAL},
		{"did not send all necessary objects", say_damaged, COMPLAINT_DAMAGE},
		{"bad object", say_mirror, COMPLAINT_DAMAGE},
		{"is corrupt", say_mirror, COMPLAINT_DAMAGE},
		{"cannot be accessed", say_mirror, COMPLAINT_DAMAGE},
		{"bad config", say_mirror, COMPLAINT_DAMAGE},
		{"Not a git repository", say_mirror, COMPLAINT_DAMAGE},
		{"not a git repository", say_mirror, COMPLAINT_DAMAGE},
		{"bad shallow", say_mirror, COMPLAINT_DAMAGE},
		{"early EOF", say_cut, COMPLAINT_FINAL},
		{"expected flush after", say_cut, COMPLAINT_FINAL},
		{"TLS connection was non-properly terminated", say_cut, COMPLAINT_FINAL},
		{"Error decoding the received TLS packet", say_cut, COMPLAINT_FINAL},
		{"packet write failed", say_cut, COMPLAINT_FINAL},
		{"hung up unexpectedly", say_cut, COMPLAINT_FINAL},
		{"unexpected disconnect", say_cut, COMPLAINT_FINAL},
		{"Connection reset", say_cut, COMPLAINT_FINAL},
		{"transfer closed", say_cut, COMPLAINT_FINAL},
		{"Could not read from remote repository", say_cut, COMPLAINT_FINAL},
		{"index-pack failed", say_damaged, COMPLAINT_FINAL},
		{"invalid index-pack output", say_damaged, COMPLAINT_FINAL},
		{"protocol error", say_damaged, COMPLAINT_FINAL},
};

/* git's own last word, or how it ended. */
static int say_unknown(const struct failure *failure, struct err *err)
{
	char line[QUOTE_MAX];

	line_behind(failure->text, "fatal: ", line);
	if (!line[0])
		line_behind(failure->text, "error: ", line);
	if (line[0])
		return err_set(err, EIO, "git: %s", line);
	if (failure->remote && failure->run->errors.len > 0 && !failure->text[0])
		return err_set(err, EIO,
				"%s ended the fetch for a reason of its own: its repository may be "
				"damaged",
				failure->host);
	return err_set(err, EIO, "git %s",
			proc_status_text(failure->run->status, line, sizeof(line)));
}

/* What git had no time to complain about. */
static bool say_ended(const struct failure *failure, struct err *err)
{
	const struct client_run *run = failure->run;

	if (run->is_unconnected)
		(void)err_set(err, ETIMEDOUT, "%s does not answer within %d s", failure->host,
				FETCH_CONNECT_MS / 1000);
	else if (run->is_late)
		(void)err_set(err, ETIMEDOUT, "the fetch took longer than %d s",
				FETCH_DEADLINE_MS / 1000);
	else if (run->is_cut)
		(void)err_set(err, EFBIG, "%s has more refs than can be looked at", failure->host);
	else
		return false;
	return true;
}

/* Lines "remote: ..." are the server's, and may say anything. */
static void drop_remote_lines(const struct buf *errors, struct buf *out)
{
	const char *line = buf_str(errors);

	while (*line) {
		size_t len = strcspn(line, "\n");

		len += line[len] == '\n';
		if (!str_has_prefix(line, "remote: "))
			buf_add(out, line, len);
		line += len;
	}
}

enum complaint complaint_explain(const struct fetch_job *job, const struct remote *remote,
		const struct client_run *run, struct err *err)
{
	struct buf text = BUF_INIT, host = BUF_INIT;
	struct failure failure = {.job = job, .remote = remote, .run = run};
	enum complaint complaint = COMPLAINT_FINAL;
	size_t i = 0, count = sizeof(known) / sizeof(known[0]);

	drop_remote_lines(&run->errors, &text);
	if (remote)
		remote_host_text(remote, &host);
	failure.text = buf_str(&text);
	failure.host = buf_str(&host);
	if (!say_ended(&failure, err)) {
		while (i < count && !strstr(failure.text, known[i].words))
			i++;
		if (i < count)
			complaint = known[i].complaint;
		(void)(i < count ? known[i].say : say_unknown)(&failure, err);
	}
	buf_release(&host);
	buf_release(&text);
	return complaint;
}
