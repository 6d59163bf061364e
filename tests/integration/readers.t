#!/usr/bin/env bash
# Who has opened what is known, and who still has what was replaced: until it is opened anew, or its process ends.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
new_repo
mounted "$R#main"
[ "$(status "s['features']['readers']")" = True ] || skip_all "$(status "s['features'].get('readers_reason')")"

# A process that opens what it is told, line by line, and keeps nothing open.
cat >"$T/reader.py" <<'PYTHON'
import sys
for line in sys.stdin:
    open(line.rstrip("\n")).close()
    print(line, end="", flush=True)
PYTHON
coproc reader { exec "$PYTHON" "$T/reader.py"; }
pid=$reader_PID
opens() { echo "$1" >&"${reader[1]}" && read -r _ <&"${reader[0]}"; }
listed() { # PID FILE STATE
	grep -qE "^$1 [^ ]+ [^ ]+ $2 [0-9a-f]{40} $3\$" "$M/.refmount/readers"
}
drift() { "$PYTHON" "$here/status.py" "$M/.drift" "$1"; }

first=$(rev)
opens "$M/a"
opens "$M/d/deep/c"
second=$(commit a two)
ok 'a commit' served "$second"
ok 'what it has opened is not what is there' wait_until 5 listed "$pid" a stale
ok 'the other file is' listed "$pid" d/deep/c current
is "$(drift "[(r['pid'], r['path'], r['opened'], r['unit'] or '') for r in s['readers']]")" "[[$pid, \"a\", \"$first\", \"\"]]" '.drift names process, file and what was opened'
like "$(drift "s['readers'][0]['command']")" '^python' 'and its command'
like "$(drift "s['readers'][0]['since']")" '^20..-..-..T..:..:..Z$' 'and since when'
is "$(status "s['drift']['readers']")" 1 '.status counts it'
exits 2 "not opened in time: 1 .*'a' by 'python.*process $pid" '`wait --readers` waits for it' refmount wait "$M" --readers --timeout 300ms

# It is the process that counts, not the path by which it comes.
mkdir "$T/bound" && mount --bind "$M/d" "$T/bound"
opens "$T/bound/b"
ok 'an open in a bind mount' wait_until 5 listed "$pid" d/b current
umount "$T/bound"
unshare -m sh -c "exec tail -f '$M/run'" >/dev/null 2>&1 & # as in a container: every mount is another one there
elsewhere=$!
ok 'an open in another mount namespace' wait_until 5 listed "$elsewhere" run current
kill "$elsewhere"
engine=$(pid_of engine)
kill -9 "$engine"
ok 'another engine' wait_until 10 not grep -q "engine: $engine\b" "$M/.status"
ok 'knows it still' listed "$pid" a stale
kill -9 "$(pgrep -f '^refmount: server')"
refmount wait "$M" --readers --timeout 20s &
waiter=$!
opens "$M/a"
wait "$waiter"
is $? 0 '`wait --readers` returns when it has opened it, with another server'
ok 'it is not stale any more' wait_until 5 sh -c "! grep -q ' stale' $M/.refmount/readers"
is "$(drift "s['readers']")" '[]' 'and not in .drift'

third=$(commit a three)
ok 'a third commit' served "$third"
ok 'stale again' wait_until 5 listed "$pid" a stale
exec {reader[1]}>&-
wait "$pid"
ok 'a process that has ended disappears' wait_until 5 sh -c "! grep -q '^$pid ' $M/.refmount/readers"
is "$(status "s['drift']['readers']")" 0 'and is not counted'
exits 0 '' 'nobody is waited for' refmount wait "$M" "$third" --readers --timeout 10s
finish
