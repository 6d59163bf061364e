/*
 * yaml11: what a plain scalar means to YAML 1.1, as PyYAML's SafeLoader reads it.
 *
 * Our own files are 1.2 (schema.h). This is for warnings about what older readers make of them, for
 * writing what those read back, and for templates that call `from_yaml`.
 * Source: yaml.org/type, narrowed to the expressions of PyYAML's resolver.
 */
#ifndef VALUE_YAML11_H
#define VALUE_YAML11_H

#include <stddef.h>

struct value;

enum yaml11_kind {
	YAML11_STRING,
	YAML11_NULL,
	YAML11_BOOL,
	YAML11_INT, /* decimal, 0b101, 0x1f; 1_000 */
	YAML11_OCTAL,
	YAML11_BASE60, /* 12:30 */
	YAML11_BASE60_FLOAT,
	YAML11_FLOAT,
	YAML11_DATE,
	YAML11_MERGE,	/* << */
	YAML11_DEFAULT, /* = */
};

enum yaml11_kind yaml11_resolve(const char *text, size_t len);

/*
 * Read TEXT (LEN bytes, NUL-terminated) into the kind and, unless it is a string, the data of OUT. A
 * date stays the string that it is written as, and so do `<<` and `=`. 0, -ERANGE with the kind set:
 * an integer beyond int64; -EINVAL: digits are missing, as in `0x_`.
 */
int yaml11_read(const char *text, size_t len, struct value *out);

#endif
