/*
 * talk: what the engine and its HTTP role tell each other, over a SOCK_SEQPACKET pair: a packet is a
 * type, and what belongs to it.
 *
 *     engine                          HTTP role
 *       | BEGIN                     ->   | becomes the user, gives up the rest, serves
 *       | SECRETS                   ->   | whenever the file has changed
 *       |                           <-   | LOOK: somebody has pushed
 *       |                           <-   | ASK: somebody wants to know
 *       | REPORT                    ->   | answers all who have asked
 *
 * The engine trusts nothing that comes back: LOOK and ASK carry nothing, and a flood of either is one.
 * Nothing here blocks.
 */
#ifndef HTTP_TALK_H
#define HTTP_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/buf.h"

#define TALK_MAX 65536 /* bytes of a packet */

enum talk_type { TALK_BEGIN = 1, TALK_SECRETS, TALK_LOOK, TALK_ASK, TALK_REPORT };

struct begin {
	char name[256]; /* of the mount */
	char user[64];	/* for messages; "": nobody was asked for, and it need not be possible */
	uint32_t uid, gid;
	bool becomes;	   /* uid and gid are to be taken on */
	bool needs_secret; /* whoever has none is refused; SECRETS follows */
	bool has_syslog;   /* there is nobody at stderr */
};

/* What there is to say about the mount. Texts are owned. */
struct report {
	bool is_serving;    /* a revision is served */
	bool is_ready;	    /* and it is the one that should be */
	struct buf words;   /* one line: sync and health, and why if they are bad */
	struct buf metrics; /* Prometheus text */
};

#define REPORT_INIT {.words = BUF_INIT, .metrics = BUF_INIT}

void report_release(struct report *report);

/* A packet of TYPE: OUT is cleared first, what belongs to it is added behind. */
void talk_start(enum talk_type type, struct buf *out);
void talk_put_begin(const struct begin *begin, struct buf *out);    /* with its type */
void talk_put_report(const struct report *report, struct buf *out); /* likewise */

/* 0; -EAGAIN: no room; -EPIPE: nobody there; others. Also of a buffer that has failed. */
int talk_send(int socket, const struct buf *packet);

/*
 * The next packet, its type taken off: 0; -EAGAIN: none; -EPIPE: the end; -EBADMSG: no packet of ours,
 * to be ignored.
 */
int talk_receive(int socket, enum talk_type *type, struct buf *rest);

/* What belongs to it: 0 or -EBADMSG. Total. */
int talk_get_begin(const struct buf *rest, struct begin *out);
int talk_get_report(const struct buf *rest, struct report *out); /* OUT's texts are cleared first */

#endif
