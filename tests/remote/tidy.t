#!/usr/bin/env bash
# Many fetches leave many packs, which are made one when nothing happens; what a mount can roll back to stays.
#
# LONG=1 does it; it takes some 40 s.
. "$(dirname "$0")/lib.sh"

[ -n "${LONG-}" ] || skip_all 'takes 40 s; LONG=1 does it'
new_remote
rm "$R/d/link" && push d/b base >/dev/null
base=$(rev)
git -C "$B" config uploadpack.allowFilter true
serve_git "$T/srv"
packs() { ls "$MIRROR"/objects/pack/*.pack | wc -l; }
few() { [ "$(packs)" -le 2 ]; }

tidies() { # FILES [OPTION]: FILES is what has to be there of each kept revision
	local i id kept last new
	git -C "$R" reset -q --hard "$base" && git -C "$R" push -qf origin main
	rm -rf "$STATE"
	mounted "$URL/config.git#main" -o "allow_rewind,history=4$2"
	for i in $(seq 24); do
		push d/b "$i" >/dev/null
		refmount sync "$M" || die "sync $i"
	done
	git -C "$R" reset -q --hard "$base"
	last=$(commit d/b forced)
	git -C "$R" push -qf origin main
	ok 'sync' refmount sync "$M"
	kept=$(ls "$M/.refmount/at" | grep -E '^[0-9a-f]{40}$')
	ok 'many packs' test "$(packs)" -gt 20
	ok 'become one' wait_until 30 few
	ok 'kept revisions there are' test "$(wc -w <<<"$kept")" -ge 4
	is "$(for id in $kept; do has_object "$id:$1" || echo "$id"; done)" '' 'none of which is gone'
	new=$(push d/b last)
	ok 'sync' refmount sync "$M"
	ok 'the push is served' serving "$new"
	ok 'rollback' refmount rollback "$M"
	ok 'serves the one before' serving "$last"
	is "$(debris)" '' 'nothing is left over'
	refmount umount "$M"
}

tidies '' ''
ok 'all else is whole' mirror fsck --connectivity-only
tidies d/b ,path=d
ok 'in a mirror of a folder as well' not has_object "$base:a"
finish
