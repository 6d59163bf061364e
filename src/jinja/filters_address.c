/*
 * ipaddr, ipv4, ipv6, ipwrap and ipsubnet, as Ansible's collections netcommon and utils have them.
 *
 * What is no address is False, not an error, and a list is filtered: that is how people use them.
 * The queries are in address_query.c; a number for a query is the address at that place, another
 * address or network asks whether what is filtered lies in it.
 */
#include <stdlib.h>
#include <string.h>

#include "src/jinja/address_query.h"
#include "src/jinja/ansible.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

/* A number: an address of IPv4 if VERSION lets it and it fits, else of IPv6. */
static bool from_number(u128 value, unsigned version, int prefix, struct network *out)
{
	out->version = value <= UINT32_MAX && version != 6 ? 4 : 6;
	out->value = value;
	out->prefix = prefix < 0 ? network_width(out) : (unsigned)prefix;
	if (out->prefix > network_width(out))
		out->version = 6;
	return out->prefix <= network_width(out);
}

/* "NUMBER/PREFIX" */
static bool from_numeric_cidr(const struct text *text, struct network *out)
{
	const char *slash = memchr(text->data, '/', text->len);
	u128 value, prefix;
	size_t len;

	if (!slash)
		return false;
	len = (size_t)(slash - text->data);
	return network_parse_number(text->data, len, &value) &&
			network_parse_number(slash + 1, text->len - len - 1, &prefix) &&
			prefix <= 128 && from_number(value, 0, (int)prefix, out);
}

/* OBJECT as an address or network; *IS_VALID false if it is none. */
static int read_subject(struct run *run, struct object object, unsigned version,
		struct subject *subject, bool *is_valid)
{
	struct object text;
	bool has_prefix = false;
	u128 value;

	*is_valid = false;
	subject->value = object;
	if (object.kind != OBJECT_STRING && object.kind != OBJECT_INT)
		return 0;
	if (object_to_string(run, object, &text) < 0 || run_charge(run, 4) < 0)
		return -1;
	if (text.text->len > 0 && strspn(text.text->data, "0123456789") == text.text->len) {
		*is_valid = network_parse_number(text.text->data, text.text->len, &value) &&
				!(object.kind == OBJECT_INT && value == 0) &&
				from_number(value, version, -1, &subject->network);
		subject->is_address = true;
	} else if (object.kind == OBJECT_STRING &&
			network_parse(text.text->data, text.text->len, &subject->network,
					&has_prefix)) {
		*is_valid = true;
		subject->is_address = !has_prefix;
		return 0;
	} else {
		*is_valid = from_numeric_cidr(text.text, &subject->network);
		subject->is_address = false;
	}
	if (!*is_valid)
		return 0;
	return address_text(run, subject->network.version, subject->network.value,
			(int)subject->network.prefix, &subject->value);
}

/* --- a query by number, or by network --- */

/* The address at INDEX, from the end if that is negative. */
static int at_index(
		struct run *run, const struct subject *subject, int64_t index, struct object *out)
{
	const struct network *network = &subject->network;
	u128 mask = network_hostmask(network);
	u128 distance = index < 0 ? (u128) - (index + 1) : (u128)index;

	if (mask == 0)
		return address_text(run, network->version, network->value,
				subject->is_address ? -1 : (int)network->prefix, out);
	*out = object_bool(false);
	if (distance > mask)
		return 0;
	return address_text(run, network->version,
			index < 0 ? network_last(network) - distance
				  : network_first(network) + distance,
			(int)network->prefix, out);
}

static int other_query(struct run *run, const char *who, const struct subject *subject,
		const struct text *query, struct object *out)
{
	struct network range;
	bool has_prefix, is_too_large;
	int64_t index;
	double real;

	if (strspn(query->data, "0123456789") < query->len &&
			network_parse(query->data, query->len, &range, &has_prefix)) {
		*out = network_contains(&range, &subject->network) ? subject->value : object_none();
		return 0;
	}
	if (number_parse_int(query, 10, &index, &is_too_large) && !is_too_large)
		return at_index(run, subject, index, out);
	if (!number_parse_float(query, &real))
		return run_fail(run, FAULT_RUNTIME, "%s: unknown filter type: %s", who,
				query->data);
	*out = object_bool(false);
	return 0;
}

/* --- ipaddr and its two narrower kin --- */

struct question {
	const char *who;
	const struct text *query;
	unsigned version; /* 4, 6, or 0 for both */
};

static int ask(struct run *run, const struct question *question, struct object object,
		struct object *out)
{
	struct subject subject;
	query_fn *query;
	bool is_valid;

