#!/usr/bin/env bash
# A repository on another machine is mounted and followed, by each way in which git reaches one.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
echo deploy:first >"$T/login" && echo first >"$T/password" && chmod 600 "$T/password"

# Mount what $URL has, see a push, come back with what is on disk when the server has gone.
follows() { # NAME [OPTION...]
	local name=$1 old new
	shift
	old=$(rev)
	ok "$name: mount" mount_ref "$URL/${REPO:-config.git}#main" -o depth=2 "$@" || return
	is "$(cat "$M/.refmount/revision")" "$old" 'the tip is served'
	ok 'as it is in the repository' cmp "$R/d/deep/c" "$M/d/deep/c"
	ok 'a look that finds nothing' refmount sync "$M" --timeout 20s
	new=$(push a "$name")
	ok 'a push, and a look' refmount sync "$M" --timeout 20s
	is "$(cat "$M/.refmount/revision")" "$new" 'the new tip is served'
	is "$(status "s['ref'], s['sync'], s['health'], s['behind']")" '["refs/heads/main", "Synced", "Healthy", 0]' 'and .status says so'
	is "$(debris)" '' 'nothing is left over'
	stop "$SERVER"
	exits 1 '.' 'without the server a look fails' refmount sync "$M" --timeout 20s
	ok 'and says so' failed_with 'connect'
	like "$(status "s['last_sync']['next']")" '^20' 'with the time of the next one'
	ok 'an older revision is at hand' refmount switch "$M" 'HEAD~1'
	is "$(cat "$M/.refmount/revision")" "$old" 'as of before'
	ok 'umount' refmount umount "$M"
	ok 'mounted again, without the server' mount_ref "$URL/${REPO:-config.git}#main" "$@"
	ok 'from disk' serving "$old"
	ok 'umount' refmount umount "$M"
	ok 'nothing runs' wait_until 5 nothing_left
	rm -rf "$STATE"
}

serve_git "$T/srv"
follows git
serve_http "$T/srv"
follows http
serve_https "$T/srv" --basic "$T/login"
follows https -o "ca_file=$CA/ca.pem,username=deploy,password_file=$T/password"
if can_ssh; then
	serve_ssh
	REPO=$T/srv/config.git follows ssh -o "ssh_key_file=$SSH/key,ssh_known_hosts_file=$SSH/known_hosts"
else
	skip 'ssh' 'needs sshd and real root'
fi
finish
