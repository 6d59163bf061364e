#!/usr/bin/env bash
# When no process of ours can open anything any more, reading goes on; commits come when it can again.
. "$(dirname "$0")/lib.sh"

command -v prlimit >/dev/null || skip_all 'there is no prlimit'
new_repo
mkdir "$R/many" && for i in $(seq 60); do echo "$i" >"$R/many/$i"; done
old=$(commit_all)
mounted "$R#main"
roles='keeper server engine'
pids=()
for role in $roles; do pids+=("$(pid_of "$role")"); done

limit() { # SOFT, of all three
	local pid
	for pid in "${pids[@]}"; do prlimit --pid "$pid" --nofile="$1:" || return 1; done
}
cold() { # FROM TO: nobody has looked at these before
	local i
	for i in $(seq "$1" "$2"); do [ "$(cat "$M/many/$i")" = "$i" ] || return 1; done
}

before=$(prlimit --pid "${pids[2]}" --nofile --output SOFT --noheadings | tr -d ' ')
ok 'no descriptors for anybody' limit 0
ok 'files that nobody has read' cold 1 20
is "$(ls "$M/d")" "$(printf 'b\ndeep\nlink')" 'folders'
ok 'what is not there' test ! -e "$M/many/61"
is "$(readlink "$M/d/link")" ../a 'links'
ok '.status' grep -q "$old" "$M/.status"
new=$(commit a two)
ok 'a commit changes nothing for readers' cold 21 40
is "$(cat "$M/a")" one 'they see the old one'
ok 'descriptors again' limit "$before"
serves_new() { refmount sync "$M" && serving "$new"; }
ok 'the commit comes' wait_until 20 serves_new
is "$(cat "$M/a")" two 'and is seen'
ok 'files that nobody has read' cold 41 60
is "$(pid_of server)" "${pids[1]}" 'the server is the same'
ok 'umount' refmount umount "$M"
is "$(our_processes)" '' 'nothing is left'
finish
