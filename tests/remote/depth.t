#!/usr/bin/env bash
# As much history is fetched as is needed; with depth=N so much, with depth=0 all of it.
. "$(dirname "$0")/lib.sh"

new_remote
first=$(rev)
for i in $(seq 60); do commit a "$i" >/dev/null; done
git -C "$R" push -q origin main
serve_http "$T/srv"
count() { mirror rev-list --count "$(rev)"; }

mounted "$URL/config.git#main"
ok 'by default not all of 61 commits come' test "$(count)" -lt 61
new=$(push a again)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
for i in $(seq 60); do commit a "x$i" >/dev/null; done
new=$(push a last)
ok 'sync, when there were many commits' refmount sync "$M"
ok 'the push is served' serving "$new"
is "$(status "s['health']")" Healthy 'and found to descend from the one before'
refmount umount "$M" && rm -rf /var/lib/refmount/*

mounted "$URL/config.git#main" -o depth=5
is "$(count)" 5 'with depth=5, five'
ok 'the first is not among them' not has_object "$first"
refmount umount "$M" && rm -rf /var/lib/refmount/*

mounted "$URL/config.git#main" -o depth=0
is "$(count)" "$(git -C "$R" rev-list --count HEAD)" 'with depth=0, all'
finish
