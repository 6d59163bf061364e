/*
 * claim: one keeper for one state directory, and what others find about it in the run directory.
 */
#ifndef FS_CLAIM_H
#define FS_CLAIM_H

struct err;
struct settings;

/*
 * Make the directories and take the lock; *LOCK holds it until it is closed. -EBUSY: another keeper has
 * it; ERR says which.
 */
int claim_take(const struct settings *settings, int *lock, struct err *err);

/* Say in RUN_DIR/mount where it is mounted. */
int claim_announce(const struct settings *settings, struct err *err);

/* Remove the run directory. */
void claim_withdraw(const struct settings *settings);

#endif
