#include "src/engine/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/owner.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/engine/credentials.h"
#include "src/http/address.h"
#include "src/http/secrets.h"
#include "src/http/talk.h"
#include "src/link/settings.h"

#define NOBODY 65534 /* where /etc/passwd does not know one */

struct listener {
	struct listener_spec spec;
	const struct settings *settings;
	char *folder;			 /* of the secrets */
	struct credentials *credentials; /* watches it; NULL: there are no secrets */
	int socket;			 /* listens; -1: not yet */
	int talk;			 /* to the process; -1: there is none */
	pid_t pid;
	struct loop_source *talk_source, *retry_timer, *look_timer;
	uint64_t started_ms, delay_ms;
	bool is_looking; /* LOOK_TIMER runs: the next one has to wait */
	bool must_look;	 /* when it ends */
	struct buf packet, secrets;
	char trouble[ERR_TEXT_MAX]; /* "": it works */
};

const char *listener_trouble(const struct listener *listener)
{
	return listener->trouble[0] ? listener->trouble : NULL;
}

pid_t listener_pid(const struct listener *listener)
{
	return listener->pid;
}

int listener_check(const struct settings *settings, struct err *err)
{
	struct address address;
	int rc = address_parse(settings->http_listen, &address, err);

	if (rc < 0)
		return rc;
	if (!address_is_loopback(&address) &&
			!(settings->http_secret_file && settings->http_secret_file[0]))
		return err_set(err, EINVAL,
				"'%s' can be reached from other machines: secret_file is missing",
				settings->http_listen);
	return 0;
}

/* --- secrets --- */

static bool has_secrets(const struct listener *listener)
{
	return listener->settings->http_secret_file[0] != '\0';
}

/* Their text; empty, with the reason, if that file is of no use: then nobody may push. */
static int read_secrets(struct listener *listener, struct err *err)
{
	const char *path = listener->settings->http_secret_file;
	struct buf *text = &listener->secrets;
	struct secrets parsed;
	struct err reason = ERR_INIT;
	int rc;

	buf_clear(text);
	rc = file_read(AT_FDCWD, path, SECRETS_SIZE_MAX, text, err);
	if (rc == 0) {
		rc = secrets_parse(buf_str(text), text->len, &parsed, &reason);
		if (rc < 0)
			rc = err_set(err, -rc, "%s: %s", path, reason.text);
	}
	explicit_bzero(&parsed, sizeof(parsed));
	if (rc < 0)
		buf_clear(text);
	return rc;
}

static int tell_secrets(struct listener *listener)
{
	talk_start(TALK_SECRETS, &listener->packet);
	buf_add(&listener->packet, listener->secrets.data, listener->secrets.len);
	return talk_send(listener->talk, &listener->packet);
}

static void set_trouble(struct listener *listener, const char *text)
{
	bool is_new = strcmp(listener->trouble, text) != 0;

	if (is_new && text[0])
		log_warn("http: %s", text);
	str_copy(listener->trouble, sizeof(listener->trouble), text);
	if (is_new)
		listener->spec.change(listener->spec.arg, false);
}

/* Something in their folder has changed. */
static void on_secrets(void *arg)
{
	struct listener *listener = arg;
	struct buf before = listener->secrets;
	struct err err = ERR_INIT;
	bool is_same;

	(void)credentials_look(listener->credentials); /* watch the folder that is there now */
	listener->secrets = (struct buf)BUF_INIT;
	(void)read_secrets(listener, &err);
	is_same = before.len == listener->secrets.len &&
			(before.len == 0 ||
					memcmp(before.data, listener->secrets.data, before.len) ==
							0);
	buf_release(&before);
	if (listener->talk < 0)
		return;
	if (!is_same) {
		log_info("http: the secrets of pushes have changed");
		(void)tell_secrets(listener);
	}
	set_trouble(listener, err.text);
}

static int watch_secrets(struct listener *listener, struct err *err)
{
	char *slash;
	int rc;

	if (listener->credentials)
		return 0;
	listener->folder = strdup(listener->settings->http_secret_file);
	slash = listener->folder ? strrchr(listener->folder, '/') : NULL;
	if (!slash)
		return err_sys(err, ENOMEM, "secrets of pushes");
	slash[slash == listener->folder] = '\0';
	rc = credentials_new(listener->spec.loop, listener->folder, on_secrets, listener,
			&listener->credentials, err);
	if (rc == 0)
		(void)credentials_look(listener->credentials);
	return rc;
}