	*out = object_bool(false);
	if (read_subject(run, object, question->version, &subject, &is_valid) < 0)
		return -1;
	if (!is_valid)
		return 0;
	query = address_query_find(question->query);
	if (question->version && subject.network.version != question->version)
		return 0;
	if (query)
		return query(run, &subject, out);
	return other_query(run, question->who, &subject, question->query, out);
}

static bool is_many(struct object object)
{
	return object.kind == OBJECT_LIST || object.kind == OBJECT_TUPLE ||
			(object.kind == OBJECT_ITERATOR && !object.iterator->view_of);
}

/* The answers that are true, of lists within the list as well. */
static int ask_all(struct run *run, const struct question *question, struct object object,
		struct object *out)
{
	struct list *items;
	struct object list, answer;
	bool is_true;

	if (object.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, object);
	if (!is_many(object))
		return ask(run, question, object, out);
	if (run_enter(run) < 0)
		return -1;
	if (object_items(run, object, &items) < 0 || object_list(run, &list) < 0)
		return -1;
	for (size_t i = 0; i < items->count; i++) {
		if (run_charge(run, 1) < 0 ||
				ask_all(run, question, items->items[i], &answer) < 0 ||
				object_truth(run, answer, &is_true) < 0 ||
				(is_true && list_append(run, list.list, answer) < 0))
			return -1;
	}
	run_leave(run);
	*out = list;
	return 0;
}

/* Queries are words; a number may be given as one. */
static int query_text(struct run *run, struct object query, const struct text **out)
{
	struct object text;

	if (!number_is_int(query) || query.kind == OBJECT_BOOL)
		return arg_text(run, query, "", out);
	if (object_to_string(run, query, &text) < 0)
		return -1;
	*out = text.text;
	return 0;
}

static int address_filter(
		struct run *run, const struct call *call, unsigned version, struct object *out)
{
	static const struct param params[] = {{"query"}, {"version"}, {"alias"}};
	struct question question = {.who = call->name, .version = version};
	struct object args[3];
	bool is_set;
	int64_t wanted;

	if (call_bind(run, call, params, version ? 1 : 3, 0, args) < 0 ||
			query_text(run, args[0], &question.query) < 0)
		return -1;
	if (!version) {
		if (arg_bool(run, args[1], false, &is_set) < 0 ||
				(is_set && arg_int(run, args[1], 0, &wanted) < 0))
			return -1;
		question.version = is_set ? (unsigned)wanted : 0;
	}
	return ask_all(run, &question, call->self, out);
}

int filter_ipaddr(struct run *run, const struct call *call, struct object *out)
{
	return address_filter(run, call, 0, out);
}

int filter_ipv4(struct run *run, const struct call *call, struct object *out)
{
	return address_filter(run, call, 4, out);
}

int filter_ipv6(struct run *run, const struct call *call, struct object *out)
{
	return address_filter(run, call, 6, out);
}

/* --- ipwrap --- */

static int wrap(struct run *run, struct object object, struct object *out)
{
	static const struct text word = {"wrap", 4, 4};
	const struct question question = {.who = "ipwrap", .query = &word};
	bool is_true;

	if (ask(run, &question, object, out) < 0 || object_truth(run, *out, &is_true) < 0)
		return -1;
	if (!is_true)
		*out = object;
	return 0;
}

int filter_ipwrap(struct run *run, const struct call *call, struct object *out)
{
	static const struct text nothing = {"", 0, 0};
	const struct question plain = {.who = "ipwrap", .query = &nothing};
	struct object list, item;
	struct list *items;
	bool is_true;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	if (!is_many(call->self)) {
		/* Unlike the items of a list, it is put into its usual form first. */
		if (ask(run, &plain, call->self, &item) < 0 ||
				object_truth(run, item, &is_true) < 0)
			return -1;
		return wrap(run, is_true ? item : call->self, out);
	}
	if (object_items(run, call->self, &items) < 0 || object_list(run, &list) < 0)
		return -1;
	for (size_t i = 0; i < items->count; i++) {
		if (run_charge(run, 1) < 0 || wrap(run, items->items[i], &item) < 0 ||
				list_append(run, list.list, item) < 0)
			return -1;
	}
	*out = list;
	return 0;
}

/* --- ipsubnet --- */

static int number_text(struct run *run, u128 value, struct object *out)
{
	char digits[NETWORK_TEXT_SIZE];

	network_format_number(value, digits);
	return object_string_z(run, digits, out);
}

