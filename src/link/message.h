/*
 * message: what engine, keeper and server tell each other, over SOCK_SEQPACKET pairs: one message,
 * one packet, at most one descriptor with it.
 *
 *     engine                           keeper                       server
 *       | SEGMENT+fd, GENERATION    ->   | keeps, tables, forwards ->  | maps
 *       | PUBLISH                   ->   | forwards (mounts first) ->  | PREPARE INVALIDATE FLIP
 *       |                           <-   | <- forwards               - | PUBLISHED
 *
 * A message is a fixed struct, so that the keeper parses nothing; only FAILED and REFUSED carry
 * text.
 */
#ifndef LINK_MESSAGE_H
#define LINK_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/link/state.h"

struct err;

#define MESSAGE_TEXT_MAX 32768 /* bytes with NUL */

enum message_type {
	/* engine -> keeper (-> server) */
	MESSAGE_SEGMENT = 1,	 /* number; with a descriptor. Known numbers are ignored. */
	MESSAGE_GENERATION,	 /* view.generation, view.root, view.index: can be reached at/ */
	MESSAGE_PUBLISH,	 /* view (sequence is set by the server), tag: make this visible */
	MESSAGE_DROP_GENERATION, /* number; text: its name below at/ */
	MESSAGE_DROP_SEGMENT,	 /* number: no kept generation uses it any more */
	MESSAGE_FAILED,	 /* text, code (exit status): cannot start; before the first PUBLISH */
	MESSAGE_QUIT,	 /* unmount and end; flags: MESSAGE_QUIT_LAZY */
	MESSAGE_READY,	 /* what is visible says all there is to say: whoever waits may go on */
	MESSAGE_UPGRADE, /* text: path of another refmount-fs; with a descriptor: the settings of
			  * an engine that belongs to it. Its answer is REFUSED or the end of us */
	/* server -> keeper -> engine */
	MESSAGE_PUBLISHED, /* tag, view.sequence, prepared_ns, flipped_ns, changed, code */
	/* keeper -> engine */
	MESSAGE_HELLO,	 /* first message to each engine; code 1: a mount is served already */
	MESSAGE_SERVER,	 /* number: pid of a new server; code: signal that ended the one before it;
			  * unanswered PUBLISHes are to be repeated */
	MESSAGE_REFUSED, /* number: QUIT or UPGRADE, which is not done; text, code (errno) */
	/* server -> keeper */
	MESSAGE_SEGMENT_GONE, /* number: dropped and not mapped any more; its entry can go */
	MESSAGE_SERVING,      /* requests are answered from now on */
	/* keeper -> server */
	MESSAGE_CLOSE_DOOR, /* wake nobody any more: the mount shall be able to go; and back: done */
	MESSAGE_LAST = MESSAGE_CLOSE_DOOR,
};

/* Flags of MESSAGE_QUIT, MESSAGE_HELLO and MESSAGE_SERVER, and MESSAGE_PUBLISH. */
#define MESSAGE_QUIT_LAZY   1u
#define MESSAGE_ON_PURPOSE  1u /* an upgrade: the process before has not failed */
#define MESSAGE_PUBLISH_ALL 1u /* what the kernel has of the old view may be wrong, all of it */

struct message {
	uint32_t type;
	uint32_t number;
	uint32_t flags;
	int32_t code; /* PUBLISHED: 0 or a positive errno, then nothing changed */
	uint64_t tag;
	struct view view;
	uint64_t prepared_ns;	     /* from PREPARE to INVALIDATE done */
	uint64_t flipped_ns;	     /* from PREPARE to FLIP done */
	uint64_t changed;	     /* names that were invalidated */
	char text[MESSAGE_TEXT_MAX]; /* only the used part travels */
};

/*
 * Send MESSAGE (with FD unless it is -1; FD stays the caller's). Blocks at most two seconds. 0,
 * -EPIPE (nobody at the other end), -ETIMEDOUT, other errno.
 */
int message_send(int socket, const struct message *message, int fd);

/*
 * Receive one message; *FD is a received descriptor (the caller's, close-on-exec) or -1. 0;
 * -EAGAIN: nothing there; -EPIPE at the end; -EBADMSG for a packet that is no message (dropped, its
 * descriptors closed). Only the used part of `text` is written.
 */
int message_receive(int socket, struct message *message, int *fd);

/* A connected pair, close-on-exec, not blocking. */
int message_pair(int sockets[2], struct err *err);

#endif
