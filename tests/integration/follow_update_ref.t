#!/usr/bin/env bash
# A ref that is moved by plumbing is seen, loose or packed, without polling.
. "$(dirname "$0")/lib.sh"

new_repo
git -C "$R" branch deploy/web/prod
mounted "$R#deploy/web/prod"
move() { # DESC
	commit a "$1" >/dev/null
	git -C "$R" update-ref refs/heads/deploy/web/prod "$(rev)"
	ok "$1: served" served "$(rev)"
	is "$(cat "$M/a")" "$1" "$1: seen"
}
move 'update-ref'
git -C "$R" pack-refs --all --prune
ok 'pack-refs removes the loose file' test ! -e "$R/.git/refs/heads/deploy/web/prod"
ok 'the same is still served' serving "$(rev)"
move 'after pack-refs'
git -C "$R" pack-refs --all --prune
git -C "$R" gc -q
move 'after gc'
echo "$(commit a packed)" >/dev/null
new=$(rev)
git -C "$R" pack-refs --all --prune
sed "s|^[0-9a-f]* refs/heads/deploy/web/prod$|$new refs/heads/deploy/web/prod|" "$R/.git/packed-refs" >"$T/packed-refs"
cp "$T/packed-refs" "$R/.git/packed-refs.lock" && mv "$R/.git/packed-refs.lock" "$R/.git/packed-refs"
ok 'a change in packed-refs alone' served "$new"
finish
