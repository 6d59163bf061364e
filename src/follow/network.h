/*
 * network: did this machine's connection to others change? Told when a link or an address comes up (rtnetlink(7)), a
 * moment later, since several of these come together. It says nothing about whether anybody can
 * be reached.
 */
#ifndef FOLLOW_NETWORK_H
#define FOLLOW_NETWORK_H

struct err;
struct loop;
struct network;

typedef void network_fn(void *arg);

int network_watch(struct loop *loop, network_fn *fn, void *arg, struct network **out,
		struct err *err);
void network_free(struct network *network); /* NULL is fine */

#endif
