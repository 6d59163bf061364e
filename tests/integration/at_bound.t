#!/usr/bin/env bash
# A revision that somebody has mounted elsewhere is kept for as long, whatever `history` says: a service with BindReadOnlyPaths=.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
new_repo
first=$(rev)
mounted "$R" -o history=2
mkdir "$T/app"
mkfifo "$T/end"
unshare -m --propagation slave sh -c 'mount --bind "$0/.refmount/at/current" "$1" && touch "$1.ready" && read -r _ <"$2"' "$M" "$T/app" "$T/end" &
service=$!
ok 'a service has bound what is served, in a mount namespace of its own' wait_until 5 test -e "$T/app.ready"
at() { nsenter -t "$service" -m cat "$T/app/$1"; }
for i in 2 3 4 5; do new=$(commit a $i) && served "$new" || die "$i is not served"; done
is "$(cat "$M/a")" 5 'everybody else sees the newest'
is "$(at a)$(at d/deep/c)" onesea 'the service sees what it has begun with, also what it had not read'
is "$(ls "$M/.refmount/at" | grep -c '^[0-9a-f]*$')" 3 'beside the two that are kept in any case'
refmount sync "$M" && kill -9 "$(pid_of engine)"
new=$(commit a 6)
ok 'after a restart of the engine' wait_until 10 served "$new"
is "$(at d/b)" bee 'still'
echo >"$T/end"
wait "$service"
new=$(commit a 7)
ok 'when the service has ended' served "$new"
ok 'the next switch gives it up' wait_until 5 not test -e "$M/.refmount/at/$first"
finish
