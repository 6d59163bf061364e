#!/usr/bin/env bash
# Whatever the network does to a fetch, the mount serves on, .status says what is wrong, and sync recovers at once.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

new_remote
serve_git "$T/srv"
proxy "$PORT"
mounted "$URL/config.git#main" -o poll=200ms

# MODE is noticed, and over with.
fault() { # MODE REGEX
	local old new begin
	old=$(rev)
	proxy_mode "$1"
	new=$(push a "$1")
	begin=$(date +%s%N)
	ok "$1: .status says so" wait_until 15 failed_with "$2"
	printf '# %s: noticed after %d ms: %s\n' "$1" $((($(date +%s%N) - begin) / 1000000)) "$(status "s['last_sync']['error']")"
	is "$(status "s['health']")" Degraded "$1: Degraded"
	ok "$1: serving goes on" serving "$old"
	proxy_mode pass
	ok "$1: over, sync" refmount sync "$M"
	ok "$1: the push is served" serving "$new"
	is "$(status "s['health']") $(status "s['sync']")" 'Healthy Synced' "$1: Healthy"
}

fault refuse 'refused'
fault cut:0 'ended|hung up|closed'
fault cut:150 '.'
fault reset:0 'reset|ended'
fault reset:150 '.'
fault garbage 'protocol|answer|damaged'

# A look is in the middle of MODE when it is over: nobody waits for the end of that look, which could be minutes.
stuck() { # MODE
	local new begin
	proxy_mode refuse
	head -c 100000 /dev/urandom >"$R/large"
	new=$(push a "$1")
	proxy_mode "$1"
	kill -HUP "$(pid_of engine)"
	ok "$1: a look stands still" wait_until 15 grep -q "^begin .* $1\$" "$CONNECTIONS"
	proxy_mode pass
	begin=$(date +%s%N)
	ok "$1: over, sync" refmount sync "$M" --timeout 15s
	printf '# %s: after %d ms\n' "$1" $((($(date +%s%N) - begin) / 1000000))
	ok "$1: the push is served" serving "$new"
}
stuck hang
stuck drip
stuck stall:100
stuck stall:50000

# A poll may have been under way; what that left is swept by the next look.
refmount umount "$M" && mounted "$URL/config.git#main" && refmount sync "$M"
is "$(debris)" '' 'nothing is left over'
finish
