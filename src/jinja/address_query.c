#include "src/jinja/address_query.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

#define MAPPED ((u128)0xffff << 32) /* ::ffff:0:0 */

int address_text(struct run *run, unsigned version, u128 value, int prefix, struct object *out)
{
	char address[NETWORK_TEXT_SIZE], text[NETWORK_TEXT_SIZE + 16];

	network_format_address(version, value, address);
	if (prefix < 0)
		return object_string_z(run, address, out);
	(void)snprintf(text, sizeof(text), "%s/%d", address, prefix);
	return object_string_z(run, text, out);
}

static int plain(struct run *run, const struct subject *subject, u128 value, struct object *out)
{
	return address_text(run, subject->network.version, value, -1, out);
}

static int with_prefix(
		struct run *run, const struct subject *subject, u128 value, struct object *out)
{
	return address_text(
			run, subject->network.version, value, (int)subject->network.prefix, out);
}

/* "ADDRESS ADDRESS" */
static int two(struct run *run, const struct subject *subject, u128 first, u128 second,
		const char *between, struct object *out)
{
	char a[NETWORK_TEXT_SIZE], b[NETWORK_TEXT_SIZE], text[2 * NETWORK_TEXT_SIZE + 16];

	network_format_address(subject->network.version, first, a);
	network_format_address(subject->network.version, second, b);
	(void)snprintf(text, sizeof(text), "%s%s%s", a, between, b);
	return object_string_z(run, text, out);
}

static int none(struct object *out)
{
	*out = object_none();
	return 0;
}

static int value_if(const struct subject *subject, bool is_so, struct object *out)
{
	*out = is_so ? subject->value : object_none();
	return 0;
}

static int number(struct run *run, u128 value, struct object *out)
{
	if (value > INT64_MAX)
		return run_fail(run, FAULT_RUNTIME, "ipaddr: the result is beyond 64 bits");
	*out = object_int((int64_t)value);
	return 0;
}

static int not_a_network(struct run *run)
{
	return run_fail(run, FAULT_RUNTIME, "ipaddr: Not a network address");
}

/* --- sizes: of one address, of two, of more --- */

static unsigned host_bits(const struct subject *subject)
{
	return network_width(&subject->network) - subject->network.prefix;
}

static bool is_first(const struct subject *subject)
{
	return subject->network.value == network_first(&subject->network);
}

/* Networks of IPv4 with one or two addresses have none to reach them all. */
static bool has_broadcast(const struct subject *subject)
{
	return subject->network.version == 6 || host_bits(subject) > 1;
}

/* The first and last address that a host may have. */
static void usable(const struct subject *subject, u128 *first, u128 *last)
{
	*first = network_first(&subject->network);
	*last = network_last(&subject->network);
	if (host_bits(subject) > 1) {
		++*first;
		--*last;
	}
}

/* --- the queries, in the order of their table --- */

static int query_empty(struct run *run, const struct subject *subject, struct object *out)
{
	return subject->is_address ? plain(run, subject, subject->network.value, out)
				   : with_prefix(run, subject, subject->network.value, out);
}

static int query_6to4(struct run *run, const struct subject *subject, struct object *out);

static int query_address(struct run *run, const struct subject *subject, struct object *out)
{
	if (host_bits(subject) > 0 && is_first(subject) && has_broadcast(subject) &&
			subject->network.version == 4)
		return none(out);
	return plain(run, subject, subject->network.value, out);
}

static int query_gateway(struct run *run, const struct subject *subject, struct object *out)
{
	u128 value = subject->network.value;

	*out = object_bool(false);
	if (host_bits(subject) > 1 &&
			(value == network_first(&subject->network) ||
					value == network_last(&subject->network)))
		return 0;
	return with_prefix(run, subject, value, out);
}

static int query_bool(struct run *run, const struct subject *subject, struct object *out)
{
	(void)run;
	(void)subject;
	*out = object_bool(true);
	return 0;
}

static int query_broadcast(struct run *run, const struct subject *subject, struct object *out)
{
	return host_bits(subject) > 1 ? plain(run, subject, network_last(&subject->network), out)
				      : none(out);
}

static int query_cidr(struct run *run, const struct subject *subject, struct object *out)
{
	return with_prefix(run, subject, subject->network.value, out);
}

