#!/usr/bin/env bash
# What was found to be signed needs no repository to be served again, also over a restart; and what was not does not start.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
first=$(rev)
ok 'mounts' verified "{signers: $T/signers}"
second=$(signed alice a two)
ok 'a second one' served "$second"
mv "$R" "$R.gone"
ok 'rollback without the repository' refmount rollback "$M"
is "$(cat "$M/a")" one 'is served'
is "$(status "s['signer']['name']")" alice@example.com 'and was signed by alice'
refmount umount "$M"
ok 'mounts without the repository' refmount mount --name node --config "$T/node.yaml"
ok 'what was held' serving "$first"
ok 'another one that is kept' refmount switch "$M" "$second"
is "$(status "s['signer']['name']")" alice@example.com 'was signed by alice, too'
ok 'a killed engine' kill -9 "$(pid_of engine)"
ok 'comes back' wait_until 10 refmount switch "$M" "$first"
ok 'and remembers' serving "$first"
refmount umount "$M"

mv "$R.gone" "$R"
git -C "$R" branch plain "$first"
git -C "$R" checkout -q plain
third=$(commit a plain)
ok 'without verify' refmount mount --name other -o poll=1h,state="$T/other" "$R#plain" "$M"
ok 'anything is served' serving "$third"
is "$(status "s['signer']")" null '.status: nobody asked'
refmount umount "$M"
printf '%s\n' "repository: $R" 'ref: plain' "mountpoint: $M" "state: $T/other" "verify: {signers: $T/signers}" >"$T/other.yaml"
exits 1 'not signed' 'but not from then on, although it is kept' refmount mount --name other --config "$T/other.yaml"
finish
