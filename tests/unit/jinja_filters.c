#include "tests/unit/jinja_cases.h"

static void defaults(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ zz|default('x') }}", "x"},
			{"{{ ''|default('x') }}", ""},
			{"{{ ''|d('x', true) }}", "x"},
			{"{{ none|default('x') }}", "None"},
			{"{{ zz|d is string }}", "True"},
			{"{{ d.zz|default(1) }}", "1"},
			{"{{ 5|default(zz) }}", "5"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void lengths(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ l|length }}", "3"},
			{"{{ s|count }}", "11"},
			{"{{ {}|length }}", "0"},
			{"{{ range(9)|length }}", "9"},
			{"{{ d.items()|length }}", "4"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void attributes_but_no_keys(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ d|attr('A') is defined }}", "False"},
			{"{{ d|attr('items') is callable }}", "True"},
			{"{{ d|attr('zz')|default('-') }}", "-"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void sequences(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ l|first }}", "3"},
			{"{{ l|last }}", "2"},
			{"{{ s|first }}", "h"},
			{"{{ []|first|default('-') }}", "-"},
			{"{{ []|last|default('-') }}", "-"},
			{"{{ 'äö'|last }}", "ö"},
			{"{{ l|reverse|list }}", "[2, 1, 3]"},
			{"{{ s|reverse }}", "dlroW olleh"},
			{"{{ range(3)|reverse|list }}", "[2, 1, 0]"},
			{"{{ l|map('string')|reverse }}", "['2', '1', '3']"},
			{"{{ l|join }}", "312"},
			{"{{ l|join('-') }}", "3-1-2"},
			{"{{ ld|join(',', attribute='n') }}", "b,A,a"},
			{"{{ [1,none,'x']|join(1) }}", "11None1x"},
			{"{{ l|sum }}", "6"},
			{"{{ ld|sum('v') }}", "6"},
			{"{{ [[1],[2]]|sum(start=[]) }}", "[1, 2]"},
			{"{{ ld|sum(attribute='v', start=0.5) }}", "6.5"},
			{"{{ 'äb'|list }}", "['ä', 'b']"},
			{"{{ d|list }}", "['b', 'A', 'c', 'items']"},
			{"{{ d|items|list }}", "[('b', 1), ('A', 2), ('c', [1, 2]), ('items', 9)]"},
			{"{{ zz|items|list }}", "[]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void batches_and_slices(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ range(7)|batch(3)|list }}", "[[0, 1, 2], [3, 4, 5], [6]]"},
			{"{{ range(7)|batch(3, '-')|list }}",
					"[[0, 1, 2], [3, 4, 5], [6, '-', '-']]"},
			{"{{ l|batch(0)|list }}", "[[], [3, 1, 2]]"},
			{"{{ range(7)|slice(3)|list }}", "[[0, 1, 2], [3, 4], [5, 6]]"},
			{"{{ range(7)|slice(3, 'x')|list }}",
					"[[0, 1, 2], [3, 4, 'x'], [5, 6, 'x']]"},
			{"{{ []|slice(2)|list }}", "[[], []]"},
			{"{{ []|batch(2,1)|list }}", "[]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void orders(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ ls|sort }}", "['A', 'a', 'b', 'B', 'c']"},
			{"{{ ls|sort(true) }}", "['c', 'b', 'B', 'A', 'a']"},
			{"{{ ls|sort(case_sensitive=true) }}", "['A', 'B', 'a', 'b', 'c']"},
			{"{{ ld|sort(attribute='n')|map(attribute='v')|list }}", "[1, 3, 2]"},
			{"{{ ld|sort(attribute='n,v', reverse=true)|map(attribute='v')|list }}",
					"[2, 3, 1]"},
			{"{{ [none,none]|sort }}", "[None, None]"},
			{"{{ [2,1.5,true]|sort }}", "[True, 1.5, 2]"},
			{"{{ [[2,'a'],[1,'b']]|sort(attribute=0) }}", "[[1, 'b'], [2, 'a']]"},
			{"{{ [[2,'b'],[1,'a']]|sort(attribute='1') }}", "[[1, 'a'], [2, 'b']]"},
			{"{{ ls|unique|list }}", "['b', 'A', 'c']"},
			{"{{ ls|unique(true)|list }}", "['b', 'A', 'c', 'a', 'B']"},
			{"{{ [1,1.0,true,'1']|unique|list }}", "[1, '1']"},
			{"{{ ld|unique(attribute='v')|list|length }}", "3"},
			{"{{ ls|min }}", "A"},
			{"{{ ls|max }}", "c"},
			{"{{ ls|max(true) }}", "c"},
			{"{{ ld|min(attribute='v') }}", "{'n': 'A', 'v': 1, 't': {'k': 'y'}}"},
			{"{{ []|min|default('-') }}", "-"},
			{"{{ d|dictsort }}", "[('A', 2), ('b', 1), ('c', [1, 2]), ('items', 9)]"},
			{"{{ d|dictsort(true) }}",
					"[('A', 2), ('b', 1), ('c', [1, 2]), ('items', 9)]"},
			{"{{ {'a':2,'b':1}|dictsort(by='value') }}", "[('b', 1), ('a', 2)]"},
			{"{{ {'a':2,'b':1}|dictsort(reverse=true) }}", "[('b', 1), ('a', 2)]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void groups(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ ld|groupby('n')|map('first')|list }}", "['A', 'b']"},
			{"{{ ld|groupby('n', case_sensitive=true)|map(attribute='grouper')|list }}",
					"['A', 'a', 'b']"},
			{"{% for g in ld|groupby('n') %}{{ g.grouper }}={{ "
			 "g.list|map(attribute='v')|join('+') }};{% endfor %}",
					"A=1+3;b=2;"},
			{"{% for k, g in ld|groupby('t.k', default='-') %}{{ k }}:{{ g|length }} "
			 "{% endfor %}",
					"-:1 x:1 y:1 "},
			{"{{ ld|groupby('v')|first|length }}", "2"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void picks(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ l|map('string')|list }}", "['3', '1', '2']"},
			{"{{ ls|map('replace','a','o')|list }}", "['b', 'A', 'c', 'o', 'B']"},
			{"{{ ld|map(attribute='t.k', default='-')|list }}", "['x', 'y', '-']"},
			{"{{ ld|map(attribute='n')|map('upper')|join }}", "BAA"},
			{"{{ [[1,2],[3]]|map('sum')|list }}", "[3, 3]"},
			{"{{ l|select('odd')|list }}", "[3, 1]"},
			{"{{ [0,1,'',none]|select|list }}", "[1]"},
			{"{{ [0,1,'',none]|reject|list }}", "[0, '', None]"},
			{"{{ l|select('gt',1)|list }}", "[3, 2]"},
			{"{{ l|reject('in',[1,2])|list }}", "[3]"},
			{"{{ ld|selectattr('t')|list|length }}", "2"},
			{"{{ ld|selectattr('t','undefined')|map(attribute='n')|list }}", "['a']"},
			{"{{ ld|rejectattr('v','eq',1)|map(attribute='n')|list }}", "['b', 'a']"},
			{"{{ ld|selectattr('n','equalto','b')|list|length }}", "1"},
			{"{{ zz|map('nosuch')|list }}", "[]"},
			{"{{ ''|select('nosuch')|list }}", "[]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void numbers(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ 'inf'|float|int(7) }}", "7"},
			{"{{ -5|abs }}", "5"},
			{"{{ (-2.5)|abs }}", "2.5"},
			{"{{ true|abs }}", "1"},
			{"{{ '42'|int }}", "42"},
			{"{{ '42.9'|int }}", "42"},
			{"{{ ' -1_0 '|int }}", "-10"},
			{"{{ 'x'|int }}", "0"},
			{"{{ 'x'|int(7) }}", "7"},
			{"{{ 'x'|int('none') }}", "none"},
			{"{{ '0x1f'|int(0,16) }}", "31"},
			{"{{ '1f'|int(base=16) }}", "31"},
			{"{{ '0o17'|int(0,8) }}", "15"},
			{"{{ '0b11'|int(0,2) }}", "3"},
			{"{{ '0x1f'|int(0,0) }}", "31"},
			{"{{ '٣'|int }}", "3"},
			{"{{ 3.99|int }}", "3"},
			{"{{ none|int(5) }}", "5"},
			{"{{ []|int }}", "0"},
			{"{{ '12'|int(0,1) }}", "12"},
			{"{{ '1e3'|int }}", "1000"},
			{"{{ '3.5'|float }}", "3.5"},
			{"{{ ' 1_0.5e1 '|float }}", "105.0"},
			{"{{ 'inf'|float }}", "inf"},
			{"{{ 'x'|float }}", "0.0"},
			{"{{ 'x'|float(none) }}", "None"},
			{"{{ 5|float }}", "5.0"},
			{"{{ 2.5|round }}", "2.0"},
			{"{{ 3.5|round }}", "4.0"},
			{"{{ -2.5|round }}", "-2.0"},
			{"{{ 2.675|round(2) }}", "2.67"},
			{"{{ 5|round }}", "5"},
			{"{{ 15|round(-1) }}", "20"},
			{"{{ 25|round(-1) }}", "20"},
			{"{{ 1234.5|round(-2) }}", "1200.0"},
			{"{{ 2.1|round(0,'ceil') }}", "3.0"},
			{"{{ 2.19|round(1,'floor') }}", "2.1"},
			{"{{ -2.1|round(method='ceil') }}", "-2.0"},
			{"{{ 5|round(1,'ceil') }}", "5.0"},
			{"{{ 2.5|round(none) }}", "2"},
			{"{{ 1e300|round(2) }}", "1e+300"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void sizes(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ 0|filesizeformat }}", "0 Bytes"},
			{"{{ 1|filesizeformat }}", "1 Byte"},
			{"{{ 999|filesizeformat }}", "999 Bytes"},
			{"{{ 1000|filesizeformat }}", "1.0 kB"},
			{"{{ 1024|filesizeformat(true) }}", "1.0 KiB"},
			{"{{ 123456789|filesizeformat }}", "123.5 MB"},
			{"{{ '1e30'|filesizeformat }}", "1000000.0 YB"},
			{"{{ 1e30|filesizeformat(true) }}", "827180.6 YiB"},
			{"{{ -5|filesizeformat }}", "-5 Bytes"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void texts(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ s|capitalize }}", "Hello world"},
			{"{{ su|upper }}", "GRÜSSE Ǆ FI ΑΣ İ ΣΑ"},
			{"{{ su|lower }}", "grüße ǆ ﬁ ας i̇ σα"},
			{"{{ su|title }}", "Grüße Ǆ FI Ασ İ Σα"},
			{"{{ 'a-b (c) <d> [e{f'|title }}", "A-B (C) <D> [E{F"},
			{"{{ \"it's o'clock\"|title }}", "It's O'clock"},
			{"{{ s|center(15) }}", "  hello World  "},
			{"{{ s|center(16)|replace(' ','.') }}", "..hello.World..."},
			{"{{ lines|indent }}", "one\n\n    two\n    three"},
			{"{{ lines|indent(2, true) }}", "  one\n\n  two\n  three"},
			{"{{ lines|indent('> ', blank=true) }}", "one\n> \n> two\n> three"},
			{"{{ s|replace('o','0') }}", "hell0 W0rld"},
			{"{{ s|replace('o','0',1) }}", "hell0 World"},
			{"{{ 'ab'|replace('','-') }}", "-a-b-"},
			{"{{ 5|replace(5,6) }}", "6"},
			{"{{ '  x '|trim }}", "x"},
			{"{{ 'xxaxx'|trim('x') }}", "a"},
			{"{{ s|truncate(5) }}", "he..."},
			{"{{ s|truncate(5,true) }}", "he..."},
			{"{{ s|truncate(6,true,'..',0) }}", "hell.."},
			{"{{ long|truncate(20) }}", "The quick-brown..."},
			{"{{ long|truncate(20,true) }}", "The quick-brown f..."},
			{"{{ s|truncate(5,leeway=6) }}", "hello World"},
			{"{{ s|wordcount }}", "2"},
			{"{{ 'a_b c-d ä'|wordcount }}", "4"},
			{"{{ '%s-%03d'|format('x',5) }}", "x-005"},
			{"{{ '%(a)s'|format(a=1) }}", "1"},
			{"{{ 5|string }}", "5"},
			{"{{ none|string }}", "None"},
			{"{{ l|upper }}", "[3, 1, 2]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void wrapped(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ long|wordwrap(20) }}",
					"The quick-brown fox\n-- jumps over "
					"the\nextraordinarily-long\nword."},
			{"{{ long|wordwrap(10) }}",
					"The quick-\nbrown fox\n-- jumps\nover the "
					"e\nxtraordina\nrily-long\nword."},
			{"{{ long|wordwrap(10, false) }}",
					"The quick-\nbrown fox\n-- jumps\nover "
					"the\nextraordinarily-\nlong word."},
			{"{{ long|wordwrap(12, break_on_hyphens=false) }}",
					"The\nquick-brown\nfox -- jumps\nover the "
					"ext\nraordinarily\n-long word."},
			{"{{ long|wordwrap(20, true, '|') }}",
					"The quick-brown fox|-- jumps over "
					"the|extraordinarily-long|word."},
			{"{{ '  a  b\\n\\n c'|wordwrap(4) }}", "  a\nb\n\n c"},
			{"{{ 'aaaa bbbb'|wordwrap(1) }}", "a\na\na\na\nb\nb\nb\nb"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void html(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ '<a href=\"x\">&\\''|escape }}",
					"&lt;a href=&#34;x&#34;&gt;&amp;&#39;"},
			{"{{ '<'|e|e }}", "&lt;"},
			{"{{ '<'|e|forceescape }}", "&amp;lt;"},
			{"{{ 5|e }}", "5"},
			{"{{ '<b>'|safe }}", "<b>"},
			{"{{ ('<b>'|safe) + '<i>' }}", "<b>&lt;i&gt;"},
			{"{{ '<i>' + ('<b>'|safe) }}", "&lt;i&gt;<b>"},
			{"{{ ('%s<'|safe) % '<' }}", "&lt;<"},
			{"{{ ('<'|e)|length }}", "4"},
			{"{{ ['<'|e,'>']|join }}", "&lt;>"},
			{"{{ '<!-- x --><b>a</b>  <i>b</i> &amp; &#x41;'|striptags }}", "a b & A"},
			{"{{ 'a b/c&ä'|urlencode }}", "a%20b/c%26%C3%A4"},
			{"{{ {'a b':1,'c':'/'}|urlencode }}", "a+b=1&c=%2F"},
			{"{{ [['a','x y'],['b',2]]|urlencode }}", "a=x+y&b=2"},
			{"{{ {'a':1,'b':none,'c':'\"'}|xmlattr }}", " a=\"1\" c=\"&#34;\""},
			{"{{ {'a':1}|xmlattr(false) }}", "a=\"1\""},
			{"{{ ['<'|e] }}", "[Markup('&lt;')]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void json(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ d|tojson }}", "{\"A\": 2, \"b\": 1, \"c\": [1, 2], \"items\": 9}"},
			{"{{ [1,2.5,none,true,'<ä>\\'&']|tojson }}",
					"[1, 2.5, null, true, "
					"\"\\u003c\\u00e4\\u003e\\u0027\\u0026\"]"},
			{"{{ {'b':{},'a':[]}|tojson(2) }}", "{\n  \"a\": [],\n  \"b\": {}\n}"},
			{"{{ (1,'x')|tojson }}", "[1, \"x\"]"},
			{"{{ {1:2}|tojson }}", "{\"1\": 2}"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void pretty(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ {2:'b','a':[none,(1,)],1:2.5}|pprint }}",
					"{1: 2.5, 2: 'b', 'a': [None, (1,)]}"},
			{"{{ ['x'*40, 'y'*40]|pprint }}",
					"['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',\n"
					" 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy']"},
			{"{{ {'b':'x'*40, 'a':('y'*60,)}|pprint }}",
					"{'a': ("
					"'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
					"yyy',"
					"),\n 'b': 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'}"},
			{"{{ ('word '*20)|pprint }}",
					"('word word word word word word word word word word word "
					"word word word word '\n 'word word word word word ')"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void failures(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ zz|abs }}", "'zz' is undefined"},
			{"{{ 'a'|abs }}", "abs()"},
			{"{{ [1,'a']|sort }}", "not supported between"},
			{"{{ [1,none]|max }}", "not supported between"},
			{"{{ {1:1,'a':2}|dictsort }}", "not supported between"},
			{"{{ [[1]]|unique|list }}", "unhashable"},
			{"{{ 5|list }}", "not iterable"},
			{"{{ 5|join }}", "not iterable"},
			{"{{ 5|first }}", "not iterable"},
			{"{{ 5|length }}", "no len()"},
			{"{{ l|map('nosuch')|list }}", "no filter named 'nosuch'"},
			{"{{ l|map('uper')|list }}", "did you mean 'upper'"},
			{"{{ l|select('nosuch')|list }}", "no test named"},
			{"{{ l|map()|list }}", "filter argument"},
			{"{{ ld|selectattr()|list }}", "attribute name"},
			{"{{ l|slice(0)|list }}", "by zero"},
			{"{{ s|truncate(2) }}", "expected length"},
			{"{{ s|wordwrap(0) }}", "invalid width"},
			{"{{ 'x'|filesizeformat }}", "float"},
			{"{{ 'a'|round }}", "__round__"},
			{"{{ 5|round(0,'up') }}", "method must be"},
			{"{{ ['a']|sum }}", "unsupported operand"},
			{"{{ l|sum(start='') }}", "can't sum strings"},
			{"{{ l|dictsort }}", "no attribute 'items'"},
			{"{{ l|items }}", "mapping"},
			{"{{ d|dictsort(by='x') }}", "either"},
			{"{{ d.items|tojson }}", "not JSON serializable"},
			{"{{ l|map('string')|last }}", "not reversible"},
			{"{{ '%d'|format('x') }}", "real number"},
			{"{{ 'a'|default(1,2,3) }}", "at most 2"},
			{"{{ 'a'|default(x=1) }}", "unexpected keyword"},
			{"{{ 'a'|replace('b') }}", "missing required"},
	};

	(void)state;
	CASES_FAIL(cases, false);
}

