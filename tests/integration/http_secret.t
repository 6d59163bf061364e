#!/usr/bin/env bash
# Secrets of pushes can be replaced while the mount serves; whatever ends is started again.
. "$(dirname "$0")/lib.sh"

forge() { "$PYTHON" "$here/forge.py" "$@"; }
port=$(forge --port)
hook=http://127.0.0.1:$port/hook
new_repo
echo 'first secret' >"$T/secret" && chmod 600 "$T/secret"
config() { # LISTEN [MORE]
	printf 'repository: %s\nref: main\nmountpoint: %s\npoll: 1h\nhttp: {listen: "%s", %s}\n' "$R" "$M" "$1" "${2-secret_file: $T/secret}" >"$T/node.yaml"
}
mount_node() { refmount mount --name node --config "$T/node.yaml"; }

config "127.0.0.1:$port"
mount_node || die 'not mounted'
pid=$(pid_of http)
printf 'second secret\nfirst secret\n' >"$T/secret.new" && chmod 600 "$T/secret.new" && mv "$T/secret.new" "$T/secret"
answers() { [ "$(forge POST "$hook" -d '{}' -H "Authorization: Bearer $1")" = "$2" ]; }
ok 'another secret is valid, as soon as it is in the file' wait_until 5 answers 'second secret' '202 looking'
ok 'the first still is' answers 'first secret' '202 looking'
echo 'second secret' >"$T/secret"
ok 'until it is not there any more' wait_until 5 answers 'first secret' '401 no valid secret'
rm "$T/secret"
ok 'without the file nobody is let in' wait_until 5 answers 'second secret' '401 no valid secret'
ok '.status says so' wait_until 5 status_is "s['features']['http']" False
like "$(status "s['features']['http_reason']")" "$T/secret" 'and names the file'
echo 'third secret' >"$T/secret"
ok 'with it they are again' wait_until 5 answers 'third secret' '202 looking'

kill -9 "$pid"
other() { [ "$(pid_of http)" != "$pid" ] && [ "$(pid_of http)" != 0 ]; }
ok 'a process that is killed is started again' wait_until 10 other
is "$(forge POST "$hook" -d '{}' -H 'X-Refmount-Token: third secret')" '202 looking' 'with the same secret'
like "$(status "s['reason']")" 'the HTTP role was restarted at' '.status says so'
kill -9 "$(pid_of engine)"
ok 'so it is after the engine has been' wait_until 10 answers 'third secret' '202 looking'

finish
