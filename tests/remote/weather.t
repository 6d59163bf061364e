#!/usr/bin/env bash
# A network that breaks in every way at every byte, one after the other, under readers: who reads never gets an error or a mixture, and each push
# is served once it can be.
#
# ROUNDS says how often, SEED which faults.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

rounds=${ROUNDS:-12}
RANDOM=${SEED:-1}
new_remote
serve_git "$T/srv"
proxy "$PORT"
mounted "$URL/config.git#main"
echo 0 >"$R/b"
push a 0 >/dev/null
refmount sync "$M" || die 'sync'

# Until told to end, reads both files and the commit through one pinned revision; says what was wrong.
reader() {
	local at a b
	while [ ! -e "$T/end" ]; do
		at=$M/.refmount/at/$(cat "$M/.refmount/revision") || echo "$1: no revision"
		a=$(cat "$at/a") && b=$(cat "$at/b") || echo "$1: cannot read"
		[ "$a" = "$b" ] || echo "$1: a is $a, b is $b"
		cat "$M/a" "$M/b" >/dev/null || echo "$1: cannot read"
	done
}

problems='' broken=0
reader first >"$T/first" 2>&1 &
first=$!
for i in $(seq "$rounds"); do
	modes=(refuse garbage "cut:$((RANDOM % 900))" "reset:$((RANDOM % 900))")
	mode=${modes[RANDOM % ${#modes[@]}]}
	proxy_mode "$mode"
	echo "$i" >"$R/b"
	new=$(push a "$i")
	refmount sync "$M" >/dev/null 2>&1 || broken=$((broken + 1))
	proxy_mode pass
	refmount sync "$M" >"$T/.out" 2>&1 && serving "$new" || problems+="round $i, $mode: the push is not served: $(cat "$T/.out")"$'\n'
done
touch "$T/end"
wait "$first"
is "$problems" '' "each of $rounds pushes is served, of which $broken were broken first"
is "$(sort "$T/first" | uniq -c | head)" '' 'nobody who reads noticed'
ok 'some were broken' test "$broken" -gt $((rounds / 3))
ok 'nothing is left over' wait_until 5 eval '[ -z "$(debris)" ]'
finish
