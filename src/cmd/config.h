/*
 * config: the node configuration, /etc/refmount/NAME.yaml -> settings.
 */
#ifndef CMD_CONFIG_H
#define CMD_CONFIG_H

#include <stddef.h>

struct diag;
struct err;
struct settings;

#define CONFIG_DIR "/etc/refmount"

/*
 * Parse TEXT, called FILE in findings, into SETTINGS; what it does not name stays. Everything
 * that is wrong is added to FINDINGS, with its place; SETTINGS are then not to be used.
 */
void config_parse(const char *file, const char *text, size_t len, struct settings *settings,
		struct diag *findings);

/* The same with the contents of FILE. 0, or negative errno when it cannot be read. */
int config_load(const char *file, struct settings *settings, struct diag *findings,
		struct err *err);

#endif
