#!/usr/bin/env bash
# Files read in groups while commits are switched to and servers are killed: no group is of two revisions, and who begins sees the new one.
# What other leases do must be found. The short form of `make torture`.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

checker=$here/../../build/torture/checker
[ -x "$checker" ] || skip_all "no $checker (make build/torture/checker)"
is_real_root || skip_all 'needs real root'
ok 'groups' env -u TORTURE_INSIDE PROGRAM_DIR="$REFMOUNT_BIN" CHECKER="$checker" "$here/../torture/run" --leases 10 4
finish
