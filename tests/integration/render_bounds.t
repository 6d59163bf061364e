#!/usr/bin/env bash
# What a template, a value or a file can do to use up time and memory: a finding, soon, the same one each time, and the mount goes on.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

git init -q "$R" && mkdir -p "$R/files" "$R/values"
printf "refmount: 1\nlayers: [values/common.yaml]\nfiles: {root: files, engines: {'*.j2': jinja}}\n" >"$R/refmount.yaml"
echo 'port: 80' >"$R/values/common.yaml"
echo 'port {{ port }}' >"$R/files/good.j2"
good=$(commit_all)
mounted "$R#main"

repeat() { "$PYTHON" -c 'import sys; sys.stdout.write(sys.argv[1] * int(sys.argv[2]))' "$1" "$2"; }
text() { status "s['findings']"; }

# The commit that is in the worktree is rejected with a finding that matches REGEX, within LIMIT_MS, and with the same words if it is tried
# again. The limit is 2 s on a machine that has nothing else to do, and without sanitizers.
LIMIT_MS=${LIMIT_MS:-10000}
rejects() { # REGEX DESC
	local bad again started
	bad=$(commit_all "$2")
	started=$(date +%s%3N)
	exits 1 "$1" "$2" refmount wait "$M" "$bad" --timeout 20s
	is "$(($(date +%s%3N) - started < LIMIT_MS))" 1 "$2: in time"
	again=$(text)
	refmount sync "$M" >/dev/null 2>&1
	refmount wait "$M" "$bad" --timeout 20s >/dev/null 2>&1
	is "$(text)" "$again" "$2: the same words"
	git -C "$R" rm -q --cached -r . && git -C "$R" reset -q --hard "$good"
}

echo '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}' >"$R/files/x.j2" && rejects 'x.j2:1' 'an infinite recursion'
echo '{% for x in range(10**12) %}{% endfor %}' >"$R/files/x.j2" && rejects 'x.j2:1' 'range(10**12)'
echo "{{ 'a' * 10**12 }}" >"$R/files/x.j2" && rejects 'x.j2:1' "'a' * 10**12"
echo '{% for x in range(1000000) %}{% for y in range(1000000) %}{{ y }}{% endfor %}{% endfor %}' >"$R/files/x.j2" && rejects 'x.j2:1' 'nested loops of a million'
echo "{{ ('a' * 60 ~ 'b') | regex_search('^(a|aa)+\$') }}" >"$R/files/x.j2" && rejects 'x.j2:1' 'a regular expression that explodes'
echo '{% include "x.j2" %}' >"$R/files/x.j2" && rejects 'x.j2:1' 'a template that includes itself'
{ printf '{{ '; repeat '(' 10000; printf 1; repeat ')' 10000; echo ' }}'; } >"$R/files/x.j2" && rejects 'x.j2:1' '10,000 parentheses'
{ echo 'a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]'; p=a; for n in b c d e f g h i j; do echo "$n: &$n [*$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p]"; p=$n; done; } >"$R/values/common.yaml" && rejects 'common.yaml' 'a YAML bomb'
{ printf 'x: '; repeat '[' 40000; } >"$R/values/common.yaml" && rejects 'common.yaml' '40 KB of ['
{ printf 'x: '; repeat a 100000000; echo; } >"$R/values/common.yaml" && rejects 'common.yaml' 'a line of 100 MB'
{ printf '{# '; repeat a 100000000; echo ' #}'; } >"$R/files/x.j2" && rejects 'x.j2' 'a template of 100 MB'

# Not a mistake, as Python prints it.
echo '{% set x = [1] %}{% set _ = x.append(x) %}{{ x }}' >"$R/files/x.j2"
ok 'a list that contains itself' served "$(commit_all)"
is "$(cat "$M/x" "$M/good" | xargs -d '\n')" '[1, [...]] port 80' 'is printed'
finish
