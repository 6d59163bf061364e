#!/usr/bin/env bash
# A switch of thousands of names, both ways of telling the kernel: all at once, and name by name as on older kernels.
. "$(dirname "$0")/lib.sh"

git init -q "$R"
fill() { # CONTENT
	mkdir -p "$R"/d{0..29}
	awk -v dir="$R" -v text="$1" 'BEGIN {
		for (i = 0; i < 30; i++)
			for (j = 1; j <= 100; j++) {
				file = dir "/d" i "/f" j
				print text " f" j >file
				close(file)
			}
	}'
}
fill old
commit_all >/dev/null
fill new
commit_all >/dev/null
git -C "$R" update-ref refs/heads/shown HEAD~1

for way in at-once name-by-name; do
	unset REFMOUNT_NO_EPOCH
	[ $way = at-once ] || export REFMOUNT_NO_EPOCH=1
	git -C "$R" update-ref refs/heads/shown HEAD~1
	mounted "$R#shown" --name "$way"
	exec 7<"$M/d3/f7"
	find "$M" -type f -exec cat {} + >"$T/before"
	is "$(sort -u "$T/before" | cut -d' ' -f1 | uniq)" old "$way: everything is cached"
	git -C "$R" update-ref refs/heads/shown HEAD
	ok "$way: the switch" refmount wait "$M" HEAD --timeout 30s
	find "$M" -type f -exec cat {} + >"$T/after"
	is "$(cut -d' ' -f1 "$T/after" | sort -u)" new "$way: nothing old is seen"
	is "$(wc -l <"$T/after")" 3000 "$way: nothing is missing"
	is "$(cat <&7)" 'old f7' "$way: what is open keeps its bytes"
	exec 7<&-
	ok "$way: umount" refmount umount "$M"
done
finish
