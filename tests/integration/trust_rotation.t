#!/usr/bin/env bash
# Who may sign can change at any time; what is served stays, and .status tells what has become of it.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
new_key bob
first=$(rev)
ok 'mounts' verified "{signers: $T/signers}"
second=$(signed bob a two)
refused "$second" 'unknown key' 'bob is not known'
{ signer alice; signer bob; } >"$T/new" && mv "$T/new" "$T/signers"
ok 'bob is added' refmount sync "$M" --timeout 10s
is "$(cat "$M/a")" two 'served'
is "$(status "s['signer']['name'], s['health']")" '["bob@example.com", "Healthy"]' 'as signed by bob'

signer alice >"$T/new" && mv "$T/new" "$T/signers"
exits 0 '' 'bob is removed' refmount sync "$M" --timeout 10s
ok 'Degraded' wait_until 10 status_is "s['health']" Degraded
like "$(status "s['findings'][0]['message']")" "the served revision is not trusted any more: signed by an unknown key, " 'and why'
ok 'serving goes on' serving "$second"
is "$(status "s['sync']")" Synced 'it is what the ref says'
exits 1 'unknown key' 'it cannot be asked for' refmount switch "$M" "$second"
ok 'the one before it can' refmount switch "$M" "$first"
exits 1 'unknown key' 'and be left, but not for what is not trusted' refmount resume "$M"
ok 'it stays there' serving "$first"

third=$(signed alice a three)
ok 'what alice signs upon it is served' served "$third"
is "$(status "s['signer']['name'], s['health'], s['findings']")" '["alice@example.com", "Healthy", []]' 'Healthy'

rm "$T/signers"
exits 0 '' 'the file is lost' refmount sync "$M" --timeout 10s
ok 'serving goes on' serving "$third"
ok 'Degraded' wait_until 10 status_is "s['health']" Degraded
like "$(status "s['reason']")" "$T/signers.*No such file" 'and why'
signer alice >"$T/signers"
exits 0 '' 'the file is back' refmount sync "$M" --timeout 10s
ok 'Healthy' wait_until 10 status_is "s['health']" Healthy
finish
