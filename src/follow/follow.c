#include "src/follow/follow.h"

#include "src/follow/follow_kind.h"

int follow_new(struct loop *loop, const struct follow_spec *spec, struct follow **out,
		struct err *err)
{
	return spec->fetches ? follow_remote_new(loop, spec, out, err)
			     : follow_local_new(loop, spec, out, err);
}

void follow_free(struct follow *follow)
{
	if (follow)
		follow->kind->free(follow);
}

uint64_t follow_now(struct follow *follow)
{
	return follow->kind->now(follow);
}

bool follow_is_done(const struct follow *follow, uint64_t look)
{
	return follow->kind->is_done(follow, look);
}

void follow_change(struct follow *follow, const char *ref)
{
	follow->kind->change(follow, ref);
}

struct resolver *follow_resolver(struct follow *follow)
{
	return follow->kind->resolver(follow);
}

void follow_calm(struct follow *follow)
{
	if (follow)
		follow->kind->calm(follow);
}
