#!/usr/bin/env bash
# `refmount wait`: 0 when served, 1 when rejected, 2 after the timeout.
. "$(dirname "$0")/lib.sh"

new_repo
mounted
exits 0 '' 'the tip is served' refmount wait "$M"
exits 0 '' 'a revision that is served' refmount wait "$M" main
unreached=$(git -C "$R" commit-tree -p HEAD -m Unreached 'HEAD^{tree}')
start=$(date +%s%N)
exits 2 'time' 'another one: 2 after the timeout' refmount wait "$M" "$unreached" --timeout 1s
took=$((($(date +%s%N) - start) / 1000000))
ok 'which is kept' test "$took" -ge 900 -a "$took" -lt 5000
exits 2 'nosuch' 'no such revision: 2 and its name' refmount wait "$M" nosuch --timeout 5s
refmount wait "$M" "$unreached" --timeout 20s &
pid=$!
git -C "$R" reset -q --hard "$unreached"
wait "$pid"
is $? 0 'returns when the ref gets there'
git clone -q "$R" "$T/elsewhere"
pushed=$(git -C "$T/elsewhere" commit-tree -p HEAD -m Pushed 'HEAD^{tree}')
exits 2 'time' 'a commit that is not in the repository yet is waited for' refmount wait "$M" "$pushed" --timeout 500ms
refmount wait "$M" "$pushed" --timeout 20s &
pid=$!
git -C "$T/elsewhere" push -q origin "$pushed:refs/heads/new" && git -C "$R" merge -q --ff-only new
wait "$pid"
is $? 0 'until it is there, and served'
ln -s / "$R/escape"
bad=$(commit_all)
exits 1 'escape' 'rejected: 1 and the finding' refmount wait "$M" "$bad" --timeout 10s
exits 1 'escape' 'the tip likewise' refmount wait "$M" --timeout 10s
exits 2 'duration|timeout' 'a timeout that is none' refmount wait "$M" --timeout soon
finish
