/*
 * watch: the state of a mount, again whenever it changes. On a terminal as a screen (dashboard.h)
 * until q or ^C; elsewhere as text, a YAML document or a line of JSON each time.
 */
#ifndef CMD_WATCH_H
#define CMD_WATCH_H

#include <stdbool.h>

struct mount;

int watch_mount(const struct mount *mount, bool json); /* exit status */

#endif
