#!/usr/bin/env bash
# With -f the log is logfmt in a file or pipe, and sentences on a terminal.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
JOURNAL_STREAM=1:2 refmount mount -f --name web -o poll=1h "$R#main" "$M" 2>"$T/log" & # stderr of somebody else
wait_until 10 test -e "$M/a" || die 'not mounted'
next=$(commit a two)
ok 'served' served "$next"
now='time=20[0-9-]{8}T[0-9:]{8}Z'
line="^$now level=info role=engine name=web event=switch revision=$next previous=$first result=ok ref=refs/heads/main by=refs/heads/main reason=\"ref moved\" changed=1 took_ms=[0-9]+ msg=\"serving $next \(ref moved\), files changed: 1\"\$"
ok 'a switch' wait_until 5 grep -qE "$line" "$T/log"
ln -s /etc/passwd "$R/escape"
bad=$(commit_all 'Bad')
ok 'a bad one' not refmount wait "$M" "$bad" --timeout 10s
ok 'is rejected' wait_until 5 grep -qE "^$now level=warn role=engine name=web event=reject revision=$bad result=rejected ref=refs/heads/main reason=\"escape: .*\" msg=\"commit $bad is rejected: escape: .*\"\$" "$T/log"
ok 'umount' refmount umount "$M"
ok 'ends' wait_until 10 nothing_left
ok 'the keeper says so' grep -qE "^$now level=info role=keeper name=web event=stop path=$M msg=" "$T/log"
is "$(grep -vE "^$now level=(info|warn|error) role=[a-z]+ name=web (event=[a-z]+ )?.*msg=" "$T/log")" '' 'no line is of another form'

(wait_until 20 test -e "$M/a" && refmount umount "$M") >"$T/.out" 2>&1 &
shown=$("$PYTHON" "$here/terminal.py" 24 200 nothing nothing refmount mount -f --name web -o poll=1h "$R#$next" "$M")
like "$shown" "^refmount: keeper web: '$M' is served" 'a terminal shows sentences'
is "$(grep -c 'level=' <<<"$shown")" 0 'and nothing else'
finish
