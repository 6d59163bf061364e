#!/usr/bin/env bash
# Virtual files have true sizes and can be read by everything, and a repository cannot stand in their place.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
for f in .status .drift .refmount/revision .refmount/status.json .refmount/drift.json .refmount/history; do
	cp "$M/$f" "$T/copy" || die "cannot copy $f"
	is "$(stat -c %s "$M/$f")" "$(wc -c <"$T/copy")" "$f: the size is true"
	is "$(tail -n 1 "$M/$f")" "$(tail -n 1 "$T/copy")" "$f: tail works"
	is "$(stat -c '%F %a' "$M/$f")" 'regular file 444' "$f: a plain file that nobody can write"
done
is "$(cat "$M/.refmount/revision")" "$(rev)" 'revision is the commit and a newline'
is "$(wc -c <"$M/.refmount/revision")" 41 'nothing else'
is "$(ls "$M/.refmount" | grep -cE '^(revision|status.json|drift.json|history|at)$')" 5 '.refmount can be listed'
ok 'grep -r works' grep -rq "$(rev)" "$M/.refmount/status.json" "$M/.refmount/revision"
is "$(ls -A "$M" | paste -sd' ')" 'a d run' 'the root lists the repository and nothing else'

exec 5<"$M/.status"
second=$(commit a two)
served "$second"
like "$(cat <&5)" '^subject: First' 'an open .status keeps its text'
like "$(cat "$M/.status")" '^subject: Change a' 'a new one has the new text'

for name in .status .drift .refmount; do
	git -C "$R" checkout -q -B main "$second"
	echo mine >"$R/$name"
	bad=$(commit_all)
	exits 1 "$name" "$name in the repository is a finding" refmount wait "$M" "$bad" --timeout 10s
	ok "$name: last good served" serving "$second"
done
finish