static int query_first_usable(struct run *run, const struct subject *subject, struct object *out)
{
	u128 first, last;

	if (subject->is_address)
		return not_a_network(run);
	usable(subject, &first, &last);
	return host_bits(subject) > 0 ? plain(run, subject, first, out) : none(out);
}

static int query_host(struct run *run, const struct subject *subject, struct object *out)
{
	if (host_bits(subject) > 0 && is_first(subject) && has_broadcast(subject))
		return none(out);
	return with_prefix(run, subject, subject->network.value, out);
}

static int query_hostmask(struct run *run, const struct subject *subject, struct object *out)
{
	return plain(run, subject, network_hostmask(&subject->network), out);
}

static int query_int(struct run *run, const struct subject *subject, struct object *out)
{
	char digits[NETWORK_TEXT_SIZE], text[NETWORK_TEXT_SIZE + 16];

	if (subject->is_address)
		return number(run, subject->network.value, out);
	network_format_number(subject->network.value, digits);
	(void)snprintf(text, sizeof(text), "%s/%u", digits, subject->network.prefix);
	return object_string_z(run, text, out);
}

static bool is_in_network(const struct subject *subject)
{
	return host_bits(subject) == 1 || (host_bits(subject) > 1 && !is_first(subject));
}

static int query_ip_netmask(struct run *run, const struct subject *subject, struct object *out)
{
	return is_in_network(subject)
			? two(run, subject, subject->network.value,
					  network_netmask(&subject->network), " ", out)
			: none(out);
}

static int query_ip_prefix(struct run *run, const struct subject *subject, struct object *out)
{
	return is_in_network(subject) ? with_prefix(run, subject, subject->network.value, out)
				      : none(out);
}

static int query_ipv4(struct run *run, const struct subject *subject, struct object *out)
{
	u128 value = subject->network.value;
	bool is_mapped = value >= MAPPED && value <= MAPPED + UINT32_MAX;

	*out = subject->value;
	if (subject->network.version == 4)
		return 0;
	*out = object_bool(false);
	if ((value > UINT32_MAX && !is_mapped) || subject->network.prefix < 96)
		return 0;
	return address_text(run, 4, is_mapped ? value - MAPPED : value,
			(int)subject->network.prefix - 96, out);
}

static int query_ipv6(struct run *run, const struct subject *subject, struct object *out)
{
	*out = subject->value;
	if (subject->network.version == 6)
		return 0;
	return address_text(run, 6, MAPPED + subject->network.value,
			(int)subject->network.prefix + 96, out);
}

static int query_last_usable(struct run *run, const struct subject *subject, struct object *out)
{
	u128 first, last;

	if (subject->is_address)
		return not_a_network(run);
	usable(subject, &first, &last);
	return host_bits(subject) > 0 ? plain(run, subject, last, out) : none(out);
}

/* The address alone, without its prefix. */
static struct network alone(const struct subject *subject)
{
	struct network address = subject->network;

	address.prefix = network_width(&address);
	return address;
}

static bool is_link_local(const struct network *network)
{
	return network_is_in(network, "169.254.0.0/16") || network_is_in(network, "fe80::/10");
}

static int query_link_local(struct run *run, const struct subject *subject, struct object *out)
{
	struct network address = alone(subject);

	(void)run;
	return value_if(subject, is_link_local(&address), out);
}

static bool is_loopback(const struct network *network)
{
	return network_is_in(network, "127.0.0.0/8") || network_is_in(network, "::1/128");
}

static int query_loopback(struct run *run, const struct subject *subject, struct object *out)
{
	struct network address = alone(subject);

	(void)run;
	return value_if(subject, is_loopback(&address), out);
}

static bool is_multicast(const struct network *network)
{
	return network_is_in(network, "224.0.0.0/4") || network_is_in(network, "ff00::/8");
}

static int query_multicast(struct run *run, const struct subject *subject, struct object *out)
{
	(void)run;
	return value_if(subject, is_multicast(&subject->network), out);
}

static int query_net(struct run *run, const struct subject *subject, struct object *out)
{
	return host_bits(subject) > 0 && is_first(subject)
			? with_prefix(run, subject, subject->network.value, out)
			: none(out);
}

static int query_netmask(struct run *run, const struct subject *subject, struct object *out)
{
	return plain(run, subject, network_netmask(&subject->network), out);
}

