#!/usr/bin/env bash
# -o debug: the server logs what the kernel asks and what it answers, and so does the one that follows it; without it nothing of that is logged.
. "$(dirname "$0")/lib.sh"

new_repo
refmount mount -f -o debug,poll=1h "$R#main" "$M" 2>"$T/log" &
daemon=$!
wait_until 20 is_mounted && wait_until 20 refmount wait "$M" || die "not mounted: $(cat "$T/log")"
cat "$M/d/b" >/dev/null
ok 'a lookup with its name' grep -q "role=server .*name: 'b'" "$T/log"
ok 'a read' grep -q 'role=server .*opcode: READ' "$T/log"
ok 'and answers' grep -q 'role=server .*success, outsize' "$T/log"
kill -9 "$(pid_of server)"
cat "$M/d/deep/c" >/dev/null
ok 'the next server logs, too' grep -q "name: 'deep'" "$T/log"
kill "$daemon"
wait "$daemon"

refmount mount -f -o poll=1h "$R#main" "$M" 2>"$T/log" &
daemon=$!
wait_until 20 is_mounted && wait_until 20 refmount wait "$M" || die "not mounted: $(cat "$T/log")"
cat "$M/d/b" >/dev/null
ok 'without it none is logged' not grep -q opcode "$T/log"
kill "$daemon"
wait "$daemon"
finish
