#!/usr/bin/env bash
# Checks run side by side, and all that is wrong is said, not only the first.
. "$(dirname "$0")/lib.sh"

new_repo
mkfifo "$T/there" "$T/back"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {name: one, run: [sh, -c, 'echo from one >$T/there; read -r line <$T/back; echo "\$line"; exit 1'], timeout: 10s}
  - {name: two, run: [sh, -c, 'read -r line <$T/there; echo from two >$T/back; echo "\$line"; exit 2'], timeout: 10s}
  - {name: three, run: [no-such-program]}
  - {name: four, run: [/etc/passwd]}
  - {name: five, run: ['true'], user: no-such-user}
  - {name: six, run: [sh, -c, 'kill -9 \$\$']}
YAML
said=$(refmount mount --config "$T/web.yaml" 2>&1)
is $? 1 'rejected'
like "$said" "^check 'one': exited with 1: from two" 'two that wait for each other'
like "$said" "^check 'two': exited with 2: from one" 'have both run'
like "$said" "^check 'three': no program 'no-such-program' in /usr/local/sbin:" 'a program that is not there'
like "$said" "^check 'four': .*Permission denied" 'a file that is none'
like "$said" "^check 'five': there is no user 'no-such-user'" 'a user that is not there'
like "$said" "^check 'six': killed by signal 9" 'one that is killed'
finish
