#!/usr/bin/env bash
# A push to a bare repository is seen, without polling.
. "$(dirname "$0")/lib.sh"

new_repo
git clone -q --bare "$R" "$T/bare.git"
git -C "$R" remote add origin "$T/bare.git"
mounted "$T/bare.git#main"
for i in 1 2 3; do
	new=$(commit a "push $i")
	git -C "$R" push -q origin main
	ok "push $i is served" served "$new"
	is "$(cat "$M/a")" "push $i" "push $i is seen"
done
for i in 4 5 6 7 8; do commit a "push $i" >/dev/null && git -C "$R" push -q origin main; done
ok 'of five pushes in a row, the last' served "$(rev)"
is "$(cat "$M/a")" 'push 8' 'is seen'
new=$(commit newdir/file new)
git -C "$R" push -q origin main
ok 'a commit that adds a folder' served "$new"
is "$(cat "$M/newdir/file")" new 'is seen'
finish
