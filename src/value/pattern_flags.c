#include "src/value/pattern_flags.h"

#include <string.h>

#include "src/value/pattern_scan.h"

unsigned pattern_flag(uint32_t letter)
{
	static const char letters[] = "imsxauL";
	static const unsigned flags[] = {PATTERN_IGNORECASE, PATTERN_MULTILINE, PATTERN_DOTALL,
			PATTERN_VERBOSE, PATTERN_ASCII, PATTERN_UNICODE, PATTERN_LOCALE};
	const char *found = letter < 0x80 && letter ? strchr(letters, (int)letter) : NULL;

	return found ? flags[found - letters] : 0;
}

/* One letter of "(?i-m:": its flag, or what Python says of it. */
static int read_flag(struct scan *scan, unsigned *flags, const char *expected)
{
	uint32_t letter = scan_peek(scan);
	unsigned flag = pattern_flag(letter);

	if (flag == 0)
		return scan_fail(scan, scan->at, "%s",
				scan_is_letter(letter) ? "unknown flag" : expected);
	(void)scan_next(scan);
	if (flag & PATTERN_LOCALE)
		return scan_fail(scan, scan->at,
				"bad inline flags: cannot use 'L' flag with a str pattern");
	*flags |= flag;
	if ((flag & PATTERN_TYPES) && (*flags & PATTERN_TYPES) != flag)
		return scan_fail(scan, scan->at,
				"bad inline flags: flags 'a', 'u' and 'L' are incompatible");
	return 0;
}

int pattern_read_flags(struct scan *scan, unsigned *on, unsigned *off, bool *is_global)
{
	int rc;

	*on = *off = 0;
	*is_global = false;
	for (;;) {
		uint32_t c = scan_peek(scan);

		if (c == '-' || c == ':' || c == ')')
			break;
		rc = read_flag(scan, on, "missing -, : or )");
		if (rc < 0)
			return rc;
	}
	if (scan_match(scan, ')')) {
		*is_global = true;
		return 0;
	}
	if (scan_match(scan, ':'))
		return 0;
	scan->at++;
	do
		rc = read_flag(scan, off, *off ? "missing :" : "missing flag");
	while (rc == 0 && !scan_match(scan, ':'));
	if (rc < 0)
		return rc;
	if (*off & PATTERN_TYPES)
		return scan_fail(scan, scan->at,
				"bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
	if (*on & *off)
		return scan_fail(scan, scan->at, "bad inline flags: flag turned on and off");
	return 0;
}
