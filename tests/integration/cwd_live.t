#!/usr/bin/env bash
# A shell inside a folder sees the new revision without leaving it.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
cd "$M/d/deep" || die 'cannot enter'
exec 5<.
is "$(cat c)" sea 'before'
echo lake >"$R/d/deep/c" && echo more >"$R/d/deep/more" && git -C "$R" rm -q d/b
new=$(commit_all)
served "$new"
is "$(cat c)" lake 'the changed file'
is "$(cat more)" more 'the added file'
is "$(ls | paste -sd' ')" 'c more' 'the listing'
is "$(ls ..| paste -sd' ')" 'deep link' 'the listing of the folder above'
is "$(cat ../../a)" one 'a path through it'
is "$(pwd -P)" "$M/d/deep" 'and it is still called the same'
is "$(ls /proc/self/fd/5/ | paste -sd' ')" 'c more' 'a held folder descriptor is live, too'
cd "$T" || exit 1
finish
