#!/usr/bin/env bash
# Many fetches leave many packs, which are made one when nothing happens; what a mount can roll back to stays.
#
# LONG=1 does it; it takes some 20 s.
. "$(dirname "$0")/lib.sh"

[ -n "${LONG-}" ] || skip_all 'takes 20 s; LONG=1 does it'
new_remote
serve_git "$T/srv"
mounted "$URL/config.git#main" -o allow_rewind -o history=4
base=$(rev)
for i in $(seq 24); do
	push a "$i" >/dev/null
	refmount sync "$M" || die "sync $i"
done
git -C "$R" reset -q --hard "$base"
last=$(commit a forced)
git -C "$R" push -qf origin main
ok 'sync' refmount sync "$M"
kept=$(ls "$M/.refmount/at" | grep -E '^[0-9a-f]{40}$')
packs() { ls "$MIRROR"/objects/pack/*.pack | wc -l; }
ok 'many packs' test "$(packs)" -gt 20
few() { [ "$(packs)" -le 2 ]; }
ok 'become one' wait_until 30 few
ok 'kept revisions there are' test "$(wc -w <<<"$kept")" -ge 4
is "$(for id in $kept; do has_object "$id^{tree}" || echo "$id"; done)" '' 'none of which is gone'
ok 'and all else is whole' mirror fsck --connectivity-only
new=$(push a last)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
ok 'rollback' refmount rollback "$M"
ok 'serves the one before' serving "$last"
is "$(debris)" '' 'nothing is left over'
finish
