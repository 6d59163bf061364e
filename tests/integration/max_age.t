#!/usr/bin/env bash
# A source that could not be asked for longer than max_age is a fault, also when the time began before the mount was started.
. "$(dirname "$0")/lib.sh"

aged() { status "s.get('reason')" | grep -q max_age; }

new_repo
mounted "$R#main" -o poll=100ms,max_age=1s
ok 'no fault while it can be asked' not aged
is "$(status "s['health']")" Healthy 'and all is well'
ok 'which a node remembers' grep -q '^last_sync: {time: 20' "$(readlink -f /var/lib/refmount/run-t-mnt)/state.yaml"
mv "$R" "$R.gone"
ok 'a fault after that' wait_until 10 aged
is "$(status "s['health'], s['sync']")" '["Degraded", "Unknown"]' 'and nothing is known about the source'
is "$(cat "$M/a")" one 'serving goes on'
ok 'umount' refmount umount "$M"
ok 'mounted again' mount_ref "$R#main" -o max_age=1s
ok 'it is a fault at once' wait_until 5 aged
mv "$R.gone" "$R"
ok 'until there is contact' refmount sync "$M"
ok 'then it is none' not aged
finish
