#!/usr/bin/env bash
# --name names the instance; without it the mount point does, escaped as systemd does it.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R" --name web
ok 'state lies under the name' test -d /var/lib/refmount/web/segments
ok 'sockets lie under the name' test -S /run/refmount/web/ctl
ok 'a verb takes the name' refmount status web
ok 'a verb takes the mount point' refmount status "$M"
ok 'a verb takes a path inside' refmount status "$M/d/deep/c"
ok 'a verb takes nothing when one is mounted' refmount status
like "$(ps -eo args=)" '^refmount: keeper web *$' 'ps shows the keeper by name'
like "$(ps -eo args=)" '^refmount: server web *$' 'ps shows the server by name'
like "$(ps -eo args=)" '^refmount: engine web *$' 'ps shows the engine by name'

mkdir "$T/a-b"
ok 'a second mount, named for its mount point' refmount mount -o poll=1h "$R" "$T/a-b"
ok 'escaped as systemd-escape --path does it' test -S '/run/refmount/run-t-a\x2db/ctl'
exits 0 'web.*Healthy' 'with two mounts, status lists them' refmount status
exits 2 'web' 'another verb wants to know which, and names them' refmount sync
exits 2 "nosuch" 'an unknown name is refused' refmount status nosuch
exits 2 'a/b' 'a name that is a path is refused' refmount mount --name a/b "$R" "$T/a-b"
ok 'unmounts by name' refmount umount web
ok 'and it is gone' not is_mounted
finish
