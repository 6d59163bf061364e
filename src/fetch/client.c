/*
 * Configuration goes through the environment (GIT_CONFIG_COUNT), which comes last in git's order: neither
 * files of the machine nor those of a repository can say otherwise. Nothing in it is secret; at most it says where
 * a secret is (secret.h).
 *
 * git has no limit of time for a connection. So it writes a trace of its connection, without any contents,
 * into a pipe: whoever has sent a request has connected. ssh has an option for it.
 *
 * Children of a child that has ended become ours (PR_SET_CHILD_SUBREAPER), so all that git has started
 * can be found and ended, however far it went away from its parent.
 */
#include "src/fetch/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/fetch/job.h"
#include "src/fetch/remote.h"
#include "src/fetch/secret.h"

#define OUT_MAX	   (32u << 20) /* a list of some 500,000 refs */
#define ERRORS_MAX 65536
#define STEP	   65536
#define ARGS_MAX   32
#define TRACE_FD   3 /* in the child */
#define SECRET_FD  4
#define TEXT(x)	   #x
#define NUMBER(x)  TEXT(x)

/* --- environment --- */

struct settings {
	size_t count;
	int rc;
};

static void set(struct settings *settings, const char *name, const char *value)
{
	if (settings->rc == 0 && setenv(name, value, 1) < 0)
		settings->rc = -errno;
}

/* One value of git's configuration. */
static void configure(struct settings *settings, const char *key, const char *value)
{
	char name[48];

	(void)snprintf(name, sizeof(name), "GIT_CONFIG_KEY_%zu", settings->count);
	set(settings, name, key);
	(void)snprintf(name, sizeof(name), "GIT_CONFIG_VALUE_%zu", settings->count);
	set(settings, name, value);
	settings->count++;
}

static void configure_file(struct settings *settings, const char *key, const char *path)
{
	if (path && path[0])
		configure(settings, key, path);
}

static const struct {
	const char *key, *value;
} fixed[] = {
		{"protocol.version", "2"}, {"fetch.fsckObjects", "true"},
		{"fetch.unpackLimit", "1"}, {"fetch.recurseSubmodules", "false"},
		{"submodule.recurse", "false"}, {"transfer.bundleURI", "false"}, {"gc.auto", "0"},
		{"maintenance.auto", "0"}, {"core.hooksPath", "/dev/null"},
		{"core.fsmonitor", "false"}, {"core.askPass", ""},
		{"core.attributesFile", "/dev/null"}, {"http.followRedirects", "false"},
		{"http.lowSpeedLimit", "1000"}, {"http.lowSpeedTime", "20"},
		{"http.sslVerify", "true"}, {"pack.threads", "2"},
		{"core.bigFileThreshold", "32m"}, /* larger ones are not held in memory */
		{"credential.helper", ""},	  /* forget those of the machine */
};

/* 'TEXT' for a shell. */
static void quote(struct buf *out, const char *text)
{
	buf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, *text);
	}
	buf_add_char(out, '\'');
}

/* -o NAME="PATH" for ssh inside of quotes for a shell; '%' and quotes mean something to ssh. */
static void ssh_file(struct buf *out, const char *name, const char *path)
{
	struct buf value = BUF_INIT;

	buf_printf(&value, "%s=\"", name);
	for (; *path; path++) {
		if (*path == '"' || *path == '\\')
			buf_add_char(&value, '\\');
		if (*path == '%')
			buf_add_char(&value, '%');
		buf_add_char(&value, *path);
	}
	buf_add_char(&value, '"');
	buf_add_str(out, " -o ");
	quote(out, buf_str(&value));
	buf_release(&value);
}

