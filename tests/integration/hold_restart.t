#!/usr/bin/env bash
# A hold survives the end of the daemon.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
second=$(commit a two)
mounted "$R#main"
refmount switch "$M" "$first" --reason 'stay here' >/dev/null || die 'cannot switch'
refmount umount "$M" || die 'cannot unmount'
third=$(commit a three)
mounted "$R#main"
is "$(cat "$M/a")" one 'mounted again, it serves the held revision'
is "$(status "s['hold']['reason']")" 'stay here' 'and says why'
is "$(status "s['health']")" Suspended 'Suspended'
ok 'desired is the tip' wait_until 10 status_is "s['desired']" "$third"
ok 'resume' refmount resume "$M"
ok 'serves the tip' served "$third"
refmount umount "$M"
mounted "$R#main"
is "$(status "s['hold']")" null 'an ended hold does not come back'
is "$(cat "$M/a")" three 'the tip is served'
finish
