#!/usr/bin/env bash
# Bombs: too deep, too many, too long, too big. Refused within seconds, and named.
. "$(dirname "$0")/lib.sh"

new_repo
leaf=$(rev HEAD:a)
refuses() { # DESC REGEX TREE
	git -C "$R" update-ref refs/heads/hostile "$(git -C "$R" commit-tree -m Hostile "$3")"
	local start
	start=$(date +%s)
	exits 1 "$2" "$1" mount_ref "$R#hostile"
	ok "$1: within 5 seconds" test $(($(date +%s) - start)) -le 5
	is_mounted && { fail "$1: nothing is mounted" </dev/null; refmount umount "$M"; }
}
chain() { # DEPTH NAME: as many folders in each other
	local tree i
	tree=$(raw_tree 100644 leaf "$leaf")
	for ((i = 0; i < $1; i++)); do tree=$(raw_tree 40000 "$2" "$tree"); done
	echo "$tree"
}
refuses '80 folders deep' '^x(/x)+: .*64' "$(chain 80 x)"
refuses 'a path of more than 1024 bytes' '^n+(/n+)+: .*1024' "$(chain 6 "$(printf 'n%.0s' {1..200})")"
tree=$(raw_tree 100644 leaf "$leaf")
for _ in 1 2 3 4 5 6 7 8 9 10; do
	tree=$(raw_tree 40000 0 "$tree" 40000 1 "$tree" 40000 2 "$tree" 40000 3 "$tree" 40000 4 "$tree" \
		40000 5 "$tree" 40000 6 "$tree" 40000 7 "$tree" 40000 8 "$tree" 40000 9 "$tree")
done
refuses 'ten trees that name 10,000,000,000 paths' 'more than 200000 folders' "$tree"
big=$(head -c $((17 << 20)) /dev/zero | blob)
refuses 'a file of 17 MiB' '^big: ' "$(raw_tree 100644 big "$big")"
tree=$(awk -v oid="$leaf" 'BEGIN { for (i = 0; i < 200001; i++) printf "100644 blob %s\tf%06d\n", oid, i }' | git -C "$R" mktree)
refuses '200,001 files' 'more than 200000 files' "$tree"
sixteen=$(head -c $((16 << 20)) /dev/zero | blob)
tree=$(for i in $(seq 100 165); do printf '100644 blob %s\tf%d\n' "$sixteen" "$i"; done | git -C "$R" mktree)
refuses 'more than 1 GiB in total' 'more than 1073741824 bytes' "$tree"
finish
