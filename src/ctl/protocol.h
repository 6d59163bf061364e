/*
 * protocol: how commands talk to the engine of a mount: a SOCK_SEQPACKET socket at RUN/NAME/ctl.
 *
 * A request is one packet: strings, each with its NUL: verb, then arguments ("switch" "v1.2"
 * "--reason" "..."). The answer is any number of packets, each a type byte and bytes: 'o' text
 * for stdout, 'e' text for stderr, then 'x' and the exit status in decimal. Formatting is done by
 * the engine, so that everyone sees the same words.
 */
#ifndef CTL_PROTOCOL_H
#define CTL_PROTOCOL_H

#include <stddef.h>
#include <sys/un.h>

#define CTL_REQUEST_MAX (64u * 1024) /* bytes */
#define CTL_ARGS_MAX	64
#define CTL_PACKET_MAX	(32u * 1024) /* bytes of one answer packet; longer texts are split */

struct buf;
struct err;

/*
 * Append ARGV (NULL-terminated) as a request; whether it is within the limits is the caller's to
 * check.
 */
void protocol_encode(const char *const *argv, struct buf *out);

/*
 * Split a request in place: ARGV (NULL-terminated) points into DATA. The count, at least 1, or
 * -EINVAL. Total.
 */
int protocol_decode(char *data, size_t len, const char *argv[CTL_ARGS_MAX + 1]);

/*
 * The address of the socket at PATH. A socket's name has room for 107 bytes, less than a path: so
 * it goes through *DIR_FD, the folder of PATH, which is the caller's to close once the address
 * was used.
 */
int protocol_address(const char *path, struct sockaddr_un *address, int *dir_fd, struct err *err);

#endif
