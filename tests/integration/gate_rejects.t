#!/usr/bin/env bash
# A commit that a check of the node does not like is rejected before anything of it is visible; the next good one goes through.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/check" <<'CHECK'
#!/bin/sh
echo "looking at $1"
[ -e "$1/good" ] && exit 0
printf '\033[31mno good\033[0m: line %d\n' 1 2
exit 3
CHECK
chmod +x "$T/check"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {name: goodness, run: [$T/check, '{root}']}
YAML

exits 1 "check 'goodness': exited with 3: .*no good: line 1; no good: line 2" 'the first commit is rejected' \
	refmount mount --config "$T/web.yaml"
ok 'and nothing is mounted' not is_mounted
ok 'nothing runs' wait_until 5 nothing_left
exits 1 "check 'goodness'" 'nor does it stay in the foreground' timeout 20 refmount mount -f --config "$T/web.yaml"
ok 'and nothing is mounted' not is_mounted

first=$(commit good yes)
ok 'a good one can be mounted' refmount mount --config "$T/web.yaml"
ok 'it is served' serving "$first"
is "$(cat "$M/good")" yes 'with all its files'
ok 'it is no candidate any more' not test -e "$M/.refmount/candidate"

git -C "$R" rm -q good
bad=$(commit_all 'Worse')
exits 1 "refmount: check 'goodness': exited with 3" 'a bad one is rejected' refmount wait "$M" --timeout 20s
ok 'the last good one is served' serving "$first"
is "$(status "s['health']")" Degraded 'health'
is "$(status "s['sync']")" OutOfSync 'sync'
like "$(status "s['findings'][0]['message']")" "^check 'goodness': exited with 3: looking at $M; no good" 'what the check said is a finding'
like "$(head -n 1 "$M/.refmount/history")" "$bad rejected +check 'goodness'" 'it is in the history'
ok 'it can still be looked at' test -e "$M/.refmount/at/$bad/a"

before=$(grep -c . "$M/.refmount/history")
exits 1 "check 'goodness'" 'sync tries again' refmount sync "$M"
is "$(grep -c . "$M/.refmount/history")" "$before" 'which is no news'

good=$(commit good again)
ok 'the next good one goes through at once' served "$good"
is "$(status "s['health']")" Healthy 'and all is well'
is "$(status "s['findings']")" '[]' 'without findings'
finish
