#!/usr/bin/env bash
# With `mode: tag`, a commit is served once a signed tag points at it.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
tag() { git -C "$R" -c gpg.format=ssh -c user.signingkey="$T/keys/${2-alice}" tag "-${3-s}" -m "Release $1" "$1"; } # NAME [WHO [OPTION]]
new_key mallory
exits 1 'no annotated tag points at this commit: `git tag -s` makes one' 'a signed commit is not enough' verified "{signers: $T/signers, mode: tag}"
tag v1
ok 'tagged: mounts' verified "{signers: $T/signers, mode: tag}"
is "$(status "s['signer']['name']")" alice@example.com '.status: by whom'

second=$(commit a two)
refused "$second" 'no annotated tag' 'without a tag: refused'
tag v2-rc alice a
exits 1 'is rejected' 'looks again' refmount sync "$M" --timeout 10s
refused "$second" "^tag 'v2-rc': not signed: .git tag -s. signs it$" 'one that is not signed: refused'
git -C "$R" tag -d v2-rc >/dev/null
tag v2 mallory
exits 1 'is rejected' 'looks again' refmount sync "$M" --timeout 10s
refused "$second" "^tag 'v2': signed by an unknown key" "one of somebody else's: refused"
git -C "$R" update-ref refs/tags/v3 "$(git -C "$R" rev-parse refs/tags/v1)"
git -C "$R" tag -d v2 >/dev/null
exits 1 'is rejected' 'looks again' refmount sync "$M" --timeout 10s
refused "$second" 'no annotated tag' 'the tag of another commit is none'
tag v2
ok 'a signed tag is noticed' wait_until 10 serving "$second"
is "$(cat "$M/a")" two 'the unsigned commit is served'

refmount umount "$M"
sed -i 's/^ref: .*/ref: v2/' "$T/node.yaml"
ok 'the tag itself can be followed' refmount mount --name node --config "$T/node.yaml"
is "$(status "s['ref'], s['signer']['name']")" '["refs/tags/v2", "alice@example.com"]' 'and speaks for its commit'
finish
