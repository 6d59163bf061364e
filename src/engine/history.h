/*
 * history: which revision was served when, why, and because of whom; and which were refused. One
 * line a switch in STATE/history.log, only ever added to:
 *
 *     TIME \t COMMIT \t RESULT \t BY \t REASON \t AUTHOR \t SUBJECT \n
 *
 * A last line without its newline was torn by a crash and does not count. Fields hold no tab or
 * control byte; a line that is malformed is skipped. Beyond HISTORY_MAX lines the oldest go.
 *
 * From here come `@1`, `@2`: the revision served before this one, the one before that.
 */
#ifndef ENGINE_HISTORY_H
#define ENGINE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"

struct buf;
struct err;
struct history;

#define HISTORY_MAX  1000 /* lines kept */
#define HISTORY_FILE "history.log"

#define HISTORY_OK	    "ok"	  /* it was served from then on */
#define HISTORY_REJECTED    "rejected"	  /* it was not: the reason is the first finding */
#define HISTORY_ROLLED_BACK "rolled back" /* it was, until then: likewise */

struct history_entry {
	int64_t time; /* seconds UTC */
	struct oid commit;
	const char *result; /* HISTORY_OK or HISTORY_REJECTED */
	const char *by;	    /* user, or the ref that moved */
	const char *reason;
	const char *author, *subject; /* of the commit; "" where they are not known */
};

/* Open, or create, the log in STATE_DIR. *OUT is the caller's. */
int history_open(const char *state_dir, struct history **out, struct err *err);
void history_free(struct history *history); /* NULL is fine */

/* Add ENTRY durably; its texts are copied, cut and cleaned. A failure leaves the log as it was. */
int history_add(struct history *history, const struct history_entry *entry, struct err *err);

/* Entry I counted from the newest, or NULL; the texts live as long as the log is not added to. */
const struct history_entry *history_get(const struct history *history, size_t i);

/*
 * The revision served N steps before the last one (N from 1), repetitions in a row counted once: 0
 * or -ENOENT.
 */
int history_find(const struct history *history, uint64_t n, struct oid *out);

/*
 * Newest first: one line an entry (time, revision, result, reason, who is behind it, the commit's
 * subject and author), or a JSON list and a newline.
 */
void history_text(const struct history *history, struct buf *out);
void history_json(const struct history *history, struct buf *out);

#endif
