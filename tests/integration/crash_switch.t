#!/usr/bin/env bash
# A commit that the server cannot switch to, because it crashes before that is done, is given up after three attempts: the mount goes on with
# what it has.
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2046
cc -shared -fPIC -o "$T/poison.so" "$here/poison.c" $(pkg-config --cflags fuse3) 2>"$T/.out" ||
	skip_all 'needs a C compiler and the headers of libfuse'
new_repo
echo never >"$R/d/cursed"
first=$(commit_all)
LD_PRELOAD=$T/poison.so ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 mounted "$R#main"
refmount wait "$M" --timeout 20s >/dev/null || die 'it does not serve'
engine=$(pid_of engine)

bad=$(commit d/cursed 'other')
ok 'a commit is rejected' wait_until 30 status_is "s['desired'] == '$bad' and s['health']" Degraded
like "$(cat "$M/.status")" 'the server crashed 3 times while it switched to this commit' 'with the reason'
ok 'after three crashes' test "$(status "s['processes']['restarts']")" -eq 3
is "$(cat "$M/.refmount/revision")" "$first" 'what was served before is served'
is "$(cat "$M/d/cursed")" never 'in the tree, too'
like "$(cat "$M/.refmount/history")" "$bad +rejected" 'history has it'
is "$(pid_of engine)" "$engine" 'the engine is the same'
git -C "$R" checkout -q "$first" -- d/cursed
good=$(commit a good)
ok 'the next commit is tried as any other' served "$good"
is "$(cat "$M/a")" good 'and shown'
exits 2 'the server crashed 3 times while it switched to this commit' 'who asks for it is told so' refmount switch "$M" "$bad"
is "$(cat "$M/a")" good 'and what was served is'
finish
