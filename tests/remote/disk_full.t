#!/usr/bin/env bash
# A disk that fills up during a fetch: serving goes on, .status says so, nothing is left half-written, and with room it goes on.
. "$(dirname "$0")/lib.sh"

new_remote
mkdir "$T/small" && mount -t tmpfs -o size=2m tmpfs "$T/small"
STATE=$T/small/state
serve_http "$T/srv"
mounted "$URL/config.git#main" -o state="$STATE"
old=$(rev)
used=$(du -s -B1 "$T/small" | cut -f1)
head -c 3000000 /dev/urandom >"$R/big"
new=$(push a two)
ok 'no room: sync does not succeed' not refmount sync "$M"
is "$(status "s['health']")" Degraded 'Degraded'
like "$(status "s['last_sync']['error']")" 'No space left' 'and why'
ok 'serving goes on' serving "$old"
is "$(cat "$M/d/deep/c")" sea 'all of it'
is "$(debris)" '' 'nothing is left half-written'
ok 'no more is used than before' test "$(du -s -B1 "$T/small" | cut -f1)" -lt $((used + 200000))
mount -o remount,size=30m "$T/small"
ok 'with room, sync' refmount sync "$M"
ok 'the push is served' serving "$new"
ok 'all of it' cmp "$R/big" "$M/big"
finish
