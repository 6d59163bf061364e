#!/usr/bin/env bash
# What a mount can roll back to stays in the mirror, whatever is pruned in the remote or here.
. "$(dirname "$0")/lib.sh"

new_remote
first=$(rev)
serve_http "$T/srv"
mounted "$URL/config.git#main" -o allow_rewind
second=$(push a two)
refmount sync "$M"
git -C "$R" reset -q --hard "$first"
third=$(commit a three)
git -C "$R" push -qf origin main
git -C "$B" reflog expire --expire=now --all && git -C "$B" gc --prune=now --quiet
ok 'sync' refmount sync "$M"
ok 'what was forced is served' serving "$third"
ok 'the one before is still here' has_object "$second"
mirror gc --prune=now --quiet
ok 'also after gc' has_object "$second"
stop
ok 'rollback, with the remote gone' refmount rollback "$M"
ok 'serves it' serving "$second"
is "$(cat "$M/a")" two 'all of it'
like "$(refmount diff "$M" "$second" "$third")" '^\+three' 'they can be compared'
finish
