/*
 * oid: a Git object id. SHA-1 only for now; the room for SHA-256 is reserved so that no format on
 * disk has to change for it.
 */
#ifndef BASE_OID_H
#define BASE_OID_H

#include <stdbool.h>
#include <stdint.h>

#define OID_SIZE     32 /* bytes reserved; SHA-1 uses the first 20, the rest is zero */
#define OID_HEX_SIZE 41 /* 40 digits and NUL */

struct oid {
	uint8_t bytes[OID_SIZE];
};

bool oid_equal(const struct oid *a, const struct oid *b);
bool oid_is_zero(const struct oid *oid);
void oid_format(const struct oid *oid, char hex[static OID_HEX_SIZE]);

/* Exactly 40 hexadecimal digits; 0 or -EINVAL. */
int oid_parse(const char *hex, struct oid *out);

#endif
