#!/usr/bin/env bash
# Links that leave the tree are refused, and named; those that stay inside are shown.
. "$(dirname "$0")/lib.sh"

new_repo
base=$(rev)
git -C "$R" checkout -q -B hostile "$base"
out() { mkdir -p "$R/$(dirname "$1")" && ln -s "$2" "$R/$1"; } # LINK TARGET
out absolute /etc/passwd
out one ../x
out d/deep/three ../../../x
out down d/../../x
ln -s d "$R/hop" && out through hop/../../x
commit_all >/dev/null
exits 1 '^absolute: ' 'absolute' mount_ref "$R#hostile"
cp "$T/.out" "$T/said"
ok 'nothing is mounted' not is_mounted
refused() { like "$(cat "$T/said")" "^$1: " "$2"; } # LINK DESC
refused one 'one up from the root'
refused d/deep/three 'up from a folder'
refused down 'down and up'
refused through 'through another link'
git -C "$R" checkout -q -B hostile "$base"
ln -s d/deep "$R/in" && ln -s ../../a "$R/d/deep/up" && ln -s ../in/up "$R/d/both" && ln -s nosuch "$R/dangling" && commit_all >/dev/null
ok 'links that stay inside' mount_ref "$R#hostile"
is "$(cat "$M/in/c" "$M/d/deep/up" "$M/d/both")" "$(printf 'sea\none\none')" 'lead where they should'
is "$(readlink "$M/dangling")" nosuch 'one that leads nowhere is shown as it is'
finish
