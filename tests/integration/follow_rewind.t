#!/usr/bin/env bash
# A ref that does not fast-forward is rejected, unless allow_rewind says otherwise.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
second=$(commit a two)
mounted "$R#main"
git -C "$R" reset -q --hard "$first"
ok 'rewound: Degraded' wait_until 10 status_is "s['health']" Degraded
is "$(status "s['sync']")" OutOfSync 'OutOfSync'
is "$(status "s['desired']")" "$first" 'desired is where the ref points'
is "$(cat "$M/.refmount/revision")" "$second" 'the newer revision is still served'
like "$(status "s['findings'][0]['message']")" 'allow_rewind|fast-forward' 'the finding says why'
exits 1 '' 'wait says it was rejected' refmount wait "$M" --timeout 10s
git -C "$R" reset -q --hard "$second"
ok 'the ref comes back: Healthy' wait_until 10 status_is "s['health']" Healthy
is "$(status "s['findings']")" '[]' 'no findings'
refmount umount "$M"

mounted "$R#main" -o allow_rewind
git -C "$R" reset -q --hard "$first"
ok 'with allow_rewind it is served' served "$first"
is "$(cat "$M/a")" one 'and seen'
finish
