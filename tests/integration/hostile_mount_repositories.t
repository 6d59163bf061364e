#!/usr/bin/env bash
# A repository that becomes hostile while it is mounted, and good again.
TEST_SECONDS=${TEST_SECONDS:-300}
. "$(dirname "$0")/lib.sh"

# Under sanitizers everything takes several times as long, and memory says nothing. Each sixth case; tests/hostile/run has all.
exec "$PYTHON" "$here/../hostile/corpus" mount --folder "$T" --seconds "${HOSTILE_SECONDS:-15}" --memory "${HOSTILE_MEMORY:-100000}" --every "${HOSTILE_EVERY:-6}" --together special elsewhere
