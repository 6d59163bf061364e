/*
 * loop: one thread waits for descriptors, timers, signals and children (epoll).
 *
 * Every long-running role but the server is one such loop. Callbacks run one at a time and may add
 * or remove any source, themselves included. Sources are owned by the loop and die with it.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdint.h>
#include <sys/types.h>

struct err;
struct loop;
struct loop_source;

typedef void loop_fd_fn(void *arg, uint32_t epoll_events);
typedef void loop_timer_fn(void *arg);
typedef void loop_signal_fn(void *arg, int signo);
typedef void loop_child_fn(void *arg, pid_t pid, int status); /* STATUS as of waitpid(2) */

int loop_new(struct loop **out, struct err *err);
void loop_free(struct loop *loop);

/* Run until loop_stop(); returns the code given there, or a negative errno. */
int loop_run(struct loop *loop, struct err *err);
void loop_stop(struct loop *loop, int code);

/* FD stays the caller's and must outlive the source. EVENTS: EPOLLIN, EPOLLOUT. */
int loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *arg,
		struct loop_source **out, struct err *err);
int loop_set_events(struct loop_source *source, uint32_t events);

/* A timer that is off until it is set; it fires once for each loop_timer_set. */
int loop_add_timer(struct loop *loop, loop_timer_fn *fn, void *arg, struct loop_source **out,
		struct err *err);
void loop_timer_set(struct loop_source *source, uint64_t after_ms); /* 0: at the next turn */
void loop_timer_clear(struct loop_source *source);

/* Blocks SIGNO in this process and delivers it here instead. */
int loop_add_signal(struct loop *loop, int signo, loop_signal_fn *fn, void *arg, struct err *err);

/* Reaps PID and calls FN once, when it has ended; then the source is gone. */
int loop_add_child(struct loop *loop, pid_t pid, loop_child_fn *fn, void *arg, struct err *err);

/* Safe from within any callback, also for the source that is running. NULL is fine. */
void loop_remove(struct loop_source *source);

#endif
