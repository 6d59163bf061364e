#include "src/jinja/character.h"

#include <stddef.h>

#include <utf8proc.h>

struct range {
	uint32_t first, last;
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool is_within(uint32_t code, const struct range *ranges, size_t count)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (code > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && code >= ranges[low].first;
}

static utf8proc_category_t category(uint32_t code)
{
	return utf8proc_category((utf8proc_int32_t)code);
}

bool character_is_space(uint32_t code)
{
	if (code < 0x80)
		return code == ' ' || (code >= 0x09 && code <= 0x0d) ||
				(code >= 0x1c && code <= 0x1f);
	return code == 0x85 || code == 0xa0 || code == 0x1680 ||
			(code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
			code == 0x202f || code == 0x205f || code == 0x3000;
}

bool character_is_line_break(uint32_t code)
{
	return (code >= 0x0a && code <= 0x0d) || (code >= 0x1c && code <= 0x1e) || code == 0x85 ||
			code == 0x2028 || code == 0x2029;
}

bool character_is_alpha(uint32_t code)
{
	switch (category(code)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
		return true;
	default:
		return false;
	}
}

bool character_is_decimal(uint32_t code)
{
	if (code < 0x80)
		return code >= '0' && code <= '9';
	return category(code) == UTF8PROC_CATEGORY_ND;
}

bool character_is_digit(uint32_t code)
{
	/* Numeric_Type=Digit of UnicodeData.txt */
	static const struct range digits[] = {
			{0xb2, 0xb3},
			{0xb9, 0xb9},
			{0x1369, 0x1371},
			{0x19da, 0x19da},
			{0x2070, 0x2070},
			{0x2074, 0x2079},
			{0x2080, 0x2089},
			{0x2460, 0x2468},
			{0x2474, 0x247c},
			{0x2488, 0x2490},
			{0x24ea, 0x24ea},
			{0x24f5, 0x24fd},
			{0x24ff, 0x24ff},
			{0x2776, 0x277e},
			{0x2780, 0x2788},
			{0x278a, 0x2792},
			{0x10a40, 0x10a43},
			{0x10e60, 0x10e68},
			{0x11052, 0x1105a},
			{0x1f100, 0x1f10a},
	};

	return character_is_decimal(code) || is_within(code, digits, COUNT(digits));
}

bool character_is_number(uint32_t code)
{
	switch (category(code)) {
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return true;
	default:
		return false;
	}
}

bool character_is_lower(uint32_t code)
{
	/* Other_Lowercase of PropList.txt */
	static const struct range others[] = {
			{0xaa, 0xaa},
			{0xba, 0xba},
			{0x2b0, 0x2b8},
			{0x2c0, 0x2c1},
			{0x2e0, 0x2e4},
			{0x345, 0x345},
			{0x37a, 0x37a},
			{0x1d2c, 0x1d6a},
			{0x1d78, 0x1d78},
			{0x1d9b, 0x1dbf},
			{0x2071, 0x2071},
			{0x207f, 0x207f},
			{0x2090, 0x209c},
			{0x2170, 0x217f},
			{0x24d0, 0x24e9},
			{0x2c7c, 0x2c7d},
			{0xa69c, 0xa69d},
			{0xa770, 0xa770},
			{0xa7f8, 0xa7f9},
			{0xab5c, 0xab5f},
			{0x10780, 0x10780},
			{0x10783, 0x10785},
			{0x10787, 0x107b0},
			{0x107b2, 0x107ba},
	};

	if (code < 0x80)
		return code >= 'a' && code <= 'z';
	return category(code) == UTF8PROC_CATEGORY_LL || is_within(code, others, COUNT(others));
}

bool character_is_upper(uint32_t code)
{
	/* Other_Uppercase of PropList.txt */
	static const struct range others[] = {
			{0x2160, 0x216f},
			{0x24b6, 0x24cf},
			{0x1f130, 0x1f149},
			{0x1f150, 0x1f169},
			{0x1f170, 0x1f189},
	};

	if (code < 0x80)
		return code >= 'A' && code <= 'Z';
	return category(code) == UTF8PROC_CATEGORY_LU || is_within(code, others, COUNT(others));
}

bool character_is_title(uint32_t code)
{
	return category(code) == UTF8PROC_CATEGORY_LT;
}

bool character_is_cased(uint32_t code)
{
	return character_is_lower(code) || character_is_upper(code) || character_is_title(code);
}

bool character_is_case_ignorable(uint32_t code)
{
	/* Word_Break MidLetter, MidNumLet and Single_Quote of WordBreakProperty.txt */
	static const struct range others[] = {
			{0x27, 0x27},
			{0x2e, 0x2e},
			{0x3a, 0x3a},
			{0xb7, 0xb7},
			{0x387, 0x387},
			{0x55f, 0x55f},
			{0x5f4, 0x5f4},
			{0x2018, 0x2019},
			{0x2024, 0x2024},
			{0x2027, 0x2027},
			{0xfe13, 0xfe13},
			{0xfe52, 0xfe52},
			{0xfe55, 0xfe55},
			{0xff07, 0xff07},
			{0xff0e, 0xff0e},
			{0xff1a, 0xff1a},
	};

	switch (category(code)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_SK:
		return true;
	default:
		return is_within(code, others, COUNT(others));
	}
}

bool character_is_printable(uint32_t code)
{
	if (code < 0x7f)
		return code >= ' ';
	switch (category(code)) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
	case UTF8PROC_CATEGORY_ZS:
		return false;
	default:
		return true;
	}
}
