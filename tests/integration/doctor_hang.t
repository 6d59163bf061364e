#!/usr/bin/env bash
# A mount that hangs does not make `refmount doctor` hang.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R" --name web
pids=$(pgrep -f '^refmount: (keeper|server)')
kill -STOP $pids
timeout 60 refmount doctor web >"$T/said"
is $? 1 'it ends, and something fails'
ok 'the mount does not answer' grep -qE '^fail +web: mount point: no answer within [0-9]+ s \(a file system' "$T/said"
ok 'and what to do' grep -qE '^fail +web: mount: no answer within [0-9]+ s \(its server hangs' "$T/said"
ok 'the machine was looked at' grep -q '^ok  *fuse: ' "$T/said"
ok 'nobody is left who looks' wait_until 5 not pgrep -f '^refmount doctor '
kill -CONT $pids
ok 'it goes on' wait_until 10 serving "$(rev)"
refmount umount web
finish
