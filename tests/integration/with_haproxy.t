#!/usr/bin/env bash
# HAProxy runs on a mount: as with nginx, under load, no request fails, and none gets an old answer once the switch has returned.
. "$(dirname "$0")/lib.sh"

PATH=$PATH:/usr/sbin
for program in haproxy openssl; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
begin() { echo "$("$PYTHON" "$here/load.py" now) begin" >>"$T/events"; }
end() { echo "$("$PYTHON" "$here/load.py" now) served $1" >>"$T/events"; }

mkdir -p "$R/haproxy" && git init -q "$R" || die 'no repository'
version() { # NAME: configuration and certificate of one version
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$1.example.com" \
		-keyout "$T/key.pem" -out "$T/cert.pem" 2>/dev/null &&
		cat "$T/cert.pem" "$T/key.pem" >"$R/haproxy/site.pem" &&
		cat >"$R/haproxy/haproxy.cfg" <<HAPROXY && commit_all "$1"
global
	stats socket $T/admin.sock mode 600 level admin expose-fd listeners
defaults
	mode http
	timeout connect 5s
	timeout client 5s
	timeout server 5s
frontend web
	bind unix@$T/web.sock ssl crt $M/haproxy/site.pem
	http-request return status 200 content-type text/plain string "$1 "
HAPROXY
}
# The master starts new workers at the signal; it is over when the old ones are gone.
cat >"$T/reload" <<'RELOAD'
#!/bin/sh
master=$(cat "$1")
old=$(pgrep -P "$master" -d ' ')
kill -USR2 "$master" || exit 1
for pid in $old; do
	while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
done
RELOAD
chmod +x "$T/reload"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {name: haproxy, match: 'haproxy/**', run: [haproxy, -c, -f, $M/haproxy/haproxy.cfg], timeout: 10s}
on_switch:
  - {name: reload, match: 'haproxy/**', run: [$T/reload, $T/haproxy.pid], timeout: 30s}
YAML
first=$(version one)
ok 'mount' refmount mount --config "$T/web.yaml"
haproxy -W -D -p "$T/haproxy.pid" -f "$M/haproxy/haproxy.cfg" 2>"$T/haproxy.log" </dev/null || die "$(cat "$T/haproxy.log")"
ok 'HAProxy starts' wait_until 10 test -S "$T/web.sock" -a -s "$T/haproxy.pid"
end one
"$PYTHON" "$here/load.py" ask "$T/web.sock" "$T/requests" &
load=$!

begin
second=$(version two)
ok 'certificate and configuration change in one commit' served "$second"
end two

sed -i 's/mode http/mode nonsense/' "$R/haproxy/haproxy.cfg"
bad=$(commit_all 'Bad')
exits 1 "check 'haproxy': exited with 1: .*$M/haproxy/haproxy.cfg" 'a bad configuration is rejected' refmount wait "$M" --timeout 20s
ok 'it never reaches the live path' not grep -q nonsense "$M/haproxy/haproxy.cfg"

begin
third=$(version three)
ok 'the next good one is served' served "$third"
end three

begin
ok 'rollback under load' refmount rollback "$M"
end two
sleep 0.2
kill "$load" && wait "$load"
is "$("$PYTHON" "$here/load.py" judge "$T/requests" "$T/events" | sort | uniq -c)" '' 'no request failed, none got an old answer or half of one'
kill "$(cat "$T/haproxy.pid")"
finish