/* --- what the process says --- */

static void look(struct listener *listener)
{
	listener->is_looking = true;
	listener->must_look = false;
	loop_timer_set(listener->look_timer, LISTENER_LOOK_MS);
	listener->spec.look(listener->spec.arg);
}

static void on_look_timer(void *arg)
{
	struct listener *listener = arg;

	listener->is_looking = false;
	if (listener->must_look)
		look(listener);
}

/* One that is not taken is missed there within seconds, and asked for again by somebody. */
static void answer(struct listener *listener)
{
	struct report report = REPORT_INIT;

	listener->spec.report(listener->spec.arg, &report);
	talk_put_report(&report, &listener->packet);
	(void)talk_send(listener->talk, &listener->packet);
	report_release(&report);
}

static void on_talk(void *arg, uint32_t epoll_events)
{
	struct listener *listener = arg;
	bool has_pushed = false, has_asked = false;
	enum talk_type type;
	int rc, left = 256;

	(void)epoll_events;
	while (left-- > 0 &&
			(rc = talk_receive(listener->talk, &type, &listener->packet)) != -EAGAIN) {
		if (rc == -EPIPE) { /* on_end() does the rest */
			loop_remove(listener->talk_source);
			listener->talk_source = NULL;
			break;
		}
		has_pushed |= rc == 0 && type == TALK_LOOK;
		has_asked |= rc == 0 && type == TALK_ASK;
	}
	if (has_asked)
		answer(listener);
	if (has_pushed && listener->is_looking)
		listener->must_look = true;
	else if (has_pushed)
		look(listener);
}

/* --- the process --- */

static void hang_up(struct listener *listener)
{
	loop_remove(listener->talk_source);
	listener->talk_source = NULL;
	if (listener->talk >= 0)
		(void)close(listener->talk);
	listener->talk = -1;
}

static void retry(struct listener *listener)
{
	uint64_t delay = listener->delay_ms;

	loop_timer_set(listener->retry_timer, delay);
	listener->delay_ms = delay * 2 < LISTENER_LAST_MS ? delay * 2 : LISTENER_LAST_MS;
}

static void on_end(void *arg, pid_t pid, int status)
{
	struct listener *listener = arg;
	char how[64], text[128];

	(void)pid;
	listener->pid = 0;
	hang_up(listener);
	if (clock_mono_ms() - listener->started_ms >= LISTENER_CALM_MS)
		listener->delay_ms = LISTENER_FIRST_MS;
	(void)snprintf(text, sizeof(text), "the HTTP role %s",
			proc_status_text(status, how, sizeof(how)));
	set_trouble(listener, text);
	retry(listener);
}

static int spawn(struct listener *listener, int theirs, struct err *err)
{
	struct buf title = BUF_INIT;
	const char *argv[2] = {NULL, NULL};
	const struct proc_spec spec = {
			.program = listener->settings->program,
			.argv = argv,
			.fds = {theirs, listener->socket},
			.fd_count = 2,
			.new_session = true,
			.devnull = true,
			.keep_stderr = true,
			.death_signal = SIGKILL,
	};
	pid_t pid = 0;
	int rc;

	buf_printf(&title, "refmount: http %s", listener->settings->name);
	argv[0] = buf_str(&title);
	rc = buf_ok(&title) ? proc_spawn(&spec, &pid, err) : err_sys(err, ENOMEM, "HTTP role");
	buf_release(&title);
	if (rc < 0)
		return rc;
	rc = loop_add_child(listener->spec.loop, pid, on_end, listener, err);
	if (rc < 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		return rc;
	}
	listener->pid = pid;
	listener->started_ms = clock_mono_ms();
	return 0;
}

/* Who the process shall be. */
static int find_user(const struct settings *settings, struct begin *begin, struct err *err)
{
	const char *name = settings->http_user;
	int rc = owner_find_login(name[0] ? name : "nobody", &begin->uid, &begin->gid);

	if (rc < 0 && !name[0])
		begin->uid = begin->gid = NOBODY;
	else if (rc < 0)
		return err_set(err, ENOENT, "there is no user '%s'", name);
	begin->becomes = geteuid() == 0;
	if (name[0] && !begin->becomes && begin->uid != geteuid())
		return err_set(err, EPERM, "only root can let the HTTP role be user '%s'", name);
	str_copy(begin->user, sizeof(begin->user), name);
	return 0;
}

