#!/usr/bin/env bash
# What is asked for by hand has to be signed like everything else; it can be looked at nevertheless.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
first=$(rev)
ok 'mounts' verified "{signers: $T/signers}"
git -C "$R" checkout -q -b side
bad=$(commit a two)
good=$(signed alice a three)
exits 1 'not signed' 'switch to what is not signed is refused' refmount switch "$M" "$bad"
ok 'nothing has changed' serving "$first"
is "$(status "s['hold'], s['health']")" '[null, "Healthy"]' 'nothing is held'
exits 1 '-one' 'it can be looked at' refmount diff "$M" "$first" "$bad"
exits 1 'not signed' 'and is refused nevertheless' refmount switch "$M" "$bad"
ok 'switch to what is signed' refmount switch "$M" "$good"
is "$(cat "$M/a")" three 'is served'
is "$(status "s['hold']['revision'], s['signer']['name']")" "[\"$good\", \"alice@example.com\"]" 'and held'
finish
