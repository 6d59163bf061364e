#include "src/value/pattern_flags.h"

#include <string.h>

#include "src/value/pattern_cursor.h"

unsigned pattern_flag(uint32_t letter)
{
	static const char letters[] = "imsxauL";
	static const unsigned flags[] = {PATTERN_IGNORECASE, PATTERN_MULTILINE, PATTERN_DOTALL,
			PATTERN_VERBOSE, PATTERN_ASCII, PATTERN_UNICODE, PATTERN_LOCALE};
	const char *found = letter < 0x80 && letter ? strchr(letters, (int)letter) : NULL;

	return found ? flags[found - letters] : 0;
}

/* One letter of "(?i-m:": its flag, or what Python says of it. */
static int read_flag(struct cursor *cursor, unsigned *flags, const char *expected)
{
	uint32_t letter = cursor_peek(cursor);
	unsigned flag = pattern_flag(letter);

	if (flag == 0)
		return cursor_fail(cursor, cursor->at, "%s",
				cursor_is_letter(letter) ? "unknown flag" : expected);
	(void)cursor_next(cursor);
	if (flag & PATTERN_LOCALE)
		return cursor_fail(cursor, cursor->at,
				"bad inline flags: cannot use 'L' flag with a str pattern");
	*flags |= flag;
	if ((flag & PATTERN_TYPES) && (*flags & PATTERN_TYPES) != flag)
		return cursor_fail(cursor, cursor->at,
				"bad inline flags: flags 'a', 'u' and 'L' are incompatible");
	return 0;
}

int pattern_read_flags(struct cursor *cursor, unsigned *on, unsigned *off, bool *is_global)
{
	int rc;

	*on = *off = 0;
	*is_global = false;
	for (;;) {
		uint32_t c = cursor_peek(cursor);

		if (c == '-' || c == ':' || c == ')')
			break;
		rc = read_flag(cursor, on, "missing -, : or )");
		if (rc < 0)
			return rc;
	}
	if (cursor_match(cursor, ')')) {
		*is_global = true;
		return 0;
	}
	if (cursor_match(cursor, ':'))
		return 0;
	cursor->at++;
	do
		rc = read_flag(cursor, off, *off ? "missing :" : "missing flag");
	while (rc == 0 && !cursor_match(cursor, ':'));
	if (rc < 0)
		return rc;
	if (*off & PATTERN_TYPES)
		return cursor_fail(cursor, cursor->at,
				"bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
	if (*on & *off)
		return cursor_fail(cursor, cursor->at, "bad inline flags: flag turned on and off");
	return 0;
}
