#!/usr/bin/env bash
# A repository can be named in every way that Git users know, and a ref likewise.
. "$(dirname "$0")/lib.sh"

new_repo
git -C "$R" tag v1
git -C "$R" tag -a -m 'Annotated' v1a
git -C "$R" branch side/way
first=$(rev)
commit a two >"$T/second"
second=$(cat "$T/second")
git clone -q --bare "$R" "$T/bare.git"
git -C "$R" worktree add -q "$T/linked" side/way

shows() { # DESC SOURCE COMMIT REF
	ok "$1: mounts" mount_ref "$2"
	is "$(cat "$M/.refmount/revision")" "$3" "$1: serves the commit"
	is "$(status "s['ref']")" "$4" "$1: .status names the ref"
	ok "$1: unmounts" refmount umount "$M"
}

shows 'worktree' "$R" "$second" HEAD
shows '.git folder' "$R/.git#main" "$second" refs/heads/main
shows 'bare repository' "$T/bare.git#main" "$second" refs/heads/main
shows 'file://' "file://$T/bare.git#main" "$second" refs/heads/main
shows 'linked worktree, slash in the branch' "$T/linked#side/way" "$first" refs/heads/side/way
shows 'full ref name' "$R#refs/heads/main" "$second" refs/heads/main
shows 'tag' "$R#v1" "$first" refs/tags/v1
shows 'annotated tag' "$R#v1a" "$first" refs/tags/v1a
shows 'full commit id' "$R#$first" "$first" "$first"
cd "$R" || exit 1
shows 'relative path' ".#main" "$second" refs/heads/main
finish
