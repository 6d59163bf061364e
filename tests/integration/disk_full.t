#!/usr/bin/env bash
# A full disk changes nothing but .status, leaves no debris, and is over when there is room again.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mkdir "$T/small" && mount -t tmpfs -o size=1m tmpfs "$T/small"
mounted "$R#main" -o state="$T/small/state"
head -c 3000000 /dev/urandom >"$R/big"
second=$(commit_all)
ok 'no room: .status is Degraded' wait_until 10 status_is "s['health']" Degraded
like "$(cat "$M/.status")" 'No space left|ENOSPC|disk' 'and says why'
ok 'the last good revision is served' serving "$first"
is "$(cat "$M/d/deep/c")" sea 'all of it'
is "$(find "$T/small" -name '*.tmp' | wc -l)" 0 'nothing is left half-written'
ok 'no more is used than before' test "$(du -s -B1 "$T/small" | cut -f1)" -lt 500000
mount -o remount,size=20m "$T/small"
ok 'with room, sync works' refmount sync "$M"
ok 'and the new revision is served' serving "$second"
ok 'all of it' cmp "$R/big" "$M/big"
finish