static int instruct(struct listener *listener, struct err *err)
{
	struct begin begin = {
			.needs_secret = has_secrets(listener),
			.has_syslog = !listener->settings->foreground,
	};
	int rc = find_user(listener->settings, &begin, err);

	if (rc < 0)
		return rc;
	str_copy(begin.name, sizeof(begin.name), listener->settings->name);
	talk_put_begin(&begin, &listener->packet);
	rc = talk_send(listener->talk, &listener->packet);
	if (rc == 0 && has_secrets(listener))
		rc = tell_secrets(listener);
	return rc < 0 ? err_sys(err, -rc, "instruct the HTTP role") : 0;
}

/* The process waits for what is said here, so that it finds everything in its socket. */
static int start_process(struct listener *listener, struct err *err)
{
	int pair[2], rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "make a pair of sockets");
	listener->talk = pair[0];
	rc = instruct(listener, err);
	if (rc == 0)
		rc = loop_add_fd(listener->spec.loop, listener->talk, EPOLLIN, on_talk, listener,
				&listener->talk_source, err);
	if (rc == 0)
		rc = spawn(listener, pair[1], err);
	(void)close(pair[1]);
	if (rc < 0)
		hang_up(listener);
	return rc;
}

static int bind_address(struct listener *listener, struct err *err)
{
	struct address address;
	int rc;

	if (listener->socket >= 0)
		return 0;
	rc = listener_check(listener->settings, err);
	if (rc == 0)
		rc = address_parse(listener->settings->http_listen, &address, err);
	return rc == 0 ? address_listen(&address, &listener->socket, err) : rc;
}

static int start(struct listener *listener, struct err *err)
{
	int rc = bind_address(listener, err);

	if (rc == 0 && has_secrets(listener))
		rc = watch_secrets(listener, err);
	if (rc == 0 && has_secrets(listener))
		rc = read_secrets(listener, err);
	return rc == 0 ? start_process(listener, err) : rc;
}

int listener_start(struct listener *listener, struct err *err)
{
	struct err reason = ERR_INIT;
	int rc = start(listener, &reason);

	if (rc == 0)
		return 0;
	str_copy(listener->trouble, sizeof(listener->trouble), reason.text);
	retry(listener);
	return err_set(err, -rc, "http: %s", reason.text);
}

static void on_retry(void *arg)
{
	struct listener *listener = arg;
	bool has_run = listener->started_ms > 0;
	struct err err = ERR_INIT;

	if (start(listener, &err) < 0) {
		set_trouble(listener, err.text);
		retry(listener);
		return;
	}
	listener->trouble[0] = '\0';
	listener->spec.change(listener->spec.arg, has_run);
}

/* --- life --- */

int listener_new(const struct listener_spec *spec, struct listener **out, struct err *err)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int rc;

	if (!listener)
		return err_sys(err, ENOMEM, "http");
	listener->spec = *spec;
	listener->settings = spec->settings;
	listener->socket = listener->talk = -1;
	listener->delay_ms = LISTENER_FIRST_MS;
	rc = loop_add_timer(spec->loop, on_retry, listener, &listener->retry_timer, err);
	if (rc == 0)
		rc = loop_add_timer(
				spec->loop, on_look_timer, listener, &listener->look_timer, err);
	if (rc < 0) {
		listener_free(listener);
		return rc;
	}
	*out = listener;
	return 0;
}

void listener_free(struct listener *listener)
{
	if (!listener)
		return;
	hang_up(listener);
	if (listener->pid > 0) {
		(void)kill(listener->pid, SIGKILL);
		(void)waitpid(listener->pid, NULL, 0); /* the address is free when we are done */
	}
	if (listener->socket >= 0)
		(void)close(listener->socket);
	loop_remove(listener->retry_timer);
	loop_remove(listener->look_timer);
	credentials_free(listener->credentials);
	if (listener->secrets.data)
		explicit_bzero(listener->secrets.data, listener->secrets.cap);
	buf_release(&listener->secrets);
	buf_release(&listener->packet);
	free(listener->folder);
	free(listener);
}