static void what_is_unbounded_fails(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ 'a'|center(10**9) }}", "longer than"},
			{"{{ 'x'|indent(10**9) }}", "longer than"},
			{"{{ ('a'*100000)|replace('','b'*1000) }}", "longer than"},
			{"{{ ['x'*1000000]|batch(10**9,'y')|list }}", "more than"},
			{"{{ l|slice(10**9)|list }}", "too much memory"},
			{"{% set s = 'a' * 16000000 %}{% for i in range(1000) %}{{ s|wordcount }}"
			 "{% endfor %}",
					"too many steps"},
			{"{% set s = ' ' * 16000000 %}{% for i in range(1000) %}{{ s|int }}"
			 "{% endfor %}",
					"too many steps"},
			{"{% set s = '&' * 8000000 %}{{ (s|striptags) ~ (s|striptags) }}",
					"too much memory"},
			{"{% for i in range(1000) %}{{ '%.1000000f' % 1e300 }}{% endfor %}",
					"larger"},
	};

	(void)state;
	CASES_FAIL(cases, false);
}

/* With more and more of it, until it is enough: the limit is all that ever fails. */
static void too_little_memory_is_a_limit(void **state)
{
	static const char text[] =
			"{{ ld|sort(attribute='n')|groupby('n')|map('last')|list|tojson(2) }}"
			"{{ d|dictsort }}{{ su|upper|title|truncate(9)|wordwrap(3) }}"
			"{{ '{0!r:>9}{a[b]}{l[0]}'.format(5, a={'b': 1}, l=l) }}"
			"{{ '%05.2f|%-9s' % (2.5, l) }}{{ long.split()|join(',')|indent(3) }}"
			"{% do d.update(q=1) %}{% do l.extend([4, 5, 6, 7]) %}{{ d.items() }}"
			"{{ l|batch(3, 0)|list }}{{ '<b>'|striptags|e }}{{ d|urlencode }}"
			"{{ ls|unique|list }}{{ l * 3 + [1] }}{{ s.rpartition('o') }}";
	struct jinja_limits limits = JINJA_LIMITS_DEFAULT;
	struct buf out = BUF_INIT;
	struct jinja_fault fault;
	int rc = -1;

	(void)state;
	for (limits.memory_bytes = 64; rc < 0; limits.memory_bytes += 256) {
		buf_clear(&out);
		rc = cases_render_within(&limits, true, text, &out, &fault);
		assert_true(rc == 0 || fault.kind == FAULT_LIMIT);
		assert_true(limits.memory_bytes < 1u << 20);
	}
	assert_true(out.len > 0);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(defaults),
			cmocka_unit_test(lengths),
			cmocka_unit_test(attributes_but_no_keys),
			cmocka_unit_test(sequences),
			cmocka_unit_test(batches_and_slices),
			cmocka_unit_test(orders),
			cmocka_unit_test(groups),
			cmocka_unit_test(picks),
			cmocka_unit_test(numbers),
			cmocka_unit_test(sizes),
			cmocka_unit_test(texts),
			cmocka_unit_test(wrapped),
			cmocka_unit_test(html),
			cmocka_unit_test(json),
			cmocka_unit_test(pretty),
			cmocka_unit_test(failures),
			cmocka_unit_test(what_is_unbounded_fails),
			cmocka_unit_test(too_little_memory_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
