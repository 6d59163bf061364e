#!/usr/bin/env bash
# The fetcher, or what it started, is killed at any moment: the mount serves the old revision or the new one, and the next fetch finds nothing in its way.
#
# KILLS says how often.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

kills=${KILLS:-20}
RANDOM=${SEED:-1}
new_remote
serve_git "$T/srv"
mounted "$URL/config.git#main"
fetcher() { pgrep -f '^refmount: fetcher' | head -n 1; }
has_fetcher() { pid=$(fetcher) && [ -n "$pid" ]; }
victims() { echo "$1"; pgrep -P "$1"; } # PID: it, and its children

problems='' hit=0
for i in $(seq "$kills"); do
	old=$(rev)
	head -c 200000 /dev/urandom >"$R/noise"
	new=$(push a "$i")
	refmount sync "$M" >/dev/null 2>&1 &
	sync=$!
	pid=
	wait_until 3 has_fetcher || has_fetcher
	sleep "0.0$((RANDOM % 60 + 10))"
	[ -n "$pid" ] && mapfile -t all < <(victims "$pid") && kill -9 "${all[RANDOM % ${#all[@]}]}" 2>/dev/null && hit=$((hit + 1))
	wait "$sync"
	now=$(cat "$M/.refmount/revision")
	[ "$now" = "$old" ] || [ "$now" = "$new" ] || problems+="after kill $i: $now is served"$'\n'
	[ "$(cat "$M/a")" = "$i" ] || [ "$now" = "$old" ] || problems+="after kill $i: the tree is not that of $now"$'\n'
	mirror fsck --connectivity-only >"$T/fsck" 2>&1 || problems+="after kill $i: $(head -n 2 "$T/fsck")"$'\n'
	wait_until 10 refmount sync "$M" && serving "$new" || problems+="after kill $i: the new revision does not come"$'\n'
	[ -z "$(debris)" ] || problems+="after kill $i: $(debris)"$'\n'
done
is "$problems" '' "killed $hit times of $kills"
ok 'not always too late' test "$hit" -ge $((kills / 4))
is "$(status "s['health']")" Healthy 'Healthy'
finish
