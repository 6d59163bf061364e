/*
 * forward: messages between engine and server pass through the keeper, which keeps tables of what it
 * must be able to tell their successors.
 */
#ifndef FS_FORWARD_H
#define FS_FORWARD_H

#include <stdint.h>

struct child;
struct keeper;
struct message;

/* Send MESSAGE (with FD unless -1) to CHILD; without effect while it does not run. */
void forward_to(struct child *child, const struct message *message, int fd);
void forward_number(
		struct child *child, uint32_t type, uint32_t number, uint32_t flags, int32_t code);

/* Tell the engine that what it asked for by a message of TYPE is not done: errno CODE, and TEXT. */
void forward_refusal(struct keeper *keeper, uint32_t type, int code, const char *text);

/* Callbacks of the loop; ARG is the keeper. */
void forward_from_engine(void *arg, uint32_t events);
void forward_from_server(void *arg, uint32_t events);
void forward_quit(void *arg); /* unmount, as the engine has asked for */

#endif
