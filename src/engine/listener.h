/*
 * listener: the HTTP role of a mount, from the engine's side: the socket, the process that answers on
 * it, and the secrets that it is told.
 *
 * The engine binds the address, since that may need privileges and must not fail later on, and reads the
 * secrets, which may be root's alone; it never accepts a connection. The process gets both (http/http.h).
 * It is started anew when it ends, later each time; meanwhile connections wait in the queue of the
 * socket. Nothing that it says is believed: LOOK and ASK do the same whoever sends them, and however
 * often: LISTENER_LOOK_MS lies between two looks, and a question is answered once a turn.
 */
#ifndef ENGINE_LISTENER_H
#define ENGINE_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct listener;
struct loop;
struct report;
struct settings;

#define LISTENER_LOOK_MS  200
#define LISTENER_FIRST_MS 100	/* before the process is started again, at first */
#define LISTENER_LAST_MS  30000 /* and at most */
#define LISTENER_CALM_MS  10000 /* after so long its end counts as the first again */

typedef void listener_look_fn(void *arg);			/* somebody has pushed */
typedef void listener_report_fn(void *arg, struct report *out); /* OUT is empty */

/* It works again, or does not: listener_trouble(). HAS_RESTARTED: its process had ended. */
typedef void listener_change_fn(void *arg, bool has_restarted);

struct listener_spec {
	struct loop *loop;
	const struct settings *settings; /* borrowed */
	listener_look_fn *look;
	listener_report_fn *report;
	listener_change_fn *change;
	void *arg;
};

int listener_new(const struct listener_spec *spec, struct listener **out, struct err *err);
void listener_free(struct listener *listener); /* ends the process; NULL is fine */

/*
 * Begin. On failure it is tried again, until listener_free(); the caller may see a reason not to wait
 * for that: an address in use, or a file of secrets that cannot be read.
 */
int listener_start(struct listener *listener, struct err *err);

/* Why nobody can push at the moment; NULL: it works. Until the next change. */
const char *listener_trouble(const struct listener *listener);
pid_t listener_pid(const struct listener *listener); /* 0: none */

/*
 * What of SETTINGS makes no sense together: 0, or -EINVAL. Only whoever has a secret may push when
 * others than this machine can reach the address.
 */
int listener_check(const struct settings *settings, struct err *err);

#endif
