#!/usr/bin/env bash
# A server that answers in hostile ways: each fetch ends, nothing is left of it, serving goes on, and the next good answer is taken.
# Takes long: runs first.
TEST_SECONDS=${TEST_SECONDS:-300}
. "$(dirname "$0")/lib.sh"

# Each second answer; tests/hostile/run has all, also those that never end.
exec "$PYTHON" "$here/../hostile/corpus" remote --folder "$T" --seconds "${HOSTILE_SECONDS:-15}" --every "${HOSTILE_EVERY:-2}" --together
