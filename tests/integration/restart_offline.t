#!/usr/bin/env bash
# After everything was killed and with the repository gone, a start serves the last good revision and says what is wrong.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
second=$(commit a two)
served "$second"
stat "$M" >/dev/null # what is cached must not make a corpse look alive
kill -9 $(pgrep -f '^refmount: ')
ok 'all are gone' wait_until 5 nothing_left
rm -rf "$R"
ok 'mounts without the repository' mount_ref "$R#main"
is "$(cat "$M/a")" two 'serves the last good revision'
is "$(cat "$M/.refmount/revision")" "$second" 'and says which'
ok '.status turns Degraded' wait_until 10 status_is "s['health']" Degraded
is "$(status "s['last_sync']['result']")" failed 'last_sync: failed'
like "$(status "s['last_sync']['error']")" "$R" 'and names the repository'
is "$(cat "$M/.refmount/at/current/d/deep/c")" sea 'all of it can be read'
ok 'unmounts' refmount umount "$M"
new_repo
ok 'another repository in its place, without common history' mount_ref "$R#main"
is "$(cat "$M/a")" two 'is no fast-forward: last good'
ok 'and .status says so' wait_until 10 status_is "s['health']" Degraded
finish
