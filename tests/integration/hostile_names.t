#!/usr/bin/env bash
# Names that a tree object can hold and a file system must not: refused, and named.
. "$(dirname "$0")/lib.sh"

new_repo
good=$(rev HEAD:a)
dir=$(rev HEAD:d/deep)
refuses() { # DESC REGEX ENTRY...
	local desc=$1 regex=$2 commit
	shift 2
	commit=$(git -C "$R" commit-tree -m Hostile "$(raw_tree "$@")") || die 'cannot commit'
	git -C "$R" update-ref refs/heads/hostile "$commit"
	exits 1 "$regex" "$desc" mount_ref "$R#hostile"
	is_mounted && { fail "$desc: nothing is mounted" </dev/null; refmount umount "$M"; }
}
refuses 'dot dot' '^\.\.: ' 40000 .. "$dir"
refuses 'dot' '^\.: ' 100644 . "$good"
refuses '.git' '^\.git: ' 40000 .git "$dir"
refuses '.GIT' '^\.GIT: ' 100644 .GIT "$good"
refuses '.git as HFS+ folds it' '^\.g\\xe2\\x80\\x8cit: ' 100644 '.g\xe2\x80\x8cit' "$good"
refuses '.git as NTFS folds it' '^git~1: ' 100644 'git~1' "$good"
refuses '.git with a final dot' '^\.git\.: ' 100644 .git. "$good"
refuses 'a slash' '^x/y: ' 100644 x/y "$good"
refuses 'an absolute path' '^/etc: ' 100644 /etc "$good"
refuses 'a newline' '^x\\x0ay: ' 100644 'x\ny' "$good"
refuses 'an escape sequence, which is not printed' '^x\\x1b\[31my: ' 100644 'x\x1b[31my' "$good"
is "$(grep -c $'\x1b' "$T/.out")" 0 'an escape sequence, which is not printed: indeed'
refuses 'not UTF-8' '^x\\xffy: ' 100644 'x\xffy' "$good"
refuses 'a duplicate' '^twice: ' 100644 twice "$good" 100644 twice "$good"
refuses 'a duplicate file and folder' '^twice: ' 100644 twice "$good" 40000 twice "$dir"
refuses 'not sorted' '^aa: ' 100644 zz "$good" 100644 aa "$good"
refuses '256 bytes' '^n{200}.*: .*255' 100644 "$(printf 'n%.0s' {1..256})" "$good"
refuses 'empty' 'empty' 100644 '' "$good"
refuses 'a mode with a zero in front' '^zero: ' 040000 zero "$dir"
refuses 'setuid' '^suid: ' 104755 suid "$good"
refuses 'a device' '^device: ' 060000 device "$good"
refuses 'two at once: the first' '^first\.: ' 100644 .git. "$good" 104755 first. "$good"
like "$(cat "$T/.out")" '^\.git\.: ' 'two at once: and the second'
below=$(raw_tree 100644 .git "$good")
refuses 'deeper down, with its path' '^some/\.git: ' 40000 some "$below"
finish
