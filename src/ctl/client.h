/*
 * client: a command's side of the control socket.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#define CLIENT_ANSWER_MAX (1u << 20) /* bytes */

struct buf;
struct err;

/*
 * Send ARGV (NULL-terminated) to the engine that listens at PATH, copy its answer to stdout and
 * stderr, and return its exit status (0 to 255). -ECONNREFUSED, -ENOENT: nobody there; -EACCES;
 * -E2BIG: too much for one request; -EPIPE: the engine went away before it had answered; -EPROTO:
 * not an answer.
 */
int client_call(const char *path, const char *const *argv, struct err *err);

/* The same, with what is for stdout appended to ANSWER: -EPROTO over CLIENT_ANSWER_MAX. */
int client_ask(const char *path, const char *const *argv, struct buf *answer, struct err *err);

#endif
