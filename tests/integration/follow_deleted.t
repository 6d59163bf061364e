#!/usr/bin/env bash
# A branch that is deleted changes nothing but .status; when it comes back, it is followed again.
. "$(dirname "$0")/lib.sh"

new_repo
git -C "$R" branch live
mounted "$R#live"
git -C "$R" branch -qD live
ok 'deleted: Degraded' wait_until 10 status_is "s['health']" Degraded
like "$(status "s['last_sync']['error']")" live 'and names the ref'
is "$(status "s['last_sync']['result']")" failed 'last_sync says that it failed'
is "$(cat "$M/a")" one 'still served'
new=$(commit a two)
git -C "$R" branch live "$new"
ok 'it comes back and is served' served "$new"
is "$(cat "$M/a")" two 'and seen'
is "$(status "s['health']")" Healthy 'Healthy'
finish
