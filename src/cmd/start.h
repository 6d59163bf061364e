/*
 * start: start the keeper of a mount and learn whether it serves.
 */
#ifndef CMD_START_H
#define CMD_START_H

#include <stdbool.h>

struct settings;

/*
 * Start the keeper for SETTINGS and wait until the mount serves; says on stderr what went wrong.
 * Returns an exit status: 0, or the keeper's. With settings.foreground this process becomes the
 * keeper instead, and only failure returns.
 */
int start_keeper(const struct settings *settings);

/*
 * Has a service manager kept the mount of a keeper that died, and gives it to this process? Then it is
 * taken up, not made.
 */
bool start_is_handed_over(void);

#endif
