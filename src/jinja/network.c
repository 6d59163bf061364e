#include "src/jinja/network.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdint.h>
#include <string.h>

#define BYTES_MAX 16

unsigned network_width(const struct network *network)
{
	return network->version == 4 ? 32 : 128;
}

static u128 all_ones(unsigned width)
{
	return width == 32 ? (u128)UINT32_MAX : ~(u128)0;
}

u128 network_hostmask(const struct network *network)
{
	unsigned bits = network_width(network) - network->prefix;

	return bits == 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

u128 network_netmask(const struct network *network)
{
	return all_ones(network_width(network)) ^ network_hostmask(network);
}

u128 network_first(const struct network *network)
{
	return network->value & network_netmask(network);
}

u128 network_last(const struct network *network)
{
	return network->value | network_hostmask(network);
}

bool network_contains(const struct network *outer, const struct network *inner)
{
	return outer->version == inner->version && outer->prefix <= inner->prefix &&
			(inner->value & network_netmask(outer)) == network_first(outer);
}

bool network_is_in(const struct network *network, const char *range)
{
	struct network outer;
	bool has_prefix;

	if (!network_parse(range, strlen(range), &outer, &has_prefix)) {
		assert(!"a range in the source is one");
		return false;
	}
	return network_contains(&outer, network);
}

/* --- text to numbers --- */

bool network_parse_number(const char *text, size_t len, u128 *out)
{
	u128 number = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned char)text[i] - (unsigned)'0';

		if (digit > 9 || number > (~(u128)0 - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*out = number;
	return true;
}

static bool parse_ipv6(const char *text, size_t len, u128 *out)
{
	unsigned char bytes[BYTES_MAX];
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strlen(copy) != len || inet_pton(AF_INET6, copy, bytes) != 1)
		return false;
	*out = 0;
	for (size_t i = 0; i < BYTES_MAX; i++)
		*out = *out << 8 | bytes[i];
	return true;
}

/* As int() of Python has it, which netaddr asks: blanks around a number do not matter. */
static bool parse_spaced(const char *text, size_t len, u128 *out)
{
	while (len > 0 && strchr(" \t\n\r\v\f", text[0])) {
		text++;
		len--;
	}
	while (len > 0 && strchr(" \t\n\r\v\f", text[len - 1]))
		len--;
	return network_parse_number(text, len, out);
}

/* One to four numbers with dots between; those that are missing are 0. */
static bool parse_ipv4(const char *text, size_t len, u128 *out)
{
	const char *end = text + len, *dot;
	unsigned count = 0;
	u128 byte;

	*out = 0;
	for (; text <= end; text = dot + 1) {
		dot = memchr(text, '.', (size_t)(end - text));
		dot = dot ? dot : end;
		if (count == 4 || !parse_spaced(text, (size_t)(dot - text), &byte) || byte > 255)
			return false;
		*out = *out << 8 | byte;
		count++;
	}
	*out <<= 8 * (4 - count);
	return true;
}

static bool parse_address(unsigned version, const char *text, size_t len, u128 *out)
{
	return version == 4 ? parse_ipv4(text, len, out) : parse_ipv6(text, len, out);
}

static unsigned count_ones(u128 value)
{
	return (unsigned)(__builtin_popcountll((uint64_t)value) +
			__builtin_popcountll((uint64_t)(value >> 64)));
}

/* A prefix by its length, its netmask or its hostmask. */
static bool parse_prefix(struct network *network, const char *text, size_t len)
{
	unsigned width = network_width(network);
	u128 number, host;

	if (parse_spaced(text, len, &number)) {
		network->prefix = (unsigned)number;
		return number <= width;
	}
	if (network->version == 4 && (!memchr(text, '.', len) || strspn(text, ".0123456789") < len))
		return false;
	if (!parse_address(network->version, text, len, &number))
		return false;
	host = number ^ all_ones(width);
	if ((host & (host + 1)) == 0)
		network->prefix = width - count_ones(host);
	else if ((number & (number + 1)) == 0)
		network->prefix = width - count_ones(number);
	else
		return false;
	return true;
}

bool network_parse(const char *text, size_t len, struct network *out, bool *has_prefix)
{
	const char *slash = memchr(text, '/', len);
	size_t address_len = slash ? (size_t)(slash - text) : len;

	for (out->version = 4; out->version <= 6; out->version += 2) {
		if (!parse_address(out->version, text, address_len, &out->value))
			continue;
		out->prefix = network_width(out);
		*has_prefix = slash;
		if (!slash || parse_prefix(out, slash + 1, len - address_len - 1))
			return true;
	}
	return false;
}

/* --- numbers to text --- */

void network_format_address(unsigned version, u128 value, char out[static NETWORK_TEXT_SIZE])
{
	unsigned char bytes[BYTES_MAX];
	unsigned count = version == 4 ? 4 : BYTES_MAX;

	for (unsigned i = 0; i < count; i++)
		bytes[i] = (unsigned char)(value >> (8 * (count - 1 - i)));
	(void)inet_ntop(version == 4 ? AF_INET : AF_INET6, bytes, out, NETWORK_TEXT_SIZE);
}

void network_format_number(u128 value, char out[static NETWORK_TEXT_SIZE])
{
	char digits[NETWORK_TEXT_SIZE];
	size_t count = 0, i;

	do {
		digits[count++] = (char)('0' + (unsigned)(value % 10));
		value /= 10;
	} while (value > 0);
	for (i = 0; i < count; i++)
		out[i] = digits[count - 1 - i];
	out[count] = '\0';
}
