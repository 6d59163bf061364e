/*
 * start: start the keeper of a mount and learn whether it serves.
 */
#ifndef CMD_START_H
#define CMD_START_H

struct settings;

/*
 * Start the keeper for SETTINGS and wait until the mount serves; says on stderr what went wrong.
 * Returns an exit status: 0, or the keeper's. With settings.foreground this process becomes the
 * keeper instead, and only failure returns.
 */
int start_keeper(const struct settings *settings);

#endif
