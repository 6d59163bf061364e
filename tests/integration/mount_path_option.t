#!/usr/bin/env bash
# -o path=DIR shows only that folder of the tree.
. "$(dirname "$0")/lib.sh"

new_repo
mkdir -p "$R/site/etc" && echo conf >"$R/site/etc/app.conf" && git -C "$R" rm -q d/link && commit_all >/dev/null

ok 'mounts a folder' mount_ref "$R#main" -o path=site/etc
is "$(ls "$M")" app.conf 'the mount shows what is in it'
is "$(status "s['tree']")" "$(rev HEAD:site/etc)" 'tree is the id of that folder'
is "$(cat "$M/.refmount/revision")" "$(rev)" 'revision is the commit'

new=$(commit site/etc/app.conf changed)
ok 'a commit in the folder is followed' served "$new"
is "$(cat "$M/app.conf")" changed 'and seen'
new=$(commit a elsewhere)
ok 'a commit outside of it is followed, too' served "$new"

git -C "$R" rm -qr site && git -C "$R" commit -qm 'No site'
ok 'a commit without the folder is rejected' wait_until 10 status_is "s['health']" Degraded
is "$(cat "$M/app.conf")" changed 'the last good one is still served'
like "$(cat "$M/.status")" 'site' '.status names the folder'
finish
