#include "src/http/http.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/proc.h"
#include "src/http/confine.h"
#include "src/http/secrets.h"
#include "src/http/server.h"
#include "src/http/talk.h"

#define FILES_MAX   (SERVER_CONNECTIONS_MAX + 32) /* open at a time */
#define PATIENCE_MS 10000
#define REPORT_MS   2000

struct role {
	struct loop *loop;
	struct server *server;
	struct buf packet;
	struct report report;
	struct secrets secrets;
};

/* --- what the server wants of the engine --- */

static int say(enum talk_type type)
{
	struct buf packet = BUF_INIT;
	int rc;

	talk_start(type, &packet);
	rc = talk_send(HTTP_FD_ENGINE, &packet);
	buf_release(&packet);
	return rc;
}

/* A full socket is full of the same: that will do. */
static bool on_push(void *arg)
{
	int rc = say(TALK_LOOK);

	(void)arg;
	return rc == 0 || rc == -EAGAIN;
}

static void on_question(void *arg)
{
	(void)arg;
	(void)say(TALK_ASK); /* if it is lost, there is a limit of time */
}

/* --- what the engine says --- */

/* Text that holds no secrets means that there are none: nobody is let in. */
static void take_secrets(struct role *role)
{
	struct secrets none = {.count = 0};

	if (secrets_parse(buf_str(&role->packet), role->packet.len, &role->secrets, NULL) < 0)
		role->secrets = none;
	server_set_secrets(role->server, &role->secrets);
}

static void on_packet(struct role *role, enum talk_type type)
{
	if (type == TALK_SECRETS)
		take_secrets(role);
	else if (type == TALK_REPORT && talk_get_report(&role->packet, &role->report) == 0)
		server_report(role->server, &role->report);
}

static void on_engine(void *arg, uint32_t epoll_events)
{
	struct role *role = arg;
	enum talk_type type;
	int rc;

	(void)epoll_events;
	rc = talk_receive(HTTP_FD_ENGINE, &type, &role->packet);
	if (rc == 0)
		on_packet(role, type);
	else if (rc != -EAGAIN && rc != -EBADMSG)
		loop_stop(role->loop, 0);
}

/* --- life --- */

/* Wait for a packet of TYPE, which has to be the next one. */
static int await(struct role *role, enum talk_type wanted)
{
	struct pollfd engine = {.fd = HTTP_FD_ENGINE, .events = POLLIN};
	enum talk_type type;
	int rc;

	do {
		(void)poll(&engine, 1, -1);
		rc = talk_receive(HTTP_FD_ENGINE, &type, &role->packet);
	} while (rc == -EAGAIN);
	return rc == 0 && type != wanted ? -EBADMSG : rc;
}

/* Nobody is refused because the secrets were not there yet. */
static int take_first_secrets(struct role *role, struct err *err)
{
	int rc = await(role, TALK_SECRETS);

	if (rc < 0)
		return err_sys(err, -rc, "wait for secrets");
	take_secrets(role);
	return 0;
}

/* In a user namespace of its own root may be the only user there is. */
static int become(const struct begin *begin, struct err *err)
{
	int rc = begin->becomes ? confine_become(begin->uid, begin->gid, err) : 0;

	if (rc == -EINVAL && !begin->user[0])
		return 0;
	return rc < 0 ? err_wrap(err, "user '%s'", begin->user[0] ? begin->user : "nobody") : 0;
}

static int start(struct role *role, const struct begin *begin, struct err *err)
{
	struct server_spec spec = {
			.socket = HTTP_FD_LISTEN,
			.needs_secret = begin->needs_secret,
			.patience_ms = PATIENCE_MS,
			.report_ms = REPORT_MS,
			.look = on_push,
			.ask = on_question,
			.arg = role,
	};
	int rc;

	rc = become(begin, err);
	if (rc < 0)
		return rc;
	rc = loop_new(&role->loop, err);
	if (rc < 0)
		return rc;
	spec.loop = role->loop;
	rc = server_new(&spec, &role->server, err);
	if (rc == 0 && begin->needs_secret)
		rc = take_first_secrets(role, err);
	if (rc == 0)
		rc = loop_add_fd(role->loop, HTTP_FD_ENGINE, EPOLLIN, on_engine, role, NULL, err);
	tzset(); /* the library writes dates, and no file can be opened then */
	return rc == 0 ? confine_process(FILES_MAX, err) : rc;
}

int http_main(void)
{
	struct role role = {.packet = BUF_INIT, .report = REPORT_INIT};
	struct err err = ERR_INIT;
	struct begin begin;
	int rc;

	(void)signal(SIGPIPE, SIG_IGN);
	proc_set_name("http");
	rc = await(&role, TALK_BEGIN);
	if (rc == 0)
		rc = talk_get_begin(&role.packet, &begin);
	if (rc < 0)
		return EXIT_FAILURE;
	log_open("http", begin.name, begin.has_syslog);
	rc = start(&role, &begin, &err);
	if (rc == 0)
		rc = loop_run(role.loop, &err);
	if (rc < 0)
		log_error("%s", err.text);
	server_free(role.server);
	loop_free(role.loop);
	report_release(&role.report);
	buf_release(&role.packet);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
