#!/usr/bin/env bash
# A remote whose ref was forced elsewhere is not followed, with the remedy; serving goes on.
. "$(dirname "$0")/lib.sh"

new_remote
first=$(rev)
second=$(push a two)
serve_http "$T/srv"
mounted "$URL/config.git#main"
git -C "$R" reset -q --hard "$first"
other=$(commit a other)
git -C "$R" push -qf origin main
refmount sync "$M" >/dev/null 2>&1
ok 'forced: Degraded' wait_until 5 status_is "s['health']" Degraded
ok 'serving goes on' serving "$second"
like "$(status "s['findings'][0]['message']")" 'allow_rewind' 'the finding names the remedy'
is "$(status "s['desired']")" "$other" 'desired is where the ref points'
git -C "$R" reset -q --hard "$second"
git -C "$R" push -qf origin main
ok 'back again: sync' refmount sync "$M"
is "$(status "s['health']")" Healthy 'Healthy'
third=$(push a three)
ok 'sync' refmount sync "$M"
ok 'and followed on' serving "$third"
refmount umount "$M"
mounted "$URL/config.git#main" -o allow_rewind
git -C "$R" reset -q --hard "$first"
git -C "$R" push -qf origin main
ok 'with allow_rewind, sync' refmount sync "$M"
ok 'it is served' serving "$first"
finish
