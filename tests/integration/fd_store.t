#!/usr/bin/env bash
# With a service manager that keeps our descriptors even the keeper may be killed.
. "$(dirname "$0")/lib.sh"

new_repo
mkdir "$T/m"
WATCHDOG_USEC=400000 "$PYTHON" "$here/manager.py" "$T/m" "$REFMOUNT_BIN/refmount" mount -f -o poll=1h "$R#main" "$M" 2>"$T/err" &
manager=$!
ready() { [ "$(grep -c '^READY=1' "$T/m/log" 2>/dev/null)" -ge "$1" ]; }
ok 'it says when it serves' wait_until 10 ready 1
is "$(cat "$M/a")" one 'and does'
like "$(cat "$T/m/log")" 'FDSTORE=1 FDNAME=device' 'the connection is kept'
like "$(cat "$T/m/log")" 'FDSTORE=1 FDNAME=state' 'so is the state'
like "$(cat "$T/m/log")" 'FDSTORE=1 FDNAME=segment.1' 'and what it serves from'
is "$(grep REFUSED "$T/m/log")" '' 'there is nothing that systemd would not keep'
like "$(cat "$T/m/log")" 'STATUS=[0-9a-f]{12} of refs/heads/main, Synced, Healthy' 'and what is going on'
exec 7<"$M/d/deep/c"
new=$(commit a two)
ok 'it follows' served "$new"

alive() { [ "$(grep -c '^WATCHDOG=1' "$T/m/log")" -ge 3 ]; }
ok 'it says again and again that it is alive' wait_until 10 alive

server=$(pid_of server) keeper=$(cat "$T/m/pid")
kill -9 "$keeper"
is "$(cat "$M/d/b")" bee 'without a keeper the server serves'
ok 'another keeper takes over' wait_until 10 ready 2
ok 'a new process' not test "$(cat "$T/m/pid")" = "$keeper"
is "$(cat "$M/a")" two 'the mount is the same'
is "$(cat <&7)" sea 'a file that was open keeps its bytes'
ok 'the status names the new keeper' wait_until 5 status_is "s['processes']['keeper']" "$(cat "$T/m/pid")"
ok 'the server before it has ended' wait_until 5 not kill -0 "$server"
kill -9 "$(pid_of server)"
is "$(find "$M" -type f | wc -l)" 4 'a server that is killed is replaced again'
new=$(commit a three)
ok 'and it follows' served "$new"
[ "$(status "s['features']['watchers']")" = True ] || ! is_real_root
ok 'watchers as before' test $? = 0

# Everything at once: only the descriptors are left.
pkill -9 -f '^refmount: (server|engine|builder) '
kill -9 "$(cat "$T/m/pid")"
ok 'all processes are killed and start again' wait_until 10 ready 3
is "$(cat "$M/a" "$M/d/deep/c")" "$(printf 'three\nsea')" 'readers get what they got before'
new=$(commit a four)
ok 'it follows' served "$new"

# Somebody unmounts while there is no keeper: then there is nothing to take up.
kill -STOP "$manager"
kill -9 "$(cat "$T/m/pid")"
umount -l "$M"
kill -CONT "$manager"
ok 'a mount that is gone is made anew' wait_until 10 ready 4
ok 'it is mounted' is_mounted
is "$(cat "$M/a")" four 'and serves'
exec 7<&-
kill "$manager"
wait "$manager"
ok 'the manager ends it' wait_until 5 not is_mounted
like "$(cat "$T/m/log")" 'STOPPING=1' 'which is announced'
ok 'nothing is left' wait_until 5 nothing_left

# One that does not know how to keep the door: it goes on without, and says so.
if is_real_root; then
	mkdir "$T/old"
	REFUSE=door "$PYTHON" "$here/manager.py" "$T/old" "$REFMOUNT_BIN/refmount" mount -f -o poll=1h "$R#main" "$M" 2>>"$T/err" &
	manager=$!
	ready() { [ "$(grep -c '^READY=1' "$T/old/log" 2>/dev/null)" -ge "$1" ]; }
	wait_until 10 ready 1
	kill -9 "$(cat "$T/old/pid")"
	ok 'an older manager: another keeper takes over' wait_until 10 ready 2
	ok 'watchers are off' wait_until 5 status_is "s['features'].get('watchers_reason')" 'the service manager has not kept what they need'
	kill "$manager"
	wait "$manager"
fi
finish