static void set_ssh(struct settings *settings, const struct fetch_access *access)
{
	static const char options[] =
			"ssh -F none -T -x -a"
			" -o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no"
			" -o ConnectTimeout=10 -o ConnectionAttempts=1"
			" -o ServerAliveInterval=10 -o ServerAliveCountMax=2"
			" -o ControlMaster=no -o ControlPath=none -o ClearAllForwardings=yes"
			" -o PermitLocalCommand=no -o ProxyCommand=none -o LogLevel=ERROR"
			" -o IdentitiesOnly=yes -o IdentityAgent=none";
	struct buf command = BUF_INIT;

	buf_add_str(&command, options);
	if (access->ssh_key_file && access->ssh_key_file[0])
		ssh_file(&command, "IdentityFile", access->ssh_key_file);
	else
		buf_add_str(&command, " -o IdentityFile=none");
	if (access->ssh_known_hosts_file && access->ssh_known_hosts_file[0])
		ssh_file(&command, "UserKnownHostsFile", access->ssh_known_hosts_file);
	else
		buf_add_str(&command, " -o UserKnownHostsFile=/dev/null");
	if (buf_ok(&command))
		set(settings, "GIT_SSH_COMMAND", command.data);
	else
		settings->rc = -ENOMEM;
	set(settings, "GIT_SSH_VARIANT", "ssh");
	buf_release(&command);
}

static void set_http(struct settings *settings, const struct fetch_job *job, bool has_secret)
{
	const struct fetch_access *access = &job->access;
	struct buf helper = BUF_INIT;

	configure_file(settings, "http.sslCAInfo", access->ca_file);
	configure_file(settings, "http.sslCert", access->client_cert_file);
	configure_file(settings, "http.sslKey", access->client_key_file);
	configure(settings, "http.proxy", access->proxy ? access->proxy : "");
	if (has_secret && secret_is_bearer(access)) {
		configure(settings, "include.path", "/proc/self/fd/" NUMBER(SECRET_FD));
	} else if (has_secret) {
		buf_add_str(&helper, "!");
		quote(&helper, job->program);
		buf_add_str(&helper, " " SECRET_VERB " " NUMBER(SECRET_FD));
		configure(settings, "credential.helper", buf_str(&helper));
	}
	set(settings, "GIT_TRACE_CURL", NUMBER(TRACE_FD));
	set(settings, "GIT_TRACE_CURL_NO_DATA", "1");
	buf_release(&helper);
}

static void set_remote(struct settings *settings, const struct fetch_job *job,
		const struct remote *remote, bool has_secret)
{
	set(settings, "GIT_ALLOW_PROTOCOL", remote_protocol(remote));
	configure(settings, "remote." CLIENT_REMOTE ".url", job->url);
	switch (remote->kind) {
	case REMOTE_HTTPS:
	case REMOTE_HTTP:
		set_http(settings, job, has_secret);
		return;
	case REMOTE_SSH:
		set_ssh(settings, &job->access);
		return;
	case REMOTE_GIT:
		set(settings, "GIT_TRACE_PACKET", NUMBER(TRACE_FD));
		return;
	}
}

int client_prepare(struct client *client, const struct fetch_job *job, const struct remote *remote,
		struct err *err)
{
	struct settings settings = {0};
	char count[24];

	(void)clearenv();
	set(&settings, "PATH", CLIENT_PATHS);
	set(&settings, "HOME", "/nonexistent");
	set(&settings, "LC_ALL", "C");
	set(&settings, "GIT_CONFIG_NOSYSTEM", "1");
	set(&settings, "GIT_CONFIG_GLOBAL", "/dev/null");
	set(&settings, "GIT_ATTR_NOSYSTEM", "1");
	set(&settings, "GIT_TERMINAL_PROMPT", "0");
	set(&settings, "GIT_OPTIONAL_LOCKS", "0");
	set(&settings, "GIT_NO_LAZY_FETCH", "1");
	set(&settings, "GIT_TRACE_REDACT", "1");
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		configure(&settings, fixed[i].key, fixed[i].value);
	if (remote)
		set_remote(&settings, job, remote, client->secret >= 0);
	else
		set(&settings, "GIT_ALLOW_PROTOCOL", "none");
	(void)snprintf(count, sizeof(count), "%zu", settings.count);
	set(&settings, "GIT_CONFIG_COUNT", count);
	if (settings.rc < 0)
		return err_sys(err, -settings.rc, "environment for git");
	client->deadline_ms = clock_mono_ms() + FETCH_DEADLINE_MS;
	client->connect_ms = remote && remote->kind != REMOTE_SSH ? FETCH_CONNECT_MS : 0;
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
	return proc_find("git", client->git, sizeof(client->git), err);
}

