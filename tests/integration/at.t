#!/usr/bin/env bash
# .refmount/at/<commit>/ is the whole tree of a kept revision and never moves; current and previous are links that do.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
cp -r "$R" "$T/first" && rm -r "$T/first/.git"
mounted "$R#main"
is "$(readlink "$M/.refmount/at/current")" "$first" 'current names the commit'
ok 'the tree of the first is complete' diff -r --no-dereference "$T/first" "$M/.refmount/at/$first"
cd "$M/.refmount/at/$first/d" || die 'cannot enter'
git -C "$R" rm -qr d/deep
echo bee2 >"$R/d/b"
second=$(commit_all)
served "$second"
is "$(readlink "$M/.refmount/at/current")" "$second" 'current moves'
is "$(readlink "$M/.refmount/at/previous")" "$first" 'previous, too'
is "$(cat "$M/.refmount/at/previous/a")" one 'through the links files can be read'
is "$(cat b deep/c)" "$(printf 'bee\nsea')" 'a folder that was entered before still shows the first'
is "$(cat "$M/.refmount/at/$first/d/b")" bee 'so does the path'
is "$(cat "$M/.refmount/at/$second/d/b")" bee2 'the second has its own'
ok 'the whole first tree is the same as before' diff -r --no-dereference "$T/first" "$M/.refmount/at/$first"
is "$(cat "$M/d/b")" bee2 'the live tree shows the second'
is "$(ls "$M/.refmount/at" | sort)" "$(printf '%s\n' "$first" "$second" current previous | sort)" 'all are listed'
is "$(stat -c %i "$M/a")" "$(stat -c %i "$M/.refmount/at/$first/a")" 'an unchanged file is the same inode in all of them'
is "$(cat "$M/.refmount/at/0000000000000000000000000000000000000000/a" 2>&1 | grep -c 'No such file')" 1 'an unknown commit is ENOENT'
cd "$T" || exit 1
finish