static int query_network(struct run *run, const struct subject *subject, struct object *out)
{
	return plain(run, subject, network_first(&subject->network), out);
}

static int query_network_netmask(struct run *run, const struct subject *subject, struct object *out)
{
	return two(run, subject, network_first(&subject->network),
			network_netmask(&subject->network), " ", out);
}

static int query_network_wildcard(
		struct run *run, const struct subject *subject, struct object *out)
{
	return two(run, subject, network_first(&subject->network),
			network_hostmask(&subject->network), " ", out);
}

/* The neighbour at VALUE, if a host may have it. */
static int neighbour(struct run *run, const struct subject *subject, u128 value, struct object *out)
{
	u128 first, last;

	if (subject->is_address)
		return not_a_network(run);
	usable(subject, &first, &last);
	if (host_bits(subject) == 0 || value < first || value > last)
		return none(out);
	return plain(run, subject, value, out);
}

static int query_next_usable(struct run *run, const struct subject *subject, struct object *out)
{
	return neighbour(run, subject, subject->network.value + 1, out);
}

static int query_previous_usable(struct run *run, const struct subject *subject, struct object *out)
{
	return neighbour(run, subject, subject->network.value - 1, out);
}

static int query_peer(struct run *run, const struct subject *subject, struct object *out)
{
	unsigned last = (unsigned)subject->network.value & 3;

	if (subject->is_address)
		return not_a_network(run);
	if (host_bits(subject) == 1)
		return plain(run, subject, subject->network.value ^ 1, out);
	if (host_bits(subject) != 2)
		return run_fail(run, FAULT_RUNTIME, "ipaddr: Not a point-to-point network");
	if (last == 0 || last == 3)
		return run_fail(run, FAULT_RUNTIME, "ipaddr: %s address of /30 has no peer",
				last == 0 ? "Network" : "Broadcast");
	return plain(run, subject, subject->network.value ^ 3, out);
}

static int query_prefix(struct run *run, const struct subject *subject, struct object *out)
{
	(void)run;
	*out = object_int(subject->network.prefix);
	return 0;
}

/* By the ranges of netaddr 0.8. */
static bool is_private(const struct network *network)
{
	static const char *const ranges[] = {"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12",
			"192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "239.0.0.0/8",
			"fc00::/7", "fec0::/10"};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		if (network_is_in(network, ranges[i]))
			return true;
	}
	return is_link_local(network);
}

static int query_private(struct run *run, const struct subject *subject, struct object *out)
{
	(void)run;
	return value_if(subject, is_private(&subject->network), out);
}

/* A netmask or a hostmask: ones and zeros that do not mix. */
static bool is_mask(const struct network *address)
{
	u128 host = address->value ^ (address->version == 4 ? (u128)UINT32_MAX : ~(u128)0);

	return (host & (host + 1)) == 0 || (address->value & (address->value + 1)) == 0;
}

static bool is_public(const struct subject *subject)
{
	struct network address = alone(subject);

	return !is_multicast(&address) && !is_private(&address) && !is_loopback(&address) &&
			!is_mask(&address);
}

static int query_public(struct run *run, const struct subject *subject, struct object *out)
{
	(void)run;
	return value_if(subject, is_public(subject), out);
}

static int query_6to4(struct run *run, const struct subject *subject, struct object *out)
{
	struct network address = alone(subject);
	unsigned value = (unsigned)address.value;
	char text[NETWORK_TEXT_SIZE];

	*out = object_bool(false);
	if (address.version == 6) {
		if ((subject->is_address || !is_first(subject)) &&
				network_is_in(&address, "2002::/16"))
			*out = subject->value;
		return 0;
	}
	if ((host_bits(subject) > 0 && is_first(subject)) ||
			!(is_public(subject) || is_private(&address)))
		return 0;
	(void)snprintf(text, sizeof(text), "2002:%02x%02x:%02x%02x::1/48", value >> 24,
			value >> 16 & 0xff, value >> 8 & 0xff, value & 0xff);
	return object_string_z(run, text, out);
}

static int query_range_usable(struct run *run, const struct subject *subject, struct object *out)
{
	u128 first, last;

	if (subject->is_address)
		return not_a_network(run);
	usable(subject, &first, &last);
	return host_bits(subject) > 0 ? two(run, subject, first, last, "-", out) : none(out);
}