/* Of a network: how many subnets of PREFIX it has, or the one at INDEX. */
static int subnet_of_network(struct run *run, const struct network *network, unsigned prefix,
		const int64_t *index, struct object *out)
{
	unsigned bits, width = network_width(network);
	u128 count, place;

	*out = object_bool(false);
	if (prefix < network->prefix) {
		if (!index)
			return run_fail(run, FAULT_RUNTIME,
					"Requested subnet size of %u is invalid", prefix);
		/* The first of a part of a subnet: so Ansible answers, whatever it means. */
		return *index == 0 ? address_text(run, network->version, network->value,
						     (int)prefix, out)
				   : 0;
	}
	bits = prefix - network->prefix;
	if (bits == 128)
		return run_fail(run, FAULT_RUNTIME, "ipsubnet: more than 128 bits");
	count = (u128)1 << bits;
	if (!index)
		return number_text(run, count, out);
	place = *index < 0 ? (u128) - (*index + 1) : (u128)*index;
	if (place >= count)
		return 0;
	if (*index < 0)
		place = count - 1 - place;
	return address_text(run, network->version,
			network->value + (prefix == 0 ? 0 : place << (width - prefix)), (int)prefix,
			out);
}

/* Of an address: the supernets from PREFIX on, which get smaller, by INDEX. */
static int supernet_of_address(struct run *run, const struct network *network, unsigned prefix,
		int64_t index, struct object *out)
{
	struct network super = *network;
	int64_t width = network_width(network), count = width - prefix;

	*out = object_bool(false);
	if (index > width + 1 - index || index < (int64_t)prefix - width)
		return 0;
	if (index < -count || index >= count)
		return run_fail(run, FAULT_RUNTIME, "ipsubnet: list index out of range");
	super.prefix = (unsigned)((int64_t)prefix + (index < 0 ? index + count : index));
	return address_text(run, super.version, network_first(&super), (int)super.prefix, out);
}

/* Which of the subnets of OUTER, counted from 1, NETWORK is. */
static int rank_in(struct run *run, const struct network *network, const struct network *outer,
		struct object *out)
{
	unsigned width = network_width(network);
	u128 place;

	if (!network_contains(outer, network))
		return run_fail(run, FAULT_RUNTIME, "ipsubnet: it is not in that subnet");
	place = network->value & network_hostmask(outer);
	place = network->prefix == 0 ? 0 : place >> (width - network->prefix);
	return number_text(run, place + 1, out);
}

static int ask_subnet(struct run *run, struct subject *subject, const struct text *query,
		const int64_t *index, struct object *out)
{
	struct network *network = &subject->network, outer;
	bool has_prefix, is_address;
	u128 prefix;

	network->value = network_first(network);
	if (query->len == 0)
		return address_text(
				run, network->version, network->value, (int)network->prefix, out);
	if (!network_parse_number(query->data, query->len, &prefix)) {
		if (!network_parse(query->data, query->len, &outer, &has_prefix))
			return run_fail(run, FAULT_RUNTIME,
					"You must pass a valid subnet or IP address; %s is invalid",
					query->data);
		return rank_in(run, network, &outer, out);
	}
	*out = object_bool(false);
	if (prefix > network_width(network))
		return 0;
	is_address = network->prefix == network_width(network);
	if (is_address)
		return supernet_of_address(run, network, (unsigned)prefix, index ? *index : 0, out);
	return subnet_of_network(run, network, (unsigned)prefix, index, out);
}

int filter_ipsubnet(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"query"}, {"index"}};
	struct subject subject;
	const struct text *query;
	struct object args[2];
	bool is_valid, is_too_large = false, has_index;
	int64_t index = 0;

	if (call_bind(run, call, params, 2, 0, args) < 0 || query_text(run, args[0], &query) < 0 ||
			read_subject(run, call->self, 0, &subject, &is_valid) < 0)
		return -1;
	has_index = !is_absent(args[1]) && args[1].kind != OBJECT_NONE;
	if (has_index && args[1].kind == OBJECT_STRING &&
			!number_parse_int(args[1].text, 10, &index, &is_too_large))
		is_too_large = true;
	if (is_too_large)
		return run_fail(run, FAULT_RUNTIME, "ipsubnet: the index is no number");
	if (has_index && args[1].kind != OBJECT_STRING && arg_int(run, args[1], 0, &index) < 0)
		return -1;
	*out = object_bool(false);
	if (!is_valid)
		return call->self.kind == OBJECT_UNDEFINED ? object_undefined_fail(run, call->self)
							   : 0;
	return ask_subnet(run, &subject, query, has_index ? &index : NULL, out);
}
