/*
 * str: questions about strings that libc does not answer. Nothing here allocates, except where
 * said.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool str_has_prefix(const char *str, const char *prefix);
bool str_has_suffix(const char *str, const char *suffix);

/* Decimal digits only, the whole string. 0 or -EINVAL, -ERANGE. */
int str_to_u64(const char *str, uint64_t *out);

/* A duration: digits and one of ms s m h d ("90s", "2h"); "0" may stand alone. 0, -EINVAL or
 * -ERANGE. */
int str_to_duration(const char *str, uint64_t *ms);

/* A size: digits and an optional B, KiB, MiB, GiB. 0, -EINVAL or -ERANGE. */
int str_to_size(const char *str, uint64_t *bytes);

/*
 * The entry of WORDS (NULL-terminated) nearest to WORD for "did you mean", or NULL if none is near:
 * Damerau-Levenshtein distance of at most 1 + a quarter of its length.
 */
const char *str_suggest(const char *word, const char *const *words);

/* Valid UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool str_is_utf8(const char *data, size_t len);

/*
 * The code point at *P (before END), and *P behind it. Bytes that are no UTF-8 count as the control
 * character 0, one by one.
 */
uint32_t str_next_code(const char **p, const char *end);

/* Copy into a fixed array, cut at its end on a UTF-8 boundary, always NUL-terminated. */
void str_copy(char *dst, size_t dst_size, const char *src);

#endif
