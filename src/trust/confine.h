/*
 * confine: what a verifier and the tools that it runs may still do. They read what a stranger signed.
 *
 * In two steps: from the first on there is no network but sockets of this machine, none of the calls
 * that change the machine, and limits of time, memory and size. After the second, which comes when
 * everything was read, no privileges are left either: root becomes nobody.
 */
#ifndef TRUST_CONFINE_H
#define TRUST_CONFINE_H

struct err;

#define CONFINE_CPU_MAX_S  10
#define CONFINE_MEMORY_MAX (256ul << 20) /* bytes, of each process */
#define CONFINE_FILE_MAX   (16ul << 20)	 /* bytes, memory files included */

/* 0 or negative errno. Cannot be undone. */
int confine_enter(struct err *err);
int confine_drop(struct err *err);

#endif
