#!/usr/bin/env bash
# Names that a tree object can hold and a file system must not: refused, and named. All of them in one commit, each in a folder of its own.
. "$(dirname "$0")/lib.sh"

new_repo
good=$(rev HEAD:a)
dir=$(rev HEAD:d/deep)
commit_tree() { git -C "$R" update-ref refs/heads/hostile "$(git -C "$R" commit-tree -m Hostile "$1")" || die 'cannot commit'; } # TREE
folders=() wanted=()
bad() { # DESC REGEX ENTRY...: what is said of a folder with these entries begins with its name
	local folder
	folder=$(printf "c%02d" ${#wanted[@]})
	wanted+=("$1" "^$folder/$2")
	folders+=(40000 "$folder" "$(raw_tree "${@:3}")")
}
bad 'dot dot' '\.\.: ' 40000 .. "$dir"
bad 'dot' '\.: ' 100644 . "$good"
bad '.git' '\.git: ' 40000 .git "$dir"
bad '.GIT' '\.GIT: ' 100644 .GIT "$good"
bad '.git as HFS+ folds it' '\.g\\xe2\\x80\\x8cit: ' 100644 '.g\xe2\x80\x8cit' "$good"
bad '.git as NTFS folds it' 'git~1: ' 100644 'git~1' "$good"
bad '.git with a final dot' '\.git\.: ' 100644 .git. "$good"
bad 'a slash' 'x/y: ' 100644 x/y "$good"
bad 'an absolute path' '/etc: ' 100644 /etc "$good"
bad 'a newline' 'x\\x0ay: ' 100644 'x\ny' "$good"
bad 'an escape sequence, which is not printed' 'x\\x1b\[31my: ' 100644 'x\x1b[31my' "$good"
bad 'not UTF-8' 'x\\xffy: ' 100644 'x\xffy' "$good"
bad 'a duplicate' 'twice: ' 100644 twice "$good" 100644 twice "$good"
bad 'a duplicate file and folder' 'twice: ' 100644 twice "$good" 40000 twice "$dir"
bad 'not sorted' 'aa: ' 100644 zz "$good" 100644 aa "$good"
bad '256 bytes' 'n{200}.*: .*255' 100644 "$(printf 'n%.0s' {1..256})" "$good"
bad 'empty' '?: .*empty' 100644 '' "$good"
bad 'a mode with a zero in front' 'zero: ' 040000 zero "$dir"
bad 'setuid' 'suid: ' 104755 suid "$good"
bad 'a device' 'device: ' 060000 device "$good"
bad 'two at once: the first' 'first\.: ' 100644 .git. "$good" 104755 first. "$good"
bad 'deeper down, with its path' 'some/\.git: ' 40000 some "$(raw_tree 100644 .git "$good")"
commit_tree "$(raw_tree "${folders[@]}")"
exits 1 '' 'refused' mount_ref "$R#hostile"
cp "$T/.out" "$T/said"
ok 'nothing is mounted' not is_mounted
for ((i = 0; i < ${#wanted[@]}; i += 2)); do like "$(cat "$T/said")" "${wanted[i + 1]}" "${wanted[i]}"; done
is "$(grep -c $'\x1b' "$T/said")" 0 'no escape sequence is printed'
commit_tree "$(raw_tree 40000 .. "$dir" 100644 .git. "$good" 104755 first. "$good")"
exits 1 '^\.\.: ' 'at the top' mount_ref "$R#hostile"
like "$(cat "$T/.out")" '^\.git\.: ' 'at the top: and the second'
finish
