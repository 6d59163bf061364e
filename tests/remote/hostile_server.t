#!/usr/bin/env bash
# A server that answers in hostile ways: each fetch ends, nothing is left of it, serving goes on, and the next good answer is taken.
#
# HOSTILE_ALL=1: also answers that never end.
# Takes long: runs first.
TEST_SECONDS=${TEST_SECONDS:-300}
. "$(dirname "$0")/lib.sh"

exec "$PYTHON" "$here/../hostile/corpus" remote --folder "$T" --seconds "${HOSTILE_SECONDS:-5}" ${HOSTILE_ALL:+--all}
