#!/usr/bin/env bash
# Whatever a commit changes is seen at once, whatever the kernel has cached.
. "$(dirname "$0")/lib.sh"

new_repo
cd "$R" || exit 1
mkdir away && echo x >away/x && echo x >gone && ln -s a link && echo x >becomes-link && ln -s a becomes-file && echo same >untouched
first=$(commit_all)
mounted "$R#main"
warm() { find "$M" -printf '%p %y %m %s %l\n' && cat "$M"/a "$M"/d/* "$M/link" "$M/run"; cat "$M/new" "$M/newdir/x" "$M/d/new"; } >/dev/null 2>&1
warm
warm
inode=$(stat -c %i "$M/untouched")
root=$(stat -c %Y "$M")

echo changed >a && chmod +x d/b && chmod -x run && ln -sf d/b link && git rm -q gone && git rm -rq away &&
	echo new >new && echo new >d/new && mkdir newdir && echo x >newdir/x && rm becomes-link && ln -s d becomes-link &&
	rm becomes-file && echo file >becomes-file && git mv d/deep/c d/deep/renamed
GIT_COMMITTER_DATE="$((root + 5)) +0000"
export GIT_COMMITTER_DATE
second=$(commit_all)
cd "$T" || exit 1
served "$second"
is "$(cat "$M/a")" changed 'content'
is "$(stat -c %s "$M/a")" 8 'size'
is "$(stat -c %a "$M/d/b" "$M/run" | paste -sd' ')" '755 644' 'modes'
is "$(readlink "$M/link")" d/b 'target of a link'
is "$(cat "$M/new" "$M/d/new" "$M/newdir/x" | paste -sd' ')" 'new new x' 'what was asked for before and did not exist'
is "$(cat "$M/gone" 2>&1 | grep -c 'No such')" 1 'a file that is gone'
is "$(cat "$M/away/x" 2>&1 | grep -c 'No such')" 1 'a folder that is gone'
is "$(stat -c %F "$M/becomes-link")" 'symbolic link' 'a file that became a link'
is "$(cat "$M/becomes-file")" file 'a link that became a file'
is "$(ls "$M/d/deep")" renamed 'a name that changed'
is "$(stat -c %h "$M")" 4 'the number of folders in a folder'
is "$(stat -c %Y "$M")" "$((root + 5))" 'the time of a folder'
is "$(ls "$M" | paste -sd' ')" 'a becomes-file becomes-link d link new newdir run untouched' 'the list of a folder'
is "$(stat -c %i "$M/untouched")" "$inode" 'what has not changed is the same inode'
is "$(cd "$R" && git ls-files | wc -l)" "$(find "$M" -not -type d | wc -l)" 'nothing else is there'
refmount rollback "$M" >/dev/null
is "$(cat "$M/a" "$M/gone" "$M/away/x" "$M/d/deep/c" | paste -sd' ')" 'one x x sea' 'rolled back: everything is as before'
ok 'and what was new is gone' test ! -e "$M/new" -a ! -e "$M/newdir" -a ! -e "$M/d/new"
is "$(cat "$M/.refmount/revision")" "$first" 'the first revision'
finish
