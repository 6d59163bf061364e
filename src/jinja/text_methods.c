#include "src/jinja/method.h"

#include "src/jinja/format.h"

static int text_format(struct run *run, const struct call *call, struct object *out)
{
	return format_fields(run, call->self, call, out);
}

const struct function text_methods[] = {
		{"format", text_format},
};
const size_t text_method_count = sizeof(text_methods) / sizeof(*text_methods);
