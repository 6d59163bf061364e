/*
 * server: the engine's side of the control socket. Bounded: SERVER_CLIENTS_MAX at a time, of
 * which SERVER_RESERVED are kept for root and the server's own user; one request each; slow or
 * silent clients are dropped after ten seconds (a client that waits for an answer is not silent).
 * Never blocks.
 */
#ifndef CTL_SERVER_H
#define CTL_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SERVER_CLIENTS_MAX 64
#define SERVER_RESERVED	   8
#define SERVER_PATIENCE_MS 10000
#define SERVER_QUEUE_MAX   (1u << 20) /* bytes of an answer that the client has not taken yet */

struct ctl_client;
struct ctl_server;
struct err;
struct loop;

/*
 * A request: CLIENT stays valid until client_end() or until ON_GONE was called, which never
 * happens within one of the calls below. ARGV (NULL-terminated, ARGC at least 1) only during the
 * call.
 */
typedef void ctl_request_fn(
		void *arg, struct ctl_client *client, int argc, const char *const *argv);
typedef void ctl_gone_fn(void *arg, struct ctl_client *client); /* hung up before it was answered */

/*
 * Listen at PATH (replaced if it exists), mode 0666: who may do what is decided by credentials.
 */
int ctl_server_new(struct loop *loop, const char *path, ctl_request_fn *on_request,
		ctl_gone_fn *on_gone, void *arg, struct ctl_server **out, struct err *err);

/* Drops all clients without calling ON_GONE, and removes the socket from the file system. */
void ctl_server_free(struct ctl_server *server);

uid_t ctl_client_uid(const struct ctl_client *client);

/* Queue text; beyond what the socket takes plus SERVER_QUEUE_MAX the client is dropped. */
void ctl_client_out(struct ctl_client *client, const char *text);

/* One line on the client's stderr, "refmount: " in front. */
void ctl_client_error(struct ctl_client *client, const char *fmt, ...)
		__attribute__((format(printf, 2, 3)));

void ctl_client_end(struct ctl_client *client, int status); /* CLIENT is gone afterwards */

#endif
