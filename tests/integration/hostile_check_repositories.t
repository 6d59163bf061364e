#!/usr/bin/env bash
# The same for repositories whose own files are hostile: nothing is waited for, run, or taken from elsewhere.
TEST_SECONDS=${TEST_SECONDS:-300}
. "$(dirname "$0")/lib.sh"

# Under sanitizers everything takes several times as long, and memory says nothing. Each sixth case; tests/hostile/run has all.
exec "$PYTHON" "$here/../hostile/corpus" check --folder "$T" --seconds "${HOSTILE_SECONDS:-15}" --memory "${HOSTILE_MEMORY:-100000}" --every "${HOSTILE_EVERY:-6}" --together special refs elsewhere config
