#!/usr/bin/env bash
# A signature is of one text, for one purpose.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
first=$(rev)
ok 'mounts' verified "{signers: $T/signers}"
point() { git -C "$R" update-ref refs/heads/main "$1"; } # COMMIT
object() { git -C "$R" hash-object -t commit -w --stdin; } # bytes on stdin
# COMMIT with the signature of SIGNED, a commit or a file.
resigned() { # COMMIT SIGNATURE_FILE
	git -C "$R" cat-file commit "$1" | sed '/^$/,$d'
	sed '1s/^/gpgsig /; 1!s/^/ /' "$2"
	git -C "$R" cat-file commit "$1" | sed -n '/^$/,$p'
}

git -C "$R" checkout -q -b side # nobody follows it
good=$(signed alice a two)
changed=$(git -C "$R" cat-file commit "$good" | sed 's/^Change a$/Change b/' | object)
point "$changed"
refused "$changed" '^bad signature: this is not what was signed$' 'a changed commit is refused'

git -C "$R" cat-file commit "$good" | sed -n 's/^gpgsig //p; /^ /s/^ //p' >"$T/moved.sig"
plain=$(git -C "$R" commit-tree -p "$first" -m other "$good^{tree}")
moved=$(resigned "$plain" "$T/moved.sig" | object)
point "$moved"
refused "$moved" '^bad signature' 'the signature of another commit is refused'

git -C "$R" cat-file commit "$plain" >"$T/file"
ssh-keygen -q -Y sign -n file -f "$T/keys/alice" "$T/file" 2>/dev/null
other=$(resigned "$plain" "$T/file.sig" | object)
point "$other"
refused "$other" "signed for the namespace 'file' and not for 'git'" 'the signature of a file is refused'

hidden=$({ git -C "$R" cat-file commit "$good" | sed -n 1p
	git -C "$R" cat-file commit "$good" | sed -n '/^gpgsig/,/END SSH/p'
	git -C "$R" cat-file commit "$good" | sed '1d; /^gpgsig/,/END SSH/d'; } | object)
point "$hidden"
refused "$hidden" 'its signature is not where git puts it' 'a signature in another place is refused'
is "$(cat "$M/.refmount/revision")" "$first" 'the first one is still served'
finish
