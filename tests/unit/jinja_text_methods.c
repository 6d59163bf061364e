#include "tests/unit/jinja_cases.h"

static void cases(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ su.upper() }}", "GRÜSSE Ǆ FI ΑΣ İ ΣΑ"},
			{"{{ su.lower() }}", "grüße ǆ ﬁ ας i̇ σα"},
			{"{{ su.title() }}", "Grüße ǅ Fi Ας İ Σα"},
			{"{{ su.capitalize() }}", "Grüße ǆ ﬁ ας i̇ σα"},
			{"{{ su.swapcase() }}", "gRÜSSE ǅ FI ας i̇ σα"},
			{"{{ su.casefold() }}", "grüsse ǆ fi ασ i̇ σα"},
			{"{{ s.upper() }}", "HELLO WORLD"},
			{"{{ s.lower() }}", "hello world"},
			{"{{ s.title() }}", "Hello World"},
			{"{{ s.capitalize() }}", "Hello world"},
			{"{{ s.swapcase() }}", "HELLO wORLD"},
			{"{{ 'ŉǰﬃßΐᾳᾀ'.upper() }}", "ʼNJ̌FFISSΪ́ΑΙἈΙ"},
			{"{{ 'ŉǰﬃßΐᾳᾀ'.title() }}", "ʼNǰﬃßΐᾳᾀ"},
			{"{{ 'ΑΣ ΑΣ. Σ ΑΣΑ'.lower() }}", "ας ας. σ ασα"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void searches(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ [s.find('o'), s.find('o',5), s.rfind('o'), s.find('zz'), "
			 "s.find('',99), s.find('l',-3,-1), 'äöö'.find('ö'), 'äöö'.rfind('ö')] }}",
					"[4, 7, 7, -1, -1, 9, 1, 2]"},
			{"{{ [s.index('o'), s.rindex('o'), s.count('l'), s.count(''), "
			 "s.count('o',5), 'ää'.count('')] }}",
					"[4, 7, 3, 12, 1, 3]"},
			{"{{ [s.startswith('he'), s.startswith(('x','h')), s.startswith('e',1), "
			 "s.endswith('d'), s.endswith('l',0,-1), s.startswith('',99)] }}",
					"[True, True, True, True, True, False]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void replacements(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ s.replace('o','0') }}", "hell0 W0rld"},
			{"{{ s.replace('l','L',2) }}", "heLLo World"},
			{"{{ 'äb'.replace('','-') }}", "-ä-b-"},
			{"{{ 'ab'.replace('','-',1) }}", "-ab"},
			{"{{ s.removeprefix('he') }}", "llo World"},
			{"{{ s.removesuffix('ld') }}", "hello Wor"},
			{"{{ s.strip('hd') }}", "ello Worl"},
			{"{{ '\\u2003x\\xa0'.strip() }}", "x"},
			{"{{ s.lstrip('he') }}", "llo World"},
			{"{{ s.rstrip('ld ') }}", "hello Wor"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void splits(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ ' a  b '.split() }}", "['a', 'b']"},
			{"{{ ' a  b c '.split(none,1) }}", "['a', 'b c ']"},
			{"{{ ' a  b c '.rsplit(none,1) }}", "[' a  b', 'c']"},
			{"{{ 'a,,b'.split(',') }}", "['a', '', 'b']"},
			{"{{ 'a,b,c'.split(',',1) }}", "['a', 'b,c']"},
			{"{{ 'a,b,c'.rsplit(',',1) }}", "['a,b', 'c']"},
			{"{{ 'a,b'.split(sep=',',maxsplit=0) }}", "['a,b']"},
			{"{{ lines.splitlines() }}", "['one', '', 'two', 'three']"},
			{"{{ lines.splitlines(true) }}", "['one\\n', '\\n', 'two\\r\\n', 'three']"},
			{"{{ 'a\\x0bb\\x1cc\\u2028d\\x85'.splitlines() }}", "['a', 'b', 'c', 'd']"},
			{"{{ s.partition('o') }}", "('hell', 'o', ' World')"},
			{"{{ s.partition('z') }}", "('hello World', '', '')"},
			{"{{ s.rpartition('o') }}", "('hello W', 'o', 'rld')"},
			{"{{ s.rpartition('z') }}", "('', '', 'hello World')"},
			{"{{ '-'.join(['a','b']) }}", "a-b"},
			{"{{ ''.join('xyz') }}", "xyz"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void paddings(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ s.center(16,'*') }}", "**hello World***"},
			{"{{ s.ljust(13)+'|' }}", "hello World  |"},
			{"{{ s.rjust(13,'é') }}", "ééhello World"},
			{"{{ '-5'.zfill(5) }}", "-0005"},
			{"{{ '+'.zfill(3) }}", "+00"},
			{"{{ 'ä'.zfill(3) }}", "00ä"},
			{"{{ 'a\\tb\\tc'.expandtabs(4) }}", "a   b   c"},
			{"{{ 'a\\tb'.expandtabs() }}", "a       b"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void properties(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ ['aä'.isalpha(), 'a1'.isalnum(), '²'.isdigit(), '²'.isdecimal(), "
			 "'٣'.isdecimal(), ''.isalpha(), ' \\x1f'.isspace(), 'Ab Cd'.istitle(), "
			 "'ab'.islower(), 'AB1'.isupper(), 'a\\n'.isprintable(), ''.isprintable(), "
			 "'ä'.isascii()] }}",
					"[True, True, True, False, True, False, True, True, True, "
					"True, False, True, False]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void markup_stays_markup(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ [('<'|e).upper(), ('a'|safe).replace('a','<'), "
			 "('a,b'|safe).split(','), (','|safe).join(['<','b']), "
			 "('{}'|safe).format('<'), ('a'|safe).removeprefix('x')] }}",
					"[Markup('&LT;'), Markup('&lt;'), [Markup('a'), "
					"Markup('b')], Markup('&lt;,b'), Markup('&lt;'), 'a']"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void failures(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ s.index('z') }}", "substring not found"},
			{"{{ s.split('') }}", "empty separator"},
			{"{{ s.join([1]) }}", "expected str instance, int found"},
			{"{{ s.center(5,'ab') }}", "exactly one"},
			{"{{ s.nosuch() }}", "no attribute 'nosuch'"},
			{"{{ s.upper(1) }}", "arguments"},
			{"{{ s.replace('a') }}", "arguments"},
			{"{{ s.replace(old='a',new='b') }}", "keyword"},
			{"{{ s.encode() }}", "bytes"},
			{"{{ s.upper ~ '' }}", "call it, upper()"},
			{"{{ s.zfill(10**9) }}", "longer than"},
			{"{{ s.ljust(10**12) }}", "longer than"},
			{"{{ '\\t'.expandtabs(10**12) }}", "longer than"},
	};

	(void)state;
	CASES_FAIL(cases, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(cases),
			cmocka_unit_test(searches),
			cmocka_unit_test(replacements),
			cmocka_unit_test(splits),
			cmocka_unit_test(paddings),
			cmocka_unit_test(properties),
			cmocka_unit_test(markup_stays_markup),
			cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
