#!/usr/bin/env bash
# A fetch that hangs keeps nobody waiting, and is ended: when no connection comes about after 10 s, when HTTP
# stands still after 20 s, else after 120 s.
#
# LONG=1 waits for that.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
serve_https "$T/srv"
proxy "$PORT"
mounted "$URL/config.git#main" -o ca_file="$CA/ca.pem"
old=$(rev)
new=$(push a two)
proxy_mode hang
begin=$(date +%s%N)
since() { echo $((($(date +%s%N) - begin) / 1000000)); }
ok 'sync gives up' not refmount sync "$M" --timeout 500ms
ok 'when it was told to' test "$(since)" -lt 4000
ok 'serving goes on' serving "$old"
is "$(cat "$M/d/deep/c")" sea 'all of it'

# A fetch begins in MODE; when it is given up .status says so in words that match.
given_up() { # MODE SECONDS REGEX
	local mode=$1
	proxy_mode pass
	refmount sync "$M" || die 'sync'
	new=$(push a "$mode")
	proxy_mode "$mode" && begin=$(date +%s%N)
	refmount sync "$M" >/dev/null 2>&1 &
	ok "$mode: given up" wait_until "$2" failed_with "$3"
	printf '# after %d ms: %s\n' "$(since)" "$(status "s['last_sync']['error']")"
	proxy_mode pass
	ok "$mode: over, sync" refmount sync "$M"
	ok "$mode: the push is served" serving "$new"
}
if [ -n "${LONG-}" ]; then
	ok 'a connection that does not come about is given up' wait_until 15 failed_with 'does not answer'
	printf '# after %d ms\n' "$(since)"
	given_up stall:1900 40 'less than'
	refmount umount "$M" && rm -rf "$STATE"
	serve_git "$T/srv"
	proxy "$PORT"
	mounted "$URL/config.git#main"
	given_up stall:100 140 'longer than'
fi
proxy_mode hang
refmount sync "$M" --timeout 500ms >/dev/null 2>&1
ok 'a fetch is under way' wait_until 10 test -d "$MIRROR/incoming"
begin=$(date +%s%N)
ok 'unmounts' refmount umount "$M"
ok 'at once' test "$(since)" -lt 4000
ok 'nothing is left running' wait_until 5 nothing_left
is "$(debris)" '' 'nothing is left over'
finish
