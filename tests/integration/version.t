#!/usr/bin/env bash
# `refmount version` names the program and the libraries it runs with.
. "$(dirname "$0")/lib.sh"

exits 0 '^refmount [0-9]+\.[0-9]+' 'version' refmount version
is "$(refmount version 2>&1 >/dev/null)" '' 'nothing goes to stderr'
finish
