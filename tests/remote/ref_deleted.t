#!/usr/bin/env bash
# A remote that lost the ref, or all of its objects' packing, or itself: serving goes on.
. "$(dirname "$0")/lib.sh"

new_remote
serve_http "$T/srv"
mounted "$URL/config.git#main"
old=$(rev)
git -C "$B" update-ref -d refs/heads/main
ok 'deleted: sync does not succeed' not refmount sync "$M"
like "$(status "s['last_sync']['error']")" 'main' '.status names the ref'
is "$(status "s['health']")" Degraded 'Degraded'
ok 'serving goes on' serving "$old"
new=$(push a two)
ok 'it is back: sync' refmount sync "$M"
ok 'served' serving "$new"
git -C "$B" repack -adq && git -C "$B" gc --prune=now --quiet
new=$(push a three)
ok 'packed and pruned: sync' refmount sync "$M"
ok 'served' serving "$new"
mv "$B" "$T/gone"
ok 'the repository is gone: sync does not succeed' not refmount sync "$M"
ok 'serving goes on' serving "$new"
is "$(cat "$M/a")" three 'all of it'
git init -q --bare "$B"
ok 'an empty one in its place: sync does not succeed' not refmount sync "$M"
like "$(status "s['last_sync']['error']")" 'main' '.status names the ref'
ok 'serving goes on' serving "$new"
rm -rf "$B" && mv "$T/gone" "$B"
ok 'it is back: sync' refmount sync "$M"
is "$(status "s['health']")" Healthy 'Healthy'
finish
