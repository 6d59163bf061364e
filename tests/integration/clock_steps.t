#!/usr/bin/env bash
# A wall clock that steps by years, forth and back, changes the times that are shown and nothing else.
. "$(dirname "$0")/lib.sh"

command -v cc >/dev/null || skip_all 'there is no C compiler'
cc -shared -fPIC -o "$T/stepping.so" "$here/stepping.c" || die 'stepping.c does not compile'
year=$((365 * 86400))
now() { date -u +%s; }
shown() { date -u -d "$(status "s$1")" +%s; } # of a time in .status, in seconds
about() { [ "$1" -ge $(($2 - 30)) ] && [ "$1" -le $(($2 + 30)) ]; } # GOT WANT: a slow machine is allowed for
steps() { printf '%-31s\n' "$1" 1<>"$T/step"; } # SECONDS, in one write into what is mapped

steps 0
new_repo
first=$(rev)
cp -r "$R" "$T/unseen"
STEP_FILE=$T/step LD_PRELOAD=$T/stepping.so ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
	mounted "$R#main" -o poll=1s
server=$(pid_of server) engine=$(pid_of engine)
mount --bind "$T/unseen" "$R" || die 'cannot bind' # the next is seen by polling only

# switched TO: a commit is taken, with the time of the clock as it is.
switched() {
	new=$(commit a "$1")
	ok "$1: polling goes on" served "$new"
	is "$(cat "$M/a")" "$1" "$1: what is read is the new one"
	ok "$1: .status has the time of the clock" about "$(shown "['last_switch']['time']")" $(($(now) + $(cat "$T/step")))
}
steps $((30 * year))
switched 'thirty years on'
steps $((-20 * year))
switched 'twenty years back'

# A hold of a moment, while the clock stands years before and after where it began.
held() { refmount switch "$M" "$first" --for "$1" >/dev/null; }
ok 'a hold' held 1h
like "$(status "s['hold']['until']")" "^$(date -u -d "@$(($(now) - 20 * year + 3600))" +%Y)-" 'until a time of that clock'
steps $((40 * year))
other=$(commit d/b 'held back')
ok 'it sees the commit' wait_until 10 status_is "s['desired']" "$other"
is "$(status "s['hold'] is not None")" True 'forty years later the hold is there'
ok 'and what it serves' serving "$first"
refmount resume "$M" && served "$other" || die 'it does not resume'
ok 'a short hold' held 1s
steps 0
ok 'ends in its time when the clock went back by decades' served "$other"
is "$(status "s['hold']")" null 'no hold'

is "$(status "s['health']")" Healthy 'Healthy'
is "$(pid_of server) $(pid_of engine)" "$server $engine" 'nobody was replaced'
ok 'umount' refmount umount "$M"
ok 'nothing is left' nothing_left
finish
