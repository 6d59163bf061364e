#!/usr/bin/env bash
# With `verify`, only what a trusted SSH key has signed is served.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
new_key mallory
first=$(rev)
ok 'signed: mounts' verified "{signers: $T/signers}"
is "$(cat "$M/a")" one 'and is seen'
is "$(status "s['signer']['name'], s['signer']['kind']")" '["alice@example.com", "ssh"]' '.status: who, and how'
is "$(status "s['signer']['key']")" "$(fingerprint alice)" '.status: with which key'
is "$(status "s['signer']['time']")" "$(date -ud "@$(git -C "$R" log -1 --format=%ct)" +%FT%TZ)" '.status: when'

bad=$(commit a two)
refused "$bad" '^not signed: `git commit -S` signs it$' 'not signed: refused'
is "$(cat "$M/.refmount/revision")" "$first" 'the first one is still served'
is "$(status "s['health']")" Degraded 'Degraded'
like "$(refmount history "$M" | head -n 1)" "rejected.*not signed" 'in the history'
exits 1 'not signed' '`refmount wait` says it, too' refmount wait "$M" --timeout 10s

git -C "$R" reset -q --hard "$first"
bad=$(signed mallory a three)
refused "$bad" "^signed by an unknown key, $(fingerprint_re mallory): add it to '$T/signers' if it is to be trusted$" 'an unknown key: refused'

good=$(signed alice a four)
ok 'signed again, upon one that was not: served' served "$good"
is "$(cat "$M/a")" four 'and seen'
is "$(status "s['findings'], s['health']")" '[[], "Healthy"]' 'Healthy'
is "$(status "s['processes']['restarts']")" 0 'nothing had to be restarted'
finish
