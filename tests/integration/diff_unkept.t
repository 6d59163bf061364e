#!/usr/bin/env bash
# refmount diff with a revision that is not kept: it is built and found below at/ for a while, and nothing is switched.
. "$(dirname "$0")/lib.sh"

new_repo
for i in 1 2 3 4 5 6 7 8; do commit a "$i" >"$T/commit.$i"; done
git -C "$R" checkout -qb side "$(cat "$T/commit.1")"
commit b 'of a branch' >"$T/branch"
git -C "$R" checkout -q main
id() { cat "$T/commit.$1"; }
at() { ls "$M/.refmount/at" | grep -cE '^[0-9a-f]{40}$'; }
mounted "$R#main"
served=$(cat "$M/.refmount/revision") history=$(cat "$M/.refmount/history")
is "$(refmount diff "$M" main~1)" "$(printf '%s\n' 'diff --git a/a b/a' 'index 7f8f011..45a4fb7 100644' '--- a/a' '+++ b/a' '@@ -1 +1 @@' -7 +8)" 'from one that is not kept'
is "$(cat "$M/.refmount/at/$(id 7)/a")" 7 'it is below at/'
is "$(refmount diff "$M" "$(id 3)" side | grep '^[+-]')" "$(printf '%s\n' '--- a/a' '+++ b/a' -3 +1 '--- /dev/null' '+++ b/b' '+of a branch')" 'two that are not kept'
is "$(cat "$M/.refmount/revision") $(cat "$M/.refmount/history")" "$served $history" 'nothing was switched'
is "$(status "s['health'] + ' ' + s['sync']")" 'Healthy Synced' 'and all is well'
is "$(at)" 4 'the served one and three more'
for i in 4 5 6; do ok "and $i" refmount diff "$M" "$(id $i)" "$(id $i)"; done
is "$(at)" 5 'at most four stay'
is "$(ls "$M/.refmount/at" | grep -c "$(id 7)")" 0 'the oldest went'

new=$(commit a new)
served "$new"
is "$(at)" 6 'a switch takes none of them away'
ok 'one of them can be switched to at once' refmount switch "$M" "$(id 6)"
is "$(cat "$M/a")" 6 'it is served'
for i in 1 2 3 4 5; do refmount diff "$M" "$(id $i)" "$(id $i)"; done
is "$(cat "$M/.refmount/at/$(id 6)/a")" 6 'what was served stays when its place is needed'
kill -KILL "$(pid_of engine)"
ok 'a new engine still does it' wait_until 10 refmount diff "$M" "$(id 7)" "$(id 7)"

echo bad >"$R/.status" && git -C "$R" add -A && git -C "$R" commit -qm bad
bad=$(rev)
git -C "$R" reset -q --hard "$new"
exits 2 'refmount: [.]status: the mount itself' 'one that may not be served is not shown' refmount diff "$M" "$bad"
is "$(status "s['findings']")" '[]' 'it is no finding of what is served'

if is_real_root && command -v setpriv >/dev/null; then
	chmod 755 "$T"
	as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
	exits 2 'only root and the owner of this mount may have it built' 'nobody else may have one built' as_nobody "$REFMOUNT_BIN/refmount" diff "$M" "$(id 2)~1"
	exits 0 '' 'what is kept everybody may compare' as_nobody "$REFMOUNT_BIN/refmount" diff "$M" "$(id 6)" "$(id 6)"
fi
finish
