#!/usr/bin/env bash
# As long as the ref has not moved, a poll only looks at it; nothing is fetched.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

new_remote
serve_http "$T/srv"
mounted "$URL/config.git#main"
: >"$REQUESTS"
ok 'sync' refmount sync "$M"
is "$(awk '{ print $1, $3 }' "$REQUESTS")" "$(printf 'GET 200\nPOST 200')" 'is two requests: what the server can do, and the ref'
ok 'in which little is said' test "$(awk '{ n += $4 + $5 } END { print n }' "$REQUESTS")" -lt 1000
for i in 1 2 3; do commit "other$i" x >/dev/null && git -C "$R" push -q origin "HEAD:other$i"; done
: >"$REQUESTS"
ok 'sync, when other refs have moved' refmount sync "$M"
is "$(awk '{ print $1, $3 }' "$REQUESTS")" "$(printf 'GET 200\nPOST 200')" 'is the same'
ok 'they are not told' test "$(awk '{ n += $4 + $5 } END { print n }' "$REQUESTS")" -lt 1000
git -C "$R" push -q origin main
: >"$REQUESTS"
ok 'sync, when it has moved' refmount sync "$M"
ok 'is more' test "$(wc -l <"$REQUESTS")" -gt 2
ok 'and served' serving "$(rev)"
refmount umount "$M"

# What a poll costs on the wire, all of it.
wire() { # NAME SOURCE OPTION...
	mounted "$2#main" "${@:3}"
	: >"$CONNECTIONS"
	ok "$1: sync" refmount sync "$M"
	wait_until 5 grep -q ^end "$CONNECTIONS"
	awk -v name="$1" '$1 == "end" { n++; up += $4; down += $5 } END { printf "# %s: an unchanged poll is %d connection, %d bytes there and %d back\n", name, n, up, down }' "$CONNECTIONS"
	is "$(grep -c ^end "$CONNECTIONS")" 1 "$1: one connection"
	refmount umount "$M" && rm -rf "$STATE"
}
serve_git "$T/srv" && proxy "$PORT" && wire git "$URL/config.git"
serve_http "$T/srv" && proxy "$PORT" && wire http "$URL/config.git"
make_ca
serve_https "$T/srv" && proxy "$PORT" && wire https "$URL/config.git" -o ca_file="$CA/ca.pem"
if can_ssh; then
	serve_ssh && proxy "$PORT" && sed "s/^[^ ]*/[localhost]:$PORT/" "$SSH/known_hosts" >"$T/known_hosts"
	wire ssh "$URL$B" -o ssh_key_file="$SSH/key" -o ssh_known_hosts_file="$T/known_hosts"
fi
finish
