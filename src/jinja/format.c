#include "src/jinja/format.h"

#include "src/jinja/run.h"

int format_percent(struct run *run, struct object format, struct object args, struct object *out)
{
	(void)format;
	(void)args;
	(void)out;
	return run_fail(run, FAULT_REFUSED, "not yet");
}

int format_fields(
		struct run *run, struct object format, const struct call *call, struct object *out)
{
	(void)format;
	(void)call;
	(void)out;
	return run_fail(run, FAULT_REFUSED, "not yet");
}
