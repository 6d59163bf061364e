#!/usr/bin/env bash
# Until the first revision has passed its checks nothing is seen in the mount, whatever is killed meanwhile.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/check" <<'CHECK'
#!/bin/sh
cat "$REFMOUNT_MOUNT/a" >>"$1"
while [ ! -e "$2" ]; do sleep 0.02; done
[ "$(cat "$2")" = good ]
CHECK
chmod +x "$T/check"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {run: [$T/check, $T/seen, $T/go], timeout: 1m}
YAML
pid_by_name() { pgrep -f "^refmount(-fs)?: $1 "; }
seen() { [ "$(grep -c one "$T/seen")" -ge "$1" ]; }

refmount mount --config "$T/web.yaml" >"$T/mount" 2>&1 &
mount=$!
ok 'the check runs' wait_until 10 seen 1
ok 'it is mounted' is_mounted
is "$(ls -A "$M")" '' 'and bare'
is "$(cat "$M/a" 2>&1)" "cat: $M/a: No such file or directory" 'nothing can be read'
ok 'who has asked for it still waits' kill -0 "$mount"
exits 2 '^refmount: .*not.* yet' 'status' refmount status "$M"
exits 2 '^refmount: .*not.* yet' 'switch' refmount switch "$M" HEAD
server=$(pid_by_name server)
kill -9 "$server"
ok 'the server is killed: another one' wait_until 10 sh -c "[ -d '$M/.refmount/candidate/d' ]"
is "$(ls -A "$M")" '' 'it is bare as before'
kill -9 "$(pid_by_name engine)"
ok 'the engine is killed: the next one checks again' wait_until 10 seen 2
is "$(ls -A "$M")" '' 'it is bare as before'
echo good >"$T/go"
ok 'it succeeds' wait "$mount"
is "$(cat "$M/a")" one 'and is served'
is "$(status "s['sync']")" Synced 'that is all'
refmount umount "$M"

rm -rf /var/lib/refmount/* && rm "$T/go" && : >"$T/seen"
refmount mount --config "$T/web.yaml" >"$T/mount" 2>&1 &
mount=$!
ok 'once more' wait_until 10 seen 1
kill -9 "$(pid_by_name engine)"
ok 'with another engine' wait_until 10 seen 2
echo bad >"$T/go"
wait "$mount"
is $? 1 'it fails'
like "$(cat "$T/mount")" "check 'check': exited with 1" 'and says why'
ok 'nothing is mounted' wait_until 10 not is_mounted
ok 'nothing runs' wait_until 10 nothing_left
finish
