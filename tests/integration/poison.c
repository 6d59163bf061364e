/*
 * poison: what a server crashes of: preloaded into it, before libfuse. It is the look-up of "poison", wherever that
 * lies, and telling the kernel that "cursed" is another one now.
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

int fuse_lowlevel_notify_inval_entry(
		struct fuse_session *session, fuse_ino_t parent, const char *name, size_t len)
{
	static __typeof__(&fuse_lowlevel_notify_inval_entry) real;

	if (strcmp(name, "cursed") == 0)
		__builtin_trap();
	if (!real)
		real = (__typeof__(real))dlsym(RTLD_NEXT, "fuse_lowlevel_notify_inval_entry");
	return real(session, parent, name, len);
}
