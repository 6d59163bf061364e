#!/usr/bin/env bash
# df and stat -f tell the truth: the size of what is shown, nothing free, read-only.
. "$(dirname "$0")/lib.sh"

new_repo
head -c 3000000 /dev/zero >"$R/zeros"
commit_all >/dev/null
mounted
read -r blocks size free files ffree < <(stat -f -c '%b %S %f %c %d' "$M")
bytes=$(status "s['bytes']")
ok 'the size is that of the files' test $((blocks * size)) -ge "$bytes" -a $((blocks * size)) -lt $((bytes + 1000000))
is "$free" 0 'no free blocks'
ok 'inodes: at least as many as files' test "$files" -ge "$(status "s['files']")"
is "$ffree" 0 'no free inodes'
is "$(stat -f -c %l "$M")" 255 'longest name'
ok 'df works' df "$M"
like "$(findmnt -no OPTIONS "$M")" '(^|,)ro(,|$)' 'mounted read-only'
like "$(findmnt -no OPTIONS "$M")" 'nosuid' 'nosuid'
like "$(findmnt -no OPTIONS "$M")" 'nodev' 'nodev'
like "$(findmnt -no FSTYPE "$M")" '^fuse\.refmount$' 'the type is fuse.refmount'
finish
