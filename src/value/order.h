/*
 * order: values sorted as Python sorts them.
 *
 * Strings go by code point, null, booleans, integers and floats... do not all compare: Python raises
 * TypeError for `1 < 'a'`, and so does this.
 */
#ifndef VALUE_ORDER_H
#define VALUE_ORDER_H

struct value;
struct value_pair;

/* Less than, equal to or more than 0, exactly; both are numbers or booleans. NaN equals everything. */
int order_numbers(const struct value *a, const struct value *b);

/*
 * The pairs of MAP by their keys: *OUT is an array of as many pointers as MAP has pairs, the caller's to
 * free (NULL for an empty map). 0, -EINVAL (keys that do not compare with each other) or -ENOMEM.
 */
int order_pairs(const struct value *map, const struct value_pair ***out);

/* The same, in the order in which MAP has them. */
int order_none(const struct value *map, const struct value_pair ***out);

#endif
