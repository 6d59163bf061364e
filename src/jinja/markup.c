#include "src/jinja/markup.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/run.h"

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\'':
		return "&#39;";
	case '"':
		return "&#34;";
	default:
		return NULL;
	}
}

void markup_add_escaped(struct buf *out, const char *data, size_t len)
{
	size_t i, start = 0;
	const char *name;

	for (i = 0; i < len; i++) {
		name = entity(data[i]);
		if (!name)
			continue;
		buf_add(out, data + start, i - start);
		buf_add_str(out, name);
		start = i + 1;
	}
	buf_add(out, data + start, len - start);
}

int markup_escape(struct run *run, struct object object, struct object *out)
{
	struct buf text = BUF_INIT;
	struct object string;

	if (object_to_string(run, object, &string) < 0)
		return -1;
	if (!string.is_markup) {
		markup_add_escaped(&text, string.text->data, string.text->len);
		if (object_string_buf(run, &text, &string) < 0)
			return -1;
	}
	string.is_markup = true;
	*out = string;
	return 0;
}
