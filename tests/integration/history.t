#!/usr/bin/env bash
# .refmount/history has one line a switch, newest first: time, revision, result, reason.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted "$R#main"
second=$(commit a two)
served "$second"
refmount rollback "$M" --reason 'went wrong' >/dev/null
refmount resume "$M" >/dev/null
served "$second"
ln -s / "$R/escape"
bad=$(commit_all)
refmount wait "$M" --timeout 10s >/dev/null 2>&1
sed 's/^/# /' "$M/.refmount/history"
revisions() { grep -oE '\b[0-9a-f]{40}\b' "$M/.refmount/history" | head -n "$1" | paste -sd' '; }
is "$(grep -v "$bad" "$M/.refmount/history" | grep -cE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z[[:space:]]+[0-9a-f]{40}[[:space:]]')" 4 'four switches, each with time and revision'
is "$(grep -v "$bad" "$M/.refmount/history" | awk '{ print $2 }' | paste -sd' ')" "$second $first $second $first" 'newest first'
like "$(grep -m1 "$first" "$M/.refmount/history")" 'went wrong' 'with the reason that was given'
is "$(refmount history "$M")" "$(cat "$M/.refmount/history")" '`refmount history` prints it'
like "$(grep -m1 "$bad" "$M/.refmount/history")" ' rejected .*escape.*"Change" A U Thor' 'what was rejected, why, and whose it was'
refmount history "$M" --json >"$T/h.json"
is "$(jq -r '.[0] | "\(.result) \(.subject) \(.author)"' "$T/h.json")" 'rejected Change A U Thor <author@example.com>' '--json says the same'
ok '--json is one JSON value' "$PYTHON" -c 'import json, sys; json.load(open(sys.argv[1]))' "$T/h.json"
is "$(cut -c1-20 "$M/.refmount/history" | sort -rc 2>&1)" '' 'times never go backwards'
refmount umount "$M"
mounted "$R#$second"
like "$(cat "$M/.refmount/history")" 'went wrong' 'it is still there after a restart'
finish
