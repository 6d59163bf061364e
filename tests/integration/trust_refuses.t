#!/usr/bin/env bash
# A mount whose first revision is not trusted does not start, and says why.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
bad=$(commit a two)
exits 1 "commit ${bad:0:12} of 'refs/heads/main' is rejected:" 'the commit is named' verified "{signers: $T/signers}"
exits 1 '^(refmount: )?not signed: `git commit -S` signs it$' 'and why' verified "{signers: $T/signers}"
ok 'nothing is mounted' not is_mounted
echo 'alice ssh-ed25519' >>"$T/signers"
exits 2 "$T/signers:2: the key itself is missing" 'a file of signers that is wrong, with its line' verified "{signers: $T/signers}"
exits 2 "$T/none.*No such file" 'or not there' verified "{signers: $T/none}"
exits 2 "$T/node.yaml:5:.*signers or keyring" 'nobody may sign' verified '{mode: head}'
ok 'nothing is left' wait_until 5 nothing_left
finish
