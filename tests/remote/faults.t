#!/usr/bin/env bash
# Whatever the network does to a fetch, the mount serves on, .status says what is wrong, and sync recovers at once.
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
# A poll may have been under way; what that left is swept by the next look.
refmount umount "$M" && mounted "$URL/config.git#main" && refmount sync "$M"
is "$(debris)" '' 'nothing is left over'
finish
