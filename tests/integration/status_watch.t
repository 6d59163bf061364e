#!/usr/bin/env bash
# `refmount status --watch` prints .status again whenever it changes.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted
refmount status "$M" --watch >"$T/watched" 2>"$T/said" &
pid=$!
ok 'prints it' wait_until 5 grep -q "^revision: ['\"]\?$first" "$T/watched"
second=$(commit a two)
ok 'prints it again' wait_until 5 grep -q "^revision: ['\"]\?$second" "$T/watched"
ok 'goes on' kill -0 "$pid"
refmount umount "$M"
ok 'ends with the mount' wait_until 5 not kill -0 "$pid"
is "$(cat "$T/said")" "refmount: '$M' is not mounted any more" 'and says so'
finish
