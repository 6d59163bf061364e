/*
 * character: what Python's str methods ask about a code point. The properties are Unicode's, by
 * utf8proc; what that library does not know is in small tables of ranges.
 */
#ifndef JINJA_CHARACTER_H
#define JINJA_CHARACTER_H

#include <stdbool.h>
#include <stdint.h>

bool character_is_space(uint32_t code);	     /* str.isspace(), what strip() and split() take off */
bool character_is_line_break(uint32_t code); /* str.splitlines(); \r\n is one break of two */
bool character_is_alpha(uint32_t code);
bool character_is_decimal(uint32_t code);
bool character_is_digit(uint32_t code);	 /* decimals, superscripts, digits in circles ... */
bool character_is_number(uint32_t code); /* anything of category N */
bool character_is_lower(uint32_t code);
bool character_is_upper(uint32_t code);
bool character_is_title(uint32_t code);
bool character_is_cased(uint32_t code);
bool character_is_case_ignorable(uint32_t code);
bool character_is_printable(uint32_t code);

#endif
