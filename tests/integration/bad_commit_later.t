#!/usr/bin/env bash
# A bad commit that comes later changes nothing but .status; the next good one is served.
. "$(dirname "$0")/lib.sh"

new_repo
good=$(rev)
mounted "$R#main"
ln -s /etc/passwd "$R/escape" && ln -s ../../x "$R/d/escape2"
bad=$(commit_all 'Bad')
exits 1 'escape: ' 'wait says rejected, and why' refmount wait "$M" "$bad" --timeout 10s
is "$(cat "$M/.refmount/revision")" "$good" 'the last good revision is served'
ok 'and complete' test -e "$M/d/deep/c" -a ! -e "$M/escape"
is "$(status "s['health']")" Degraded 'Degraded'
is "$(status "s['sync']")" OutOfSync 'OutOfSync'
is "$(status "s['desired']")" "$bad" 'desired is the bad one'
is "$(status "s['behind']")" 1 'behind by one'
is "$(status "sorted(f['file'] for f in s['findings'])")" '["d/escape2", "escape"]' 'every finding is there, with its file'
is "$(status "all(f['message'] for f in s['findings'])")" True 'each with a message'
like "$(cat "$M/.refmount/history")" "$bad" 'history has it'
is "$(ls "$M/.refmount/at" | grep -c "$bad")" 0 'it cannot be reached below at/'
segments=$(ls /var/lib/refmount/run-t-mnt/segments)
ok 'sync again: the same answer' not refmount sync "$M"
is "$(ls /var/lib/refmount/run-t-mnt/segments)" "$segments" 'and nothing more on disk'

git -C "$R" rm -q escape d/escape2 && git -C "$R" commit -qm 'Good again'
ok 'a good commit on top is served' served "$(rev)"
is "$(status "s['health'] + str(s['findings'])")" 'Healthy[]' 'Healthy, without findings'
finish
