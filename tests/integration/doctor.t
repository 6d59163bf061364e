#!/usr/bin/env bash
# Where all is well, `refmount doctor` says so line by line, and changes nothing.
. "$(dirname "$0")/lib.sh"

etc() { # a private /etc/refmount
	cp -a /etc "$T/etc" && mkdir -p "$T/etc/refmount" && mount --bind "$T/etc" /etc
}

new_repo
etc || skip_all 'cannot bind over /etc'
cat >/etc/refmount/web.yaml <<YAML
repository: $R
ref: main
mountpoint: $M
poll: 1h
YAML

exits 0 '^ok +web: mount point: .* is free' 'before the mount: nothing is missing' refmount doctor web
exits 0 '^ok +web: state: .*/web. will be made' 'the state has a place' refmount doctor web
is "$(ls -A /var/lib/refmount /run/refmount 2>/dev/null | grep -v :)" '' 'and nothing was made by asking'

refmount mount web || die 'cannot mount'
refmount doctor web >"$T/said"
is $? 0 'of a mount that is well: status 0'
is "$(grep -v '^ok  ' "$T/said" | grep -v ' features: ')" '' 'every line is ok'
for check in fuse refmount-fs git clock 'web: configuration' 'web: repository' 'web: state' 'web: disk' 'web: mount point' 'web: engine' \
	'web: health' 'web: last sync' 'web: restarts'; do
	ok "it looked at $check" grep -qE "^ok +$check: " "$T/said"
done
is "$(refmount doctor "$M/d/deep" | grep -c '^ok  ')" "$(grep -c '^ok  ' "$T/said")" 'a path in the mount means the mount'
refmount doctor web --json >"$T/json"
is "$("$PYTHON" -c '
import json, sys
lines = json.load(open(sys.argv[1]))
print({tuple(line) for line in lines}, {(line["result"] == "ok") == (line["remedy"] is None) for line in lines})' "$T/json")" \
	"{('mount', 'check', 'result', 'message', 'remedy')} {True}" '--json: a list of maps; a remedy for what is not ok'

exits 0 '^ok +web: doctor: [0-9]+ things are well' 'without an argument: a mount in a line' refmount doctor
exits 0 "^ok +repository: .*'main'" 'a source that is not mounted' refmount doctor "$R#main"
exits 2 "did you mean 'web'" 'a name that is none' refmount doctor wep
exits 2 'usage' 'too many arguments' refmount doctor a b

cp "$REFMOUNT_BIN/refmount" "$REFMOUNT_BIN/refmount-fs" "$T/home/"
refmount upgrade web "$T/home/refmount" || die 'cannot upgrade'
exits 0 '^ok +web: engine: answers' 'after an upgrade' refmount doctor web
cp "$REFMOUNT_BIN/refmount" "$T/home/new" && mv "$T/home/new" "$T/home/refmount"
exits 0 '^warn +web: program: .*\(refmount upgrade web\)' 'a program that was replaced' refmount doctor web
refmount rollback web >/dev/null 2>&1
refmount umount web
finish
