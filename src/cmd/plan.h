/*
 * plan: what was asked of `refmount mount`, from the command line, `-o` and the node
 * configuration, brought together into complete settings.
 */
#ifndef CMD_PLAN_H
#define CMD_PLAN_H

#include <stdbool.h>

#include "src/cmd/options.h"

struct diag;
struct err;
struct settings;

/* As the user gave it; texts are borrowed. NULL: not given. */
struct plan {
	const char *source; /* REPO[#REF] */
	const char *mountpoint;
	const char *name;
	const char *config; /* file */
	bool foreground;
	struct option_list options; /* `-o` */
	struct option_list facts;   /* `--fact` */
	bool from_mount;	    /* mount(8) says `rw` by itself, so it means nothing */
};

extern const struct option plan_keys[]; /* what `-o` takes */

/*
 * Complete settings for PLAN: *SETTINGS (SETTINGS_INIT before) is to be released in any case.
 * -EINVAL and others with a sentence in ERR; or faults of the node configuration in FINDINGS and
 * -EINVAL with ERR untouched.
 */
int plan_settings(const struct plan *plan, struct settings *settings, struct diag *findings,
		struct err *err);

#endif
