/*
 * poison: a request that a server crashes of: preloaded into it, before libfuse. It is the look-up of "poison",
 * wherever that lies.
 */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 35
#include <dlfcn.h>
#include <string.h>

#include <fuse_lowlevel.h>
#include <linux/fuse.h>

void fuse_session_process_buf(struct fuse_session *session, const struct fuse_buf *buf)
{
	static __typeof__(&fuse_session_process_buf) real;
	const struct fuse_in_header *header = buf->mem;

	if (header->opcode == FUSE_LOOKUP && strcmp((const char *)(header + 1), "poison") == 0)
		__builtin_trap();
	if (!real)
		real = (__typeof__(real))dlsym(RTLD_NEXT, "fuse_session_process_buf");
	real(session, buf);
}
