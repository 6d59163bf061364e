#!/usr/bin/env bash
# A server that speaks only the first version of the protocol can be followed as well.
. "$(dirname "$0")/lib.sh"

new_remote
git -C "$R" push -q origin HEAD:refs/heads/other
serve_http "$T/srv" --old
ok 'mounts' mount_ref "$URL/config.git#main"
is "$(cat "$M/a")" one 'and shows it'
new=$(push a two)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
like "$(cat "$REQUESTS")" 'info/refs.* 200 0 [0-9]+ none' 'by HTTP'
finish
