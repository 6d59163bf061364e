/*
 * network: IPv4 and IPv6 addresses with a prefix, as text and as numbers.
 *
 * Takes what Python's netaddr takes: a netmask or hostmask for a prefix, IPv4 addresses that are
 * cut short ("10/8") or have leading zeros.
 */
#ifndef JINJA_NETWORK_H
#define JINJA_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#define NETWORK_TEXT_SIZE 64 /* of an address with its prefix, the NUL included */

typedef unsigned __int128 u128;

struct network {
	unsigned version; /* 4 or 6 */
	unsigned prefix;  /* bits */
	u128 value;	  /* the address, with the bits behind the prefix */
};

/* "ADDRESS", or "ADDRESS/PREFIX" (then *HAS_PREFIX); false if TEXT is neither. */
bool network_parse(const char *text, size_t len, struct network *out, bool *has_prefix);
/* Digits only: false if there are others, or too many for an address of IPv6. */
bool network_parse_number(const char *text, size_t len, u128 *out);

unsigned network_width(const struct network *network); /* 32 or 128 */
u128 network_hostmask(const struct network *network);
u128 network_netmask(const struct network *network);
u128 network_first(const struct network *network);
u128 network_last(const struct network *network);
/* All of INNER lies in OUTER. */
bool network_contains(const struct network *outer, const struct network *inner);
/* The same for a range that is written in the source, "10.0.0.0/8". */
bool network_is_in(const struct network *network, const char *range);

/* The address VALUE of VERSION as text. */
void network_format_address(unsigned version, u128 value, char out[static NETWORK_TEXT_SIZE]);
void network_format_number(u128 value, char out[static NETWORK_TEXT_SIZE]);

#endif
