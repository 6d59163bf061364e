#!/usr/bin/env bash
# Keys count for what was signed while they were valid.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
signer alice 'valid-after="20230101Z",valid-before="20240101Z"' >"$T/signers"
at() { export GIT_COMMITTER_DATE="$1T00:00:00Z"; }
at 2023-06-01
git -C "$R" -c gpg.format=ssh -c user.signingkey="$T/keys/alice" commit -q --amend -S --no-edit
first=$(rev)
ok 'signed in time: mounts' verified "{signers: $T/signers}"
at 2024-06-01
late=$(signed alice a late)
refused "$late" "signed at 2024-06-01T00:00:00Z by the key $(fingerprint_re alice), which does not count: $T/signers:1 allows it only with .*valid-before=\"20240101Z\"" 'signed too late: refused'
git -C "$R" reset -q --hard "$first"
at 2022-06-01
early=$(signed alice a early)
refused "$early" 'signed at 2022-06-01T00:00:00Z by the key .*valid-after="20230101Z"' 'signed too early: refused'
git -C "$R" reset -q --hard "$first"
at 2023-06-02
good=$(signed alice a good)
ok 'in between: served' served "$good"
finish
