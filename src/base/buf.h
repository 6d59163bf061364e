/*
 * buf: bytes that grow.
 *
 * A buffer always has a NUL behind its last byte once something was added, so that `data` can be
 * used as a string. Failure to allocate is sticky: every later call does nothing, and buf_ok() says
 * false; a caller that adds ten things checks once, at the end. Sizes are bytes.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* owned; NULL while nothing was added */
	size_t len;
	size_t cap;
	bool failed;
};

#define BUF_INIT {0}

void buf_release(struct buf *buf);	    /* frees, back to BUF_INIT */
void buf_clear(struct buf *buf);	    /* len = 0, keeps memory, forgets a failure */
bool buf_ok(const struct buf *buf);	    /* false after an allocation failed */
const char *buf_str(const struct buf *buf); /* never NULL: "" when empty */

void buf_reserve(struct buf *buf, size_t extra);
void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_str(struct buf *buf, const char *str);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *fmt, va_list ap)
		__attribute__((format(printf, 2, 0)));
void buf_add_zeros(struct buf *buf, size_t count);
void buf_cut(struct buf *buf, size_t len); /* back to LEN, at most what there is */

/*
 * The bytes as a malloc'ed string that the caller owns; BUF is empty afterwards. NULL on failure.
 */
char *buf_steal(struct buf *buf);

#endif
