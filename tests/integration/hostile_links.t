#!/usr/bin/env bash
# Links that leave the tree are refused, and named; those that stay inside are shown.
. "$(dirname "$0")/lib.sh"

new_repo
base=$(rev)
refuses() { # DESC NAME TARGET
	git -C "$R" checkout -q -B hostile "$base"
	mkdir -p "$R/$(dirname "$2")" && ln -s "$3" "$R/$2" && commit_all >/dev/null
	exits 1 "^$2: " "$1" mount_ref "$R#hostile"
	is_mounted && { fail "$1: nothing is mounted" </dev/null; refmount umount "$M"; }
}
refuses 'absolute' escape /etc/passwd
refuses 'one up from the root' escape ../x
refuses 'up from a folder' d/deep/escape ../../../x
refuses 'down and up' escape d/../../x
git -C "$R" checkout -q -B hostile "$base"
ln -s d "$R/hop" && ln -s hop/../../x "$R/escape" && commit_all >/dev/null
exits 1 '^escape: ' 'through another link' mount_ref "$R#hostile"
git -C "$R" checkout -q -B hostile "$base"
ln -s d/deep "$R/in" && ln -s ../../a "$R/d/deep/up" && ln -s ../in/up "$R/d/both" && ln -s nosuch "$R/dangling" && commit_all >/dev/null
ok 'links that stay inside' mount_ref "$R#hostile"
is "$(cat "$M/in/c" "$M/d/deep/up" "$M/d/both")" "$(printf 'sea\none\none')" 'lead where they should'
is "$(readlink "$M/dangling")" nosuch 'one that leads nowhere is shown as it is'
finish