static int query_revdns(struct run *run, const struct subject *subject, struct object *out)
{
	u128 value = subject->network.value;
	struct buf text = BUF_INIT;

	for (unsigned i = 0; subject->network.version == 4 && i < 4; i++)
		buf_printf(&text, "%u.", (unsigned)(value >> (8 * i)) & 0xff);
	for (unsigned i = 0; subject->network.version == 6 && i < 32; i++)
		buf_printf(&text, "%x.", (unsigned)(value >> (4 * i)) & 0xf);
	buf_add_str(&text, subject->network.version == 4 ? "in-addr.arpa." : "ip6.arpa.");
	return object_string_buf(run, &text, out);
}

static int query_size(struct run *run, const struct subject *subject, struct object *out)
{
	u128 mask = network_hostmask(&subject->network);

	return number(run, mask > INT64_MAX ? mask : mask + 1, out);
}

static int query_size_usable(struct run *run, const struct subject *subject, struct object *out)
{
	unsigned bits = host_bits(subject);

	return number(run,
			bits == 0		    ? 0
					: bits == 1 ? 2
						    : network_hostmask(&subject->network) - 1,
			out);
}

static int query_subnet(struct run *run, const struct subject *subject, struct object *out)
{
	return with_prefix(run, subject, network_first(&subject->network), out);
}

static int query_type(struct run *run, const struct subject *subject, struct object *out)
{
	return object_string_z(run,
			host_bits(subject) > 0 && is_first(subject) ? "network" : "address", out);
}

static int query_unicast(struct run *run, const struct subject *subject, struct object *out)
{
	(void)run;
	return value_if(subject, !is_multicast(&subject->network), out);
}

static int query_version(struct run *run, const struct subject *subject, struct object *out)
{
	(void)run;
	*out = object_int(subject->network.version);
	return 0;
}

static int query_wrap(struct run *run, const struct subject *subject, struct object *out)
{
	char address[NETWORK_TEXT_SIZE], text[NETWORK_TEXT_SIZE + 16];

	*out = subject->value;
	if (subject->network.version == 4)
		return 0;
	network_format_address(6, subject->network.value, address);
	if (subject->is_address)
		(void)snprintf(text, sizeof(text), "[%s]", address);
	else
		(void)snprintf(text, sizeof(text), "[%s]/%u", address, subject->network.prefix);
	return object_string_z(run, text, out);
}

static const struct {
	const char *name;
	query_fn *fn;
} queries[] = {
		{"", query_empty},
		{"6to4", query_6to4},
		{"address", query_address},
		{"address/prefix", query_gateway},
		{"bool", query_bool},
		{"broadcast", query_broadcast},
		{"cidr", query_cidr},
		{"first_usable", query_first_usable},
		{"gateway", query_gateway},
		{"gw", query_gateway},
		{"host", query_host},
		{"host/prefix", query_gateway},
		{"hostmask", query_hostmask},
		{"hostnet", query_gateway},
		{"int", query_int},
		{"ip", query_address},
		{"ip/prefix", query_ip_prefix},
		{"ip_netmask", query_ip_netmask},
		{"ipv4", query_ipv4},
		{"ipv6", query_ipv6},
		{"last_usable", query_last_usable},
		{"link-local", query_link_local},
		{"lo", query_loopback},
		{"loopback", query_loopback},
		{"multicast", query_multicast},
		{"net", query_net},
		{"netmask", query_netmask},
		{"network", query_network},
		{"network/prefix", query_subnet},
		{"network_id", query_network},
		{"network_netmask", query_network_netmask},
		{"network_wildcard", query_network_wildcard},
		{"next_usable", query_next_usable},
		{"peer", query_peer},
		{"prefix", query_prefix},
		{"previous_usable", query_previous_usable},
		{"private", query_private},
		{"public", query_public},
		{"range_usable", query_range_usable},
		{"revdns", query_revdns},
		{"router", query_gateway},
		{"size", query_size},
		{"size_usable", query_size_usable},
		{"subnet", query_subnet},
		{"type", query_type},
		{"unicast", query_unicast},
		{"v4", query_ipv4},
		{"v6", query_ipv6},
		{"version", query_version},
		{"wildcard", query_hostmask},
		{"wrap", query_wrap},
};

query_fn *address_query_find(const struct text *name)
{
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++) {
		if (text_equal_z(name, queries[i].name))
			return queries[i].fn;
	}
	return NULL;
}
