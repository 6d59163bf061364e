#!/usr/bin/env bash
# Each kind of change raises the events of an editor's atomic save, in the folder and on the file itself, and nothing else does.
. "$(dirname "$0")/lib.sh"
. "$here/watch.sh"

is_real_root || skip_all 'needs real root'
new_repo
mkdir "$R/same" && echo same >"$R/same/file" && echo s >"$R/same/other"
commit_all >/dev/null
mounted "$R#main"
find "$M" >/dev/null
start_watch -r "$M"

ok 'a commit' served "$(commit a two)"
is "$(event_set)" ' MOVED_TO a' 'a changed file: MOVED_TO in its folder'
is "$(cat "$M/a")" two 'the new content is there'
ok 'a commit' served "$(commit d/deep/new x)"
is "$(event_set)" 'd/deep/ MOVED_TO new' 'a new file: MOVED_TO'
git -C "$R" rm -q d/deep/new
ok 'a commit' served "$(commit_all)"
is "$(event_set)" 'd/deep/ DELETE new' 'a removed file: DELETE'
ok 'a commit' served "$(commit fresh/sub/file x)"
is "$(event_set)" ' CREATE,ISDIR fresh' 'a new folder: CREATE'
chmod 755 "$R/a"
ok 'a commit' served "$(commit_all)"
is "$(event_set)" ' MOVED_TO a' 'a changed mode: MOVED_TO'
ln -sfn run "$R/d/link"
ok 'a commit' served "$(commit_all)"
is "$(event_set)" 'd/ MOVED_TO link' 'a changed link: MOVED_TO'
git -C "$R" mv a renamed
ok 'a commit' served "$(commit_all)"
is "$(event_set)" "$(lines ' DELETE a' ' MOVED_TO renamed')" 'a renamed file: DELETE and MOVED_TO'
rm "$R/run" && mkdir "$R/run" && echo x >"$R/run/x"
ok 'a commit' served "$(commit_all)"
is "$(event_set)" "$(lines ' CREATE,ISDIR run' ' DELETE run')" 'a file becomes a folder: DELETE and CREATE'
rm -r "$R/run" && echo y >"$R/run"
ok 'a commit' served "$(commit_all)"
is "$(event_set | grep -v '^run/')" "$(lines ' DELETE,ISDIR run' ' MOVED_TO run')" 'and back: DELETE and MOVED_TO'
stop_watch

find "$M" >/dev/null
start_watch "$M/d/b" "$M/same/file" "$M/d/deep" "$M/d" "$M"
ok 'a commit' served "$(commit d/b new)"
is "$(event_set)" "$(lines 'd/ MOVED_TO b' 'd/b ATTRIB' 'd/b DELETE_SELF')" 'who watches the file: ATTRIB and DELETE_SELF'
git -C "$R" rm -qr d
ok 'a commit' served "$(commit_all)"
is "$(event_set)" "$(lines ' DELETE,ISDIR d' 'd/ DELETE b' 'd/ DELETE link' 'd/ DELETE,ISDIR deep' 'd/ DELETE_SELF' 'd/deep/ DELETE c' 'd/deep/ DELETE_SELF')" \
	'a removed folder: everything in it, from the bottom'
ok 'a rejected commit' sh -c "cd $R && ln -s /etc/passwd out && git add -A && git commit -qm Bad && ! refmount wait $M --timeout 20s"
is "$(event_set)" '' 'raises nothing'
stop_watch
is "$(cat "$T/inotify")" '' 'nothing else was said'
finish
