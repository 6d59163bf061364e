/*
 * children: server and engine, started, watched and replaced.
 */
#ifndef FS_CHILDREN_H
#define FS_CHILDREN_H

struct child;
struct keeper;

/* On failure tries again later, or gives up if nothing was ever served. */
void children_start_engine(struct keeper *keeper);

/* Needs the device. 0 or negative errno (logged). */
int children_start_server(struct keeper *keeper);

void children_drop_link(struct child *child);

/* Its link was closed by the other end. */
void children_lose_server(struct keeper *keeper);

/* Callbacks of timers; ARG is the keeper. */
void children_retry_engine(void *arg);
void children_retry_server(void *arg);
void children_watch(void *arg);

#endif
