/*
 * places: where the state and the run directory of a mount are.
 *
 *              state                                     run
 *     root     /var/lib/refmount                         /run/refmount
 *     others   $XDG_STATE_HOME/refmount                  $XDG_RUNTIME_DIR/refmount
 *              (default ~/.local/state/refmount)         (default /tmp/refmount-UID)
 */
#ifndef CMD_PLACES_H
#define CMD_PLACES_H

struct buf;
struct err;

#define PLACES_RUN_ROOT "/run/refmount"

/* The folders that hold one folder a mount, for the calling user; OUT is cleared first. */
int places_state_base(struct buf *out, struct err *err);
int places_run_base(struct buf *out, struct err *err);

/*
 * Create DIR, what places_run_base() said, with its parents. /tmp/refmount-UID is made with mode
 * 0700, and refused when it belongs to someone else or is open to others.
 */
int places_make(const char *dir, struct err *err);

#endif
