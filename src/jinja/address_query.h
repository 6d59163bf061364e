/*
 * address_query: what `ipaddr` can be asked about an address or network.
 *
 * For filters_address.c only.
 */
#ifndef JINJA_ADDRESS_QUERY_H
#define JINJA_ADDRESS_QUERY_H

#include "src/jinja/network.h"
#include "src/jinja/object.h"

struct subject {
	struct network network;
	bool is_address;     /* it was written without a prefix */
	struct object value; /* as it was written, or what numbers stand for */
};

/* Answers of Ansible's are text, a number, True, False or, often, None. */
typedef int query_fn(struct run *run, const struct subject *subject, struct object *out);

/* NULL if no query is called so. */
query_fn *address_query_find(const struct text *name);

/* "ADDRESS/PREFIX", or "ADDRESS" with PREFIX -1. */
int address_text(struct run *run, unsigned version, u128 value, int prefix, struct object *out);

#endif
