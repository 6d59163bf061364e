/*
 * client: a command's side of the control socket.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

struct err;

/*
 * Send ARGV (NULL-terminated) to the engine that listens at PATH, copy its answer to stdout and
 * stderr, and return its exit status (0 to 255). -ECONNREFUSED, -ENOENT: nobody there; -EACCES;
 * -E2BIG: too much for one request; -EPIPE: the engine went away before it had answered; -EPROTO:
 * not an answer.
 */
int client_call(const char *path, const char *const *argv, struct err *err);

#endif
