/*
 * fingerprint: a number for what a value says, the same in every process and on every machine.
 *
 * It covers kinds, contents and the order of keys; not origins. For caches: values that value_equal()
 * tells apart have different numbers, but for one chance in 2^64; below 1,000 levels nothing is told
 * apart.
 *
 * Lists and maps remember their number, so that a subtree which many ask about is walked once. Hence:
 * ask when the value is complete (value_append() and value_set() assert it), and from one thread.
 */
#ifndef VALUE_FINGERPRINT_H
#define VALUE_FINGERPRINT_H

#include <stdint.h>

struct value;

/* Never 0. NULL (there is no such value) has a number of its own. */
uint64_t value_fingerprint(const struct value *value);

#endif
