#!/usr/bin/env bash
# A request that crashes each server is answered with an error after a few of them; all others get their answers.
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2046
cc -shared -fPIC -o "$T/poison.so" "$here/poison.c" $(pkg-config --cflags fuse3) 2>"$T/.out" ||
	skip_all 'needs a C compiler and the headers of libfuse'
new_repo
echo never >"$R/d/poison"
first=$(commit_all)
LD_PRELOAD=$T/poison.so ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 mounted "$R#main"
refmount wait "$M" --timeout 20s >/dev/null || die 'it does not serve'
server=$(pid_of server) engine=$(pid_of engine)

cat >"$T/read.py" <<'PYTHON'
import os, sys
mount, stop = sys.argv[1:]
rounds = 0
while not os.path.exists(stop):
    assert open(f"{mount}/d/deep/c").read() == "sea\n"
    assert os.listdir(f"{mount}/d/deep") == ["c"]
    assert not os.path.exists(f"{mount}/d/nosuch{rounds}") # asks the server each time
    rounds += 1
print(rounds)
PYTHON
"$PYTHON" "$T/read.py" "$M" "$T/stop" >"$T/rounds" 2>&1 &
reader=$!
for i in 1 2 3; do
	exits 1 'Input/output error' "time $i: an error, not a reader that waits" timeout 20 cat "$M/d/poison"
done
is "$(cat "$M/a" "$M/d/b")" "$(printf 'one\nbee')" 'its neighbours are read'
touch "$T/stop"
wait "$reader"
is $? 0 "another reader saw no error ($(tail -n 1 "$T/rounds") rounds)"
ok 'it really crashed the server' test "$(status "s['processes']['restarts']")" -ge 3
is "$(pid_of engine)" "$engine" 'the engine is the same'
ok 'what was served is' serving "$first"
second=$(commit a two)
ok 'a commit is taken' served "$second"
is "$(cat "$M/a")" two 'and seen'
ok 'umount' refmount umount "$M"
ok 'nothing is left' nothing_left
finish
