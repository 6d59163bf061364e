/*
 * selftest: can this program go on with a mount that another one has begun? Looks at what it would
 * be handed, and changes nothing.
 */
#include <stdio.h>

#include "fs/roles.h"
#include "src/base/err.h"
#include "src/link/settings.h"
#include "src/link/state.h"

static int look(struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct state *state = NULL;
	int rc;

	rc = state_map(SELFTEST_FD_STATE, &state, err);
	if (rc == 0)
		rc = settings_load(SELFTEST_FD_SETTINGS, &settings, err);
	settings_release(&settings);
	state_unmap(state);
	return rc;
}

int selftest_main(void)
{
	struct err err = ERR_INIT;

	if (look(&err) == 0)
		return 0;
	(void)dprintf(SELFTEST_FD_REPORT, "%s", err.text);
	return 1;
}
