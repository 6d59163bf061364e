#include "src/base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 64

void buf_release(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->data);
	*buf = (struct buf)BUF_INIT;
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

bool buf_ok(const struct buf *buf)
{
	return !buf->failed;
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

/* The capacity for NEED bytes: doubling, so that adding byte by byte stays linear. */
static size_t grown(size_t cap, size_t need)
{
	if (cap < FIRST_CAP)
		cap = FIRST_CAP;
	while (cap < need) {
		if (cap > SIZE_MAX / 2)
			return need;
		cap *= 2;
	}
	return cap;
}

void buf_reserve(struct buf *buf, size_t extra)
{
	size_t cap;
	char *data;

	if (buf->failed)
		return;
	if (extra >= SIZE_MAX - buf->len) {
		buf->failed = true;
		return;
	}
	if (buf->data && buf->cap - buf->len > extra)
		return;

	cap = grown(buf->cap, buf->len + extra + 1);
	data = realloc(buf->data, cap);
	if (!data) {
		buf->failed = true;
		return;
	}
	buf->data = data;
	buf->cap = cap;
	buf->data[buf->len] = '\0';
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	buf_reserve(buf, len);
	if (buf->failed)
		return;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_add_str(struct buf *buf, const char *str)
{
	buf_add(buf, str, strlen(str));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(buf, fmt, ap);
	va_end(ap);
}

void buf_vprintf(struct buf *buf, const char *fmt, va_list ap)
{
	va_list measure;
	int len;

	va_copy(measure, ap);
	len = vsnprintf(NULL, 0, fmt, measure);
	va_end(measure);
	if (len < 0) {
		buf->failed = true;
		return;
	}
	buf_reserve(buf, (size_t)len);
	if (buf->failed)
		return;
	(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, ap);
	buf->len += (size_t)len;
}

void buf_cut(struct buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->data[len] = '\0';
}

void buf_add_zeros(struct buf *buf, size_t count)
{
	buf_reserve(buf, count);
	if (buf->failed)
		return;
	memset(buf->data + buf->len, 0, count + 1);
	buf->len += count;
}

char *buf_steal(struct buf *buf)
{
	char *data;

	buf_reserve(buf, 0); /* so that an empty buffer gives "" */
	if (buf->failed) {
		buf_release(buf);
		return NULL;
	}
	data = buf->data;
	*buf = (struct buf)BUF_INIT;
	return data;
}
