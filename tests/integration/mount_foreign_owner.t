#!/usr/bin/env bash
# A repository of somebody else is refused with the very command that allows it.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root to give a repository away'
new_repo
chown -R 1234:1234 "$R"
exits 2 "git config --global --add safe.directory '?$R" 'refused, with the remedy' mount_ref
ok 'nothing is mounted' not is_mounted
git config --global --add safe.directory "$R"
ok 'after that it mounts' mount_ref
is "$(cat "$M/a")" one 'and serves'
finish
