#!/usr/bin/env bash
# What the units allow, and what they must not forbid: a mount that nobody else sees.
. "$(dirname "$0")/lib.sh"
. "$here/system.sh"

install_units
examples=$here/../../examples/systemd
sed "s|@BINDIR@|$REFMOUNT_BIN|" "$examples/user/refmount@.service" >"$T/refmount@.service"
cp "$UNITS/refmount@.service" "$T/refmount@web.service"
sed '/^\[Install\]/,$d' "$UNITS/refmount@.service" >"$T/refmount@strict.service"
cat "$examples/strict.conf" >>"$T/refmount@strict.service"
verify() { SYSTEMD_UNIT_PATH=$UNITS:/lib/systemd/$1 systemd-analyze verify "--$1" --man=no "$2" 2>&1; }
is "$(verify system "$T/refmount@web.service"; verify system "$UNITS/refmount.target"; verify system "$T/refmount@strict.service")" '' 'systemd-analyze verify has nothing to say'
is "$(XDG_RUNTIME_DIR=$T verify user "$T/refmount@.service")" '' 'nor about the unit for users'
exposure() { systemd-analyze security --offline=true --threshold="$1" "$T/$2" --no-pager; }
ok 'exposure: at most 7.2' exposure 72 refmount@web.service
ok 'with strict.conf: at most 5.5' exposure 55 refmount@strict.service
ok 'for users: 9.8' exposure 98 refmount@.service

new_repo
config() { # NAME REPOSITORY [LINE...]
	mkdir -p "$T/$1"
	printf '%s\n' "repository: $2" 'ref: main' "mountpoint: $T/$1" 'poll: 1h' "${@:3}" >"/etc/refmount/$1.yaml"
}
config plain "$R" "on_switch: [{run: [sh, -c, 'id -u >$T/hook; head -c 1 /dev/kmsg >>$T/hook 2>&1; echo over >>$T/hook']}]"
config hidden "$R"
mkdir -p "$UNITS/refmount@hidden.service.d"
printf '[Service]\nProtectSystem=yes\nMountFlags=shared\n' >"$UNITS/refmount@hidden.service.d/hidden.conf"
# Everything that a mount can do, with strict.conf. The sanitizers look for leaks by what it forbids.
config strict git://127.0.0.1/repo 'http: {listen: "127.0.0.1:9180"}' "live: {manage: true, files: [{path: a, live: $T/live/a}]}" \
	"checks: [{run: [grep, -q, ., $T/strict/a]}]" "on_switch: [{run: [sh, -c, 'id -u >$T/live/hook'], user: nobody}]"
mkdir -m 0777 "$T/live" "$UNITS/refmount@strict.service.d"
{ cat "$examples/strict.conf"; echo 'Environment=ASAN_OPTIONS=detect_leaks=0'; } >"$UNITS/refmount@strict.service.d/strict.conf"
# A secret by systemd.
git init -q "$T/sealed" && mkdir "$T/sealed/files"
printf "refmount: 1\nsecrets: {db_password: {required: true}}\nfiles: {root: files, engines: {'*.j2': jinja}}\n" >"$T/sealed/refmount.yaml"
echo 'password={{ secrets.db_password }}' >"$T/sealed/files/db.conf.j2"
git -C "$T/sealed" add -A && git -C "$T/sealed" commit -qm 'A secret'
echo c4n4ry >"$T/password"
config secret "$T/sealed"
mkdir "$UNITS/refmount@secret.service.d"
printf '[Service]\nLoadCredential=db_password:%s\n' "$T/password" >"$UNITS/refmount@secret.service.d/secret.conf"
cat >"$UNITS/forge.service" <<UNIT
[Service]
ExecStart=/usr/bin/git daemon --reuseaddr --base-path=$T --export-all --listen=127.0.0.1
UNIT
boot forge.service refmount@plain.service refmount@hidden.service
ns() { inside readlink "/proc/$1/ns/mnt"; }
is "$(ns "$(main_pid refmount@plain.service)")" "$(ns 1)" 'the unit has no mount namespace of its own'
is "$(inside cat "$T/plain/a")" one 'what it mounts is seen'
ok 'there is nothing to warn of' not grep -q namespace "$LOGS/refmount@plain.service"
ok 'with ProtectSystem= and MountFlags=shared there is a mount' wait_until 10 unit_is refmount@hidden.service ActiveState active
ok 'which says what is wrong' grep -q 'this service has a mount namespace of its own' "$LOGS/refmount@hidden.service"
ok 'and nobody sees it' inside sh -c "! mountpoint -q $T/hidden"
ok 'strict: it starts' wait_until 20 inside sh -c 'systemctl start refmount@strict'
is "$(inside "$PYTHON" "$here/status.py" "$T/strict/.status" "[k for k, v in s['features'].items() if v is False]")" '[]' 'strict: no feature is off'

ok 'LoadCredential=: it starts' wait_until 20 inside sh -c 'systemctl start refmount@secret'
is "$(inside cat "$T/secret/db.conf")" password=c4n4ry 'and has its secret'

new=$(commit a two)
ok 'strict: it fetches, checks, switches' inside refmount sync "$T/strict" --timeout 20s
is "$(inside cat "$T/strict/a" "$T/live/a" "$T/live/hook" | xargs)" 'two two 65534' 'strict: files elsewhere are kept equal, a hook runs as somebody else'
ok 'strict: http answers' inside curl -fsS http://127.0.0.1:9180/readyz
ok 'strict: everybody may ask' inside setpriv --reuid=65534 --regid=65534 --clear-groups "$REFMOUNT_BIN/refmount" history strict
ok 'strict: it is upgraded' inside systemctl reload refmount@strict
ok 'a hook of the node runs' inside refmount wait "$T/plain" "$new" --timeout 20s
like "$(xargs <"$T/hook")" '^0 .*not permitted over$' 'as root, without other devices than /dev/fuse'
finish
