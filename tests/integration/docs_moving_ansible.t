#!/usr/bin/env bash
# The commands of docs/moving/ansible.md do what it says: the nodes get what the playbook made.
. "$(dirname "$0")/lib.sh"

command -v ansible-playbook >/dev/null || skip_all 'needs ansible-core'
page_runs docs/moving/ansible.md
finish
