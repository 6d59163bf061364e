#!/usr/bin/env bash
# Processes are killed and upgraded while commits are switched to: nobody may get an error, a wrong byte or a step back, and nothing may be
# left. The short form of `make torture`.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

checker=$here/../../build/torture/checker
[ -x "$checker" ] || skip_all "no $checker (make build/torture/checker)"
is_real_root || skip_all 'the descriptors of another user cannot be counted here'
for kind in server engine builder keeper upgrade; do
	ok "$kind" env -u TORTURE_INSIDE PROGRAM_DIR="$REFMOUNT_BIN" CHECKER="$checker" FAULTS=$kind "$here/../torture/run" --faults=1 0 4
done
finish
