#include "src/base/oid.h"

#include <errno.h>
#include <string.h>

#define SHA1_SIZE 20

bool oid_equal(const struct oid *a, const struct oid *b)
{
	return memcmp(a->bytes, b->bytes, OID_SIZE) == 0;
}

bool oid_is_zero(const struct oid *oid)
{
	static const struct oid zero;

	return oid_equal(oid, &zero);
}

void oid_format(const struct oid *oid, char hex[static OID_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	int i;

	for (i = 0; i < SHA1_SIZE; i++) {
		hex[2 * i] = digits[oid->bytes[i] >> 4];
		hex[2 * i + 1] = digits[oid->bytes[i] & 15];
	}
	hex[2 * SHA1_SIZE] = '\0';
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int oid_parse(const char *hex, struct oid *out)
{
	struct oid oid = {0};
	int i, digit;

	for (i = 0; i < 2 * SHA1_SIZE; i++) {
		digit = digit_value(hex[i]);
		if (digit < 0)
			return -EINVAL;
		oid.bytes[i / 2] = (uint8_t)(oid.bytes[i / 2] << 4 | digit);
	}
	if (hex[2 * SHA1_SIZE] != '\0')
		return -EINVAL;
	*out = oid;
	return 0;
}
