#!/usr/bin/env bash
# The journal gets what happened in fields of its own, from every role, also from those that have confined themselves.
. "$(dirname "$0")/lib.sh"

mkdir -p /run/systemd/journal
"$PYTHON" "$here/journal.py" /run/systemd/journal/socket >"$T/journal" &
journal=$!
wait_until 10 test -S /run/systemd/journal/socket || die 'no journal'
logged() { grep -qE -- "$1" "$T/journal"; } # REGEX
logs() { # REGEX DESC
	wait_until 10 logged "$1" && { pass "$2"; return; }
	cat "$T/journal" - <<<"wanted: $1" | fail "$2"
}

port=$("$PYTHON" "$here/forge.py" --port)
new_repo
first=$(rev)
echo secret >"$T/secret" && chmod 600 "$T/secret"
printf 'repository: %s\nref: main\nmountpoint: %s\npoll: 1h\nhttp: {listen: "127.0.0.1:%s", secret_file: %s}\non_switch: [{name: broken, run: [/bin/false], retries: 0}]\n' "$R" "$M" "$port" "$T/secret" >"$T/node.yaml"

# As a service: stderr leads to the journal.
: >"$T/err"
JOURNAL_STREAM=$(stat -c %d:%i "$T/err") refmount mount -f --name web --config "$T/node.yaml" 2>>"$T/err" &
logs "\|MESSAGE=keeper web: '$M' is served\|PRIORITY=6\|SYSLOG_IDENTIFIER=refmount\|.*\|REFMOUNT_ROLE=keeper\|REFMOUNT_NAME=web\|REFMOUNT_EVENT=start\|REFMOUNT_PATH=$M\|" 'start'
logs "\|REFMOUNT_EVENT=switch\|REFMOUNT_REVISION=$first\|REFMOUNT_RESULT=ok\|" 'the first revision is a switch'

next=$(commit a two)
ok 'the next is served' served "$next"
logs "\|MESSAGE=engine web: serving $next \(ref moved\), files changed: 1\|PRIORITY=6\|.*\|REFMOUNT_EVENT=switch\|REFMOUNT_REVISION=$next\|REFMOUNT_PREVIOUS=$first\|REFMOUNT_RESULT=ok\|REFMOUNT_REF=refs/heads/main\|REFMOUNT_BY=refs/heads/main\|REFMOUNT_REASON=ref moved\|REFMOUNT_CHANGED=1\|REFMOUNT_TOOK_MS=[0-9]+\|" 'switch, with the sentence and all fields'

logs "\|PRIORITY=4\|.*\|REFMOUNT_EVENT=hook\|REFMOUNT_REVISION=$next\|REFMOUNT_RESULT=failed\|REFMOUNT_HOOK=broken\|" 'a hook that fails'

ln -s $'/etc/\nREFMOUNT_EVENT=upgrade' "$R/escape"
bad=$(commit_all 'Bad')
exits 1 'escape: ' 'a bad one is rejected' refmount wait "$M" "$bad" --timeout 10s
logs "\|PRIORITY=4\|.*\|REFMOUNT_EVENT=reject\|REFMOUNT_REVISION=$bad\|REFMOUNT_RESULT=rejected\|REFMOUNT_REF=refs/heads/main\|REFMOUNT_REASON=escape: " 'reject'

ok 'rollback' refmount rollback "$M" --reason wrong
logs "\|REFMOUNT_EVENT=hold\|REFMOUNT_REVISION=$first\|REFMOUNT_BY=.*\|REFMOUNT_REASON=wrong" 'hold'
exits 1 'escape: ' 'resume' refmount resume "$M"
logs "\|REFMOUNT_EVENT=resume\|REFMOUNT_REVISION=$first\|REFMOUNT_BY=.*\|REFMOUNT_REASON=resumed\|" 'resume'
ok 'no text becomes a field' not logged '\|REFMOUNT_EVENT=upgrade'

mv "$R" "$R.away"
ok 'sync fails' not refmount sync "$M"
logs '\|REFMOUNT_EVENT=sync\|REFMOUNT_RESULT=failed\|REFMOUNT_REF=refs/heads/main\|' 'sync failed'
mv "$R.away" "$R"
refmount sync "$M" >"$T/.out" 2>&1
logs '\|REFMOUNT_EVENT=sync\|REFMOUNT_RESULT=ok\|' 'sync works again'

kill -9 "$(pid_of server)"
logs '\|REFMOUNT_EVENT=restart\|REFMOUNT_PROCESS=server\|' 'a server that is killed'
kill -9 "$(pid_of engine)"
logs '\|REFMOUNT_EVENT=restart\|REFMOUNT_PROCESS=engine\|' 'and an engine'

push() { "$PYTHON" "$here/forge.py" POST "http://127.0.0.1:$port/hook" -d '{}' -H 'Authorization: Bearer nonsense' | grep 401; }
ok 'a push with a wrong secret' wait_until 10 push
logs '\|REFMOUNT_ROLE=http\|REFMOUNT_NAME=web\|REFMOUNT_EVENT=push\|REFMOUNT_RESULT=refused\|REFMOUNT_BY=127.0.0.1:[0-9]+\|' 'a confined listener can log'
ok 'no secret is logged' not logged 'nonsense|Bearer'
kill -9 "$(pid_of keeper)"
logs '\|MESSAGE=server web: the keeper is gone' 'a confined server can log'
is "$(cat "$T/err")" '' 'stderr gets none of it a second time'
ok 'it is unmounted' refmount umount "$M"
ok 'it ends' wait_until 5 nothing_left

# A daemon has no stderr.
: >"$T/journal"
mounted "$R#$next"
logs "\|REFMOUNT_ROLE=keeper\|REFMOUNT_NAME=run-t-mnt\|REFMOUNT_EVENT=start\|" 'a daemon logs to the journal as well'
ok 'upgrade' refmount upgrade "$M"
logs '\|REFMOUNT_EVENT=upgrade\|REFMOUNT_RESULT=ok\|REFMOUNT_PATH=.*/refmount-fs\|' 'upgrade'
ok 'umount' refmount umount "$M"
logs "\|REFMOUNT_EVENT=stop\|REFMOUNT_PATH=$M\|" 'stop'
kill "$journal"
finish