/* --- one call --- */

enum { OUT, ERRORS, TRACE, PIPES };

struct call {
	int ends[PIPES];  /* ours, -1: closed */
	struct buf trace; /* the last, unfinished line of it */
	bool is_connected;
	uint64_t connect_by_ms; /* monotonic; 0: no matter */
	struct client_run *run;
};

static int open_pipes(struct call *call, int theirs[static PIPES], struct err *err)
{
	int pair[2], i;

	for (i = 0; i < PIPES; i++)
		theirs[i] = call->ends[i] = -1;
	for (i = 0; i < PIPES; i++) {
		if (pipe2(pair, O_CLOEXEC) < 0)
			return err_sys(err, errno, "make a pipe for git");
		call->ends[i] = pair[0];
		theirs[i] = pair[1];
	}
	return 0;
}

static void close_all(int fds[static PIPES])
{
	for (int i = 0; i < PIPES; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
		fds[i] = -1;
	}
}

/* "Location: https://user@other.example.com/path" in a line of the trace: the host of it. */
static void note_redirect(struct client_run *run, const char *line)
{
	static const char header[] = "<= Recv header: location: ";
	const char *host = strcasestr(line, header), *end, *at;

	if (!host)
		return;
	host += sizeof(header) - 1;
	at = strstr(host, "://");
	if (at)
		host = at + strlen("://");
	end = host + strcspn(host, "/?#\r\n ");
	at = memrchr(host, '@', (size_t)(end - host));
	if (at)
		host = at + 1;
	if (end > host && (size_t)(end - host) < sizeof(run->redirect)) {
		memcpy(run->redirect, host, (size_t)(end - host));
		run->redirect[end - host] = '\0';
	}
}

static void read_trace(struct call *call, const char *data, size_t len)
{
	const char *stop;

	buf_add(&call->trace, data, len);
	while (call->trace.len > 0 && (stop = memchr(call->trace.data, '\n', call->trace.len))) {
		size_t used = (size_t)(stop + 1 - call->trace.data);

		call->trace.data[used - 1] = '\0';
		/* Of HTTP the first header that is sent, of git's own protocol anything. */
		call->is_connected |= !strstr(call->trace.data, "== Info:");
		note_redirect(call->run, call->trace.data);
		memmove(call->trace.data, call->trace.data + used, call->trace.len - used);
		buf_cut(&call->trace, call->trace.len - used);
	}
	if (call->trace.len > STEP || !buf_ok(&call->trace))
		buf_clear(&call->trace);
}

/* True: there is more to come. */
static bool read_pipe(struct call *call, int which)
{
	struct client_run *run = call->run;
	char data[STEP];
	ssize_t got;

	do
		got = read(call->ends[which], data, sizeof(data));
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	if (which == TRACE)
		read_trace(call, data, (size_t)got);
	else if (which == OUT)
		buf_add(&run->out, data, (size_t)got);
	else if (run->errors.len < ERRORS_MAX)
		buf_add(&run->errors, data, (size_t)got);
	run->is_cut |= run->out.len > OUT_MAX || !buf_ok(&run->out);
	return true;
}

/* Until when to wait at most, and what it means when that has passed. */
static uint64_t next_end(const struct client *client, const struct call *call, bool *is_connect)
{
	*is_connect = call->connect_by_ms > 0 && !call->is_connected &&
			call->connect_by_ms < client->deadline_ms;
	return *is_connect ? call->connect_by_ms : client->deadline_ms;
}

