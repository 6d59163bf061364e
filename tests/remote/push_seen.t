#!/usr/bin/env bash
# A push is seen by the next poll, by `refmount sync`, by `refmount wait` for it, and by a signal to the engine.
. "$(dirname "$0")/lib.sh"

new_remote
serve_http "$T/srv"
mounted "$URL/config.git#main" -o poll=200ms
new=$(push a two)
ok 'by the next poll' served "$new"
is "$(cat "$M/a")" two 'and shown'
refmount umount "$M"

mounted "$URL/config.git#main" -o poll=1h
new=$(push a three)
ok 'by sync' refmount sync "$M"
ok 'before it returns' serving "$new"
ok 'by whoever waits for it' refmount wait "$M" "$(push a four)" --timeout 20s
new=$(push a five)
ok 'by SIGHUP' kill -HUP "$(pid_of engine)"
ok 'soon' wait_until 10 serving "$new"
for i in 5 6 7 8; do new=$(push a $i); done
ok 'of four pushes, the last' refmount sync "$M"
is "$(cat "$M/a")" 8 'is shown'
finish
