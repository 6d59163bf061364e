/*
 * credentials: has the folder with the node's secrets changed?
 *
 * Nothing is read here: what counts are names, sizes, times and inodes. Changes are noticed at once
 * (inotify) where they happen in the folder itself, which is how systemd, Kubernetes and editors
 * make them; what lies behind links in it is looked at when somebody asks.
 */
#ifndef ENGINE_CREDENTIALS_H
#define ENGINE_CREDENTIALS_H

#include <stdint.h>

struct credentials;
struct err;
struct loop;

#define CREDENTIALS_MAX 4096 /* entries of the folder that are looked at */

/* Something may have changed: ask. Must not free CREDENTIALS. */
typedef void credentials_fn(void *arg);

/* Watch the folder DIR (copied), which need not exist yet. */
int credentials_new(struct loop *loop, const char *dir, credentials_fn *fn, void *arg,
		struct credentials **out, struct err *err);
void credentials_free(struct credentials *credentials); /* NULL is fine */

/*
 * A number that is another one once the folder has changed; 0 when there is none, or CREDENTIALS is
 * NULL. Fits into an int64_t.
 */
uint64_t credentials_look(struct credentials *credentials);

#endif
