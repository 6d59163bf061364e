#!/usr/bin/env bash
# A start while the remote is down serves the last good revision from disk, says what is wrong, and follows when it is back.
. "$(dirname "$0")/lib.sh"

new_remote
serve_git "$T/srv"
proxy "$PORT"
mounted "$URL/config.git#main"
new=$(push a two)
refmount sync "$M" || die 'sync'
refmount umount "$M"
for mode in refuse hang; do
	proxy_mode $mode
	ok "$mode: mounts" mount_ref "$URL/config.git#main" -o poll=200ms
	is "$(cat "$M/a")" "$(cat "$R/a")" 'the last good revision'
	ok 'rolls back' refmount rollback "$M"
	is "$(cat "$M/a")" one 'to the one before'
	refmount resume "$M" >"$T/.out" 2>&1 &
	ok 'and resumes' wait_until 10 serving "$new"
	[ $mode = hang ] || ok 'Degraded' wait_until 10 status_is "s['health']" Degraded
	proxy_mode pass
	[ $mode = hang ] || ok 'it is back: followed' wait_until 10 status_is "s['health']" Healthy
	ok 'unmounts' refmount umount "$M"
	ok 'nothing is left running' wait_until 10 nothing_left
done
finish
