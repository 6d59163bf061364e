#!/usr/bin/env bash
# What a fetcher, and git and ssh below it, may do: read from /proc while a server lets them wait. Nothing of it outlives the engine.
. "$(dirname "$0")/lib.sh"

field() { awk -v f="$2:" '$1 == f { print $2 }' "/proc/$1/status"; } # PID FIELD
limit() { awk -v l="$2" 'index($0, l) == 1 { sub(l, ""); print $1 }' "/proc/$1/limits"; } # PID NAME
fetcher() { pgrep -of '^refmount: fetcher '; }
child() { pgrep -oP "$(fetcher)" -x "${1:-git}"; } # [NAME]

new_remote
serve_http "$T/srv"
target=$PORT
proxy "$target"
mounted "$URL/config.git#main"
proxy_mode hang
refmount sync "$M" --timeout 60s >/dev/null 2>&1 &
sync=$!
ok 'a fetch waits' wait_until 10 child
F=$(fetcher) G=$(child)
for pid in $F $G; do
	name=$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c 1-20)
	is "$(field "$pid" CapEff)$(field "$pid" CapPrm)$(field "$pid" CapAmb)" "$(printf '0%.0s' {1..48})" "$name: no capabilities"
	is "$(field "$pid" CapBnd)" 0000000000000000 'and none to gain'
	is "$(field "$pid" NoNewPrivs)" 1 'no new privileges'
	is "$(cat "/proc/$pid/oom_score_adj")" 500 'the first to go'
	is "$(limit "$pid" 'Max file size')" 536870912 'a limit for a file'
	is "$(limit "$pid" 'Max core file size')" 0 'no core'
done
is "$(tr '\0' '\n' <"/proc/$G/environ" | grep -E '^(HOME|GIT_CONFIG_NOSYSTEM|GIT_CONFIG_GLOBAL|GIT_TERMINAL_PROMPT|GIT_ALLOW_PROTOCOL)=' | sort | tr '\n' ' ')" \
	'GIT_ALLOW_PROTOCOL=http GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 HOME=/nonexistent ' 'git: nothing of this machine'
kill -9 "$(pid_of engine)"
gone() { [ ! -d "/proc/$G" ] && ! pgrep -x git-remote-http >/dev/null; }
ok 'an engine that is killed takes them along' wait_until 10 gone
wait "$sync" 2>/dev/null
proxy_mode pass
new=$(push a two)
ok 'the next one can be asked' wait_until 20 refmount sync "$M"
ok 'and follows' serving "$new"
is "$(debris)" '' 'and nothing is left over'

# The mirror is lost while the branch goes on: history is fetched as deep as it takes to see that it did nothing wrong.
ok umount refmount umount "$M"
ok 'mounted with little history' mount_ref "$URL/config.git#main" -o depth=1
rm -rf "$MIRROR"
for i in 1 2 3 4 5; do new=$(push a "$i"); done
ok 'commits later, without the mirror' refmount sync "$M" --timeout 30s
is "$(cat "$M/.refmount/revision")" "$new" 'the new tip is served'
git -C "$R" reset -q --hard HEAD~3 && commit a other >/dev/null && git -C "$R" push -qf origin main
exits 1 'does not descend' 'a branch that was rewound is rejected' refmount sync "$M" --timeout 30s
rm -rf "$MIRROR"
exits 1 'does not descend' 'also without the mirror' refmount sync "$M" --timeout 30s
is "$(cat "$M/.refmount/revision")" "$new" 'and the last good one stays'
finish
