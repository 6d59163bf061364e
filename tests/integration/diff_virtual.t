#!/usr/bin/env bash
# .refmount/diff is the patch from what was served before to what is; it stays over a restart.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
is "$(cat "$M/.refmount/diff")" '' 'empty as long as nothing was served before'
second=$(commit a two)
served "$second"
shows() { grep -qx -- "$1" "$M/.refmount/diff"; }
ok 'a switch has its patch' wait_until 10 shows '+two'
refmount diff "$M" >"$T/diff"
ok 'the same that `refmount diff` prints' cmp "$T/diff" "$M/.refmount/diff"
is "$(stat -c %s "$M/.refmount/diff")" "$(wc -c <"$T/diff")" 'with its true size'
engine=$(pid_of engine)
another() { [ "$(pid_of engine)" != "$engine" ]; }
kill -9 "$engine"
ok 'another engine' wait_until 10 another
ok 'knows it as well' wait_until 10 shows '+two'
ok 'rolled back' wait_until 10 refmount rollback "$M"
ok 'a rollback has its own' wait_until 10 shows '-two'
finish