/* Take in what git says until it says no more, or its time is over. */
static void listen_to(const struct client *client, struct call *call)
{
	struct pollfd fds[PIPES];
	bool is_connect;
	int i, count;

	for (;;) {
		uint64_t now = clock_mono_ms(), end = next_end(client, call, &is_connect);

		if (now >= end || call->run->is_cut) {
			call->run->is_unconnected = is_connect && now >= end;
			call->run->is_late = !is_connect && now >= end;
			return;
		}
		for (i = count = 0; i < PIPES; i++) {
			fds[i] = (struct pollfd){.fd = call->ends[i], .events = POLLIN};
			count += call->ends[i] >= 0;
		}
		if (count == 0)
			return;
		if (poll(fds, PIPES, (int)(end - now)) <= 0)
			continue;
		for (i = 0; i < PIPES; i++) {
			if (fds[i].revents && !read_pipe(call, i)) {
				(void)close(call->ends[i]);
				call->ends[i] = -1;
			}
		}
	}
}

/* The processes that this one has to wait for. */
static void kill_children(void)
{
	char path[64], text[4096], *at = text;
	long pid;
	ssize_t len;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%ld/children", syscall(SYS_gettid));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		(void)close(fd);
	text[len < 0 ? 0 : len] = '\0';
	while ((pid = strtol(at, &at, 10)) > 0)
		(void)kill((pid_t)pid, SIGKILL);
}

/* Wait for PID, kill it when its time is over, and then whatever is left of what it had started. */
static void end_all(const struct client *client, pid_t pid, struct client_run *run)
{
	bool is_over = run->is_late || run->is_unconnected || run->is_cut;
	int status, fd = is_over ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd end = {.fd = fd, .events = POLLIN};
	uint64_t now = clock_mono_ms();
	pid_t done;

	/* It has closed its pipes, and mostly ended by now. */
	if (fd >= 0 && now < client->deadline_ms)
		run->is_late = poll(&end, 1, (int)(client->deadline_ms - now)) == 0;
	if (fd >= 0)
		(void)close(fd);
	if (is_over || run->is_late)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &run->status, 0) < 0 && errno == EINTR)
		continue;
	do {
		kill_children();
		done = waitpid(-1, &status, 0);
	} while (done > 0 || errno == EINTR);
}

static int start(const struct client *client, const char *const *args, int input,
		int theirs[static PIPES], pid_t *pid, struct err *err)
{
	const char *argv[ARGS_MAX + 2] = {"git"};
	int none = input < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	const int stdio[] = {input < 0 ? none : input, theirs[OUT], theirs[ERRORS]};
	const struct proc_spec spec = {
			.program = client->git,
			.argv = argv,
			.fds = {theirs[TRACE], client->secret},
			.fd_count = client->secret >= 0 ? 2 : 1,
			.stdio = stdio,
			.death_signal = SIGKILL,
	};
	int rc;

	for (size_t i = 0; i < ARGS_MAX && args[i]; i++)
		argv[i + 1] = args[i];
	rc = input < 0 && none < 0 ? err_sys(err, errno, "open '/dev/null'")
				   : proc_spawn(&spec, pid, err);
	if (none >= 0)
		(void)close(none);
	return rc;
}

int client_run(const struct client *client, const char *const *args, int input,
		struct client_run *run, struct err *err)
{
	struct call call = {.run = run};
	int theirs[PIPES], rc;
	pid_t pid;

	rc = open_pipes(&call, theirs, err);
	if (rc == 0)
		rc = start(client, args, input, theirs, &pid, err);
	close_all(theirs);
	if (rc == 0) {
		if (client->connect_ms > 0)
			call.connect_by_ms = clock_mono_ms() + client->connect_ms;
		listen_to(client, &call);
		end_all(client, pid, run);
	}
	close_all(call.ends);
	buf_release(&call.trace);
	return rc;
}

bool client_is_done(const struct client_run *run)
{
	return !run->is_late && !run->is_unconnected && !run->is_cut && WIFEXITED(run->status) &&
			WEXITSTATUS(run->status) == 0;
}

void client_run_release(struct client_run *run)
{
	buf_release(&run->out);
	buf_release(&run->errors);
	*run = (struct client_run)CLIENT_RUN_INIT;
}
