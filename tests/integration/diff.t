#!/usr/bin/env bash
# refmount diff: a patch between two revisions, from the previous to the served one by default; 0 the same, 1 different, 2 could not.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted "$R#main"
exits 2 'no earlier revision is kept' 'nothing to compare with yet' refmount diff
second=$(commit a two)
served "$second"
as_git() { git -C "$R" diff --no-renames "$@" | sed 's/^\(@@ .* @@\) .*/\1/'; } # what git says, in our words
is "$(refmount diff "$M")" "$(as_git "$first" "$second")" 'previous to served'
exits 1 '^\+two' 'it differs: 1, and the only mount need not be named' refmount diff
exits 0 '^$' 'a revision and itself' refmount diff "$M" "$second" "$second"
exits 0 '^$' 'FROM alone: to the served one' refmount diff "$second"
is "$(refmount diff "$M" @1 "$first~0")" '' '@1 and what git rev-parse takes'
is "$(refmount diff main "$first")" "$(as_git "$second" "$first")" 'two revisions of the only mount'
exits 2 "no mount 'a'" 'three words: the first is a mount' refmount diff a b c
exits 2 'nosuch' 'no such revision' refmount diff "$M" nosuch

chmod 755 "$R/d/b"
git -C "$R" mv d/deep/c d/c
ln -sf ../run "$R/d/link"
third=$(commit e 'a file')
served "$third"
is "$(refmount diff "$M" "$first")" "$(as_git "$first" "$third")" 'modes, links, added and removed'
is "$(refmount diff "$M" "$first" "$third" -- d)" "$(as_git "$first" "$third" -- d)" 'one folder'
is "$(refmount diff "$M" "$first" -- "$M/d/deep/" ./a)" "$(as_git "$first" "$third" -- d/deep a)" 'paths below the mount point, folders with a slash'
is "$(cd "$M/d" && refmount diff . "$first" -- .)" "$(as_git "$first" "$third")" 'from inside'
exits 2 "'nosuch' is in neither revision" 'no such path' refmount diff "$M" -- a nosuch
exits 2 'is no path below' 'a path that leads out' refmount diff "$M" -- ../a
refmount diff "$M" "$first" "$third" | git -C "$R" apply -R --index
ok 'git takes it back' git -C "$R" diff --quiet --cached "$first"
git -C "$R" reset -q --hard "$third"
exits 2 "'a' is ambiguous" 'a path is no revision' refmount diff "$M" "$first" a

refmount diff "$M" "$first" >/dev/full 2>"$T/err"
is "$? $(cat "$T/err")" '2 refmount: write the output: No space left on device' 'what cannot be written is no answer'
kill -STOP "$(pid_of engine)"
is "$(refmount diff "$M")" "$(as_git "$second" "$third")" 'the default needs no engine'
kill -CONT "$(pid_of engine)"
finish
