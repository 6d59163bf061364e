#!/usr/bin/env bash
# -f stays in the foreground, logs to stderr, and unmounts on SIGTERM.
. "$(dirname "$0")/lib.sh"

new_repo
refmount mount -f -o poll=1h "$R" "$M" 2>"$T/log" &
pid=$!
ok 'serves' wait_until 10 test -e "$M/a"
ok 'the command is still there' kill -0 "$pid"
kill -TERM "$pid"
ok 'ends on SIGTERM' wait_until 10 not kill -0 "$pid"
wait "$pid"
is "$?" 0 'with status 0'
ok 'and has unmounted' not is_mounted
is "$(our_processes)" '' 'nothing of it is left'

refmount mount -f -o poll=1h "$R" "$M" 2>"$T/log" &
pid=$!
ok 'serves again' wait_until 10 test -e "$M/a"
ok 'umount' refmount umount "$M"
ok 'ends it' wait_until 10 not kill -0 "$pid"

refmount mount -f "$R#nosuch" "$M" 2>"$T/log"
is "$?" 2 'a mount that fails ends with 2'
like "$(cat "$T/log")" 'nosuch' 'and the reason'
finish
