#!/usr/bin/env bash
# A mount that cannot be says in one line why, and leaves nothing.
. "$(dirname "$0")/lib.sh"

new_repo
refuses() { # REGEX DESC SOURCE MOUNTPOINT [OPTION...]
	local regex=$1 desc=$2 source=$3 at=$4
	shift 4
	exits 2 "^refmount: .*($regex)" "$desc" refmount mount -o poll=1h "$@" "$source" "$at"
	is "$(wc -l <"$T/.out")" 1 "$desc: one line"
	is "$(our_processes)" '' "$desc: no process is left"
	ok "$desc: nothing is mounted" not is_mounted
}
refuses "$T/nosuch" 'no such repository' "$T/nosuch" "$M"
mkdir "$T/plain"
refuses "$T/plain" 'a folder that is no repository' "$T/plain" "$M"
refuses 'nosuch' 'no such ref' "$R#nosuch" "$M"
refuses 'main' 'no such ref, but a similar one' "$R#mian" "$M"
refuses '0123456789' 'no such commit' "$R#0123456789012345678901234567890123456789" "$M"
refuses 'nosuch' 'no such folder in the tree' "$R" "$M" -o path=d/nosuch
refuses 'd/b' 'a file where a folder is asked for' "$R" "$M" -o path=d/b
git init -q "$T/unborn"
refuses 'commit' 'no commit yet' "$T/unborn" "$M"
refuses "$T/missing" 'no such mount point' "$R" "$T/missing"
touch "$T/file"
refuses "$T/file" 'a mount point that is a file' "$R" "$T/file"
mkdir "$T/full" && touch "$T/full/something"
refuses 'not empty' 'a mount point that is not empty' "$R" "$T/full"
git init -q --object-format=sha256 "$T/sha256" && git -C "$T/sha256" commit -q --allow-empty -m First
refuses 'SHA-?256' 'a SHA-256 repository' "$T/sha256" "$M"
refuses 'use https or ssh' 'a remote that can be changed on the way' git://git.example.com/config.git "$M"
refuses 'password_file' 'a password that everybody could see' https://me:secret@git.example.com/config.git "$M"
is "$(grep -c secret "$T/.out")" 0 'which is not repeated'
cp -r "$R" "$T/broken" && find "$T/broken/.git/objects" -type f -exec sh -c 'chmod u+w "$1"; echo garbage >"$1"' _ {} \;
refuses "$T/broken|object|damaged|corrupt|zlib|inflate" 'a damaged repository' "$T/broken" "$M"
finish
