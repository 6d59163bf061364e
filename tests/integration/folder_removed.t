#!/usr/bin/env bash
# A folder that a commit removes is gone; when it comes back, it is there for everybody.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted "$R#main"
ls -lR "$M" >/dev/null
cd "$M/d/deep" || die 'cannot enter'
git -C "$R" rm -qr d && git -C "$R" commit -qm 'No d'
served "$(rev)"
ok 'the path is gone' test ! -e "$M/d"
is "$(ls "$M" | paste -sd' ')" 'a run' 'so is the entry'
is "$(cat "$M/d/deep/c" 2>&1 | grep -c 'No such file')" 1 'what was in it is ENOENT'
ok 'from inside nothing can be read' not cat c
ok 'rollback' refmount rollback "$M"
is "$(cat "$M/d/deep/c")" sea 'it is back'
is "$(ls "$M/d" | paste -sd' ')" 'b deep link' 'with all that is in it'
(cd "$M/d/deep" && cat c) >"$T/inside" 2>&1
is "$(cat "$T/inside")" sea 'and can be entered'
cd "$T" || exit 1

ok 'resume' refmount resume "$M"
ok 'gone again' wait_until 10 test ! -e "$M/d"
echo file >"$R/d"
new=$(commit_all)
ok 'a file in its place' served "$new"
is "$(cat "$M/d")" file 'is seen'
git -C "$R" rm -q d && mkdir "$R/d" && echo x >"$R/d/x"
new=$(commit_all)
ok 'and a folder again' served "$new"
is "$(cat "$M/d/x")" x 'is seen'
finish
