#!/usr/bin/env bash
# HAProxy runs on a mount: as with nginx, under load, no request fails, and none gets an old answer once the switch has returned.
. "$(dirname "$0")/lib.sh"
WEB=haproxy
. "$here/web.sh"

version() { # NAME: configuration and certificate of one version
	certificate "$1" "$T/key.pem" "$T/cert.pem" &&
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
first=$(version one)
mount_web "[haproxy, -c, -f, $M/haproxy/haproxy.cfg]" "[$T/reload, $T/haproxy.pid, pkill, -USR2, -F, $T/haproxy.pid]"
haproxy -W -D -p "$T/haproxy.pid" -f "$M/haproxy/haproxy.cfg" 2>"$T/haproxy.log" </dev/null || die "$(cat "$T/haproxy.log")"
ok 'HAProxy starts' wait_until 10 test -S "$T/web.sock" -a -s "$T/haproxy.pid"
end one
ask_web

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
judge_web
kill "$(cat "$T/haproxy.pid")"
finish
