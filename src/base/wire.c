#include "src/base/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"

void wire_put_u32(struct buf *out, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		buf_add_char(out, (char)(value >> 8 * i & 0xff));
}

void wire_put_u64(struct buf *out, uint64_t value)
{
	wire_put_u32(out, (uint32_t)value);
	wire_put_u32(out, (uint32_t)(value >> 32));
}

void wire_put_bytes(struct buf *out, const void *data, size_t len)
{
	buf_add(out, data, len);
}

void wire_put_text(struct buf *out, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	wire_put_u32(out, (uint32_t)len);
	buf_add(out, text, len);
}

void wire_open(struct wire *in, const void *data, size_t len)
{
	*in = (struct wire){.data = data, .len = len};
}

/* The next LEN bytes, or NULL. */
static const uint8_t *take(struct wire *in, size_t len)
{
	const uint8_t *bytes = in->data;

	if (in->failed || len > in->len) {
		in->failed = true;
		return NULL;
	}
	in->data += len;
	in->len -= len;
	return bytes;
}

uint32_t wire_take_u32(struct wire *in)
{
	const uint8_t *p = take(in, 4);

	if (!p)
		return 0;
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint64_t wire_take_u64(struct wire *in)
{
	uint64_t low = wire_take_u32(in);

	return low | (uint64_t)wire_take_u32(in) << 32;
}

void wire_take_bytes(struct wire *in, void *out, size_t len)
{
	const uint8_t *bytes = take(in, len);

	if (bytes)
		memcpy(out, bytes, len);
	else
		memset(out, 0, len);
}

/* A text's bytes, still without a NUL behind them; NULL if there is none. */
static const uint8_t *take_text(struct wire *in, size_t *len)
{
	const uint8_t *bytes;

	*len = wire_take_u32(in);
	bytes = take(in, *len);
	if (bytes && memchr(bytes, '\0', *len)) {
		in->failed = true;
		return NULL;
	}
	return bytes;
}

char *wire_take_text(struct wire *in)
{
	const uint8_t *bytes;
	char *text;
	size_t len;

	bytes = take_text(in, &len);
	if (!bytes)
		return NULL;
	text = malloc(len + 1);
	if (!text) {
		in->failed = true;
		return NULL;
	}
	memcpy(text, bytes, len);
	text[len] = '\0';
	return text;
}

void wire_copy_text(struct wire *in, char *out, size_t size)
{
	const uint8_t *bytes;
	size_t len;

	out[0] = '\0';
	bytes = take_text(in, &len);
	if (!bytes)
		return;
	if (len >= size) {
		in->failed = true;
		return;
	}
	memcpy(out, bytes, len);
	out[len] = '\0';
}

int wire_end(const struct wire *in)
{
	return in->failed || in->len > 0 ? -EINVAL : 0;
}
