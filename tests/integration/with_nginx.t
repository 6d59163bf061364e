#!/usr/bin/env bash
# nginx runs on a mount: its own test is the check, its reload the hook. Configuration and certificate change together, under load:
# no request fails, and none gets an old answer once the switch has returned; what nginx would not load never reaches it.
. "$(dirname "$0")/lib.sh"

PATH=$PATH:/usr/sbin
for program in nginx openssl; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
begin() { echo "$("$PYTHON" "$here/load.py" now) begin" >>"$T/events"; }
end() { echo "$("$PYTHON" "$here/load.py" now) served $1" >>"$T/events"; }

mkdir -p "$R/nginx" && git init -q "$R" || die 'no repository'
version() { # NAME: configuration and certificate of one version
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$1.example.com" \
		-keyout "$R/nginx/key.pem" -out "$R/nginx/cert.pem" 2>/dev/null &&
		printf 'return 200 "%s\\n";\n' "$1" >"$R/nginx/answer.conf" && commit_all "$1"
}
cat >"$R/nginx/nginx.conf" <<NGINX
user root;
worker_processes 2;
daemon on;
pid $T/nginx.pid;
error_log $T/error.log;
events {}
http {
	access_log off;
	server {
		listen unix:$T/web.sock ssl;
		ssl_certificate $M/nginx/cert.pem;
		ssl_certificate_key $M/nginx/key.pem;
		location / { include $M/nginx/answer.conf; }
	}
}
NGINX
# Reloading only sends a signal; it is over when the old workers are.
cat >"$T/reload" <<'RELOAD'
#!/bin/sh
old=$(pgrep -P "$(cat "$1")" -d ' ')
nginx -c "$2" -s reload || exit 1
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
  - {name: nginx, match: 'nginx/**', run: [nginx, -t, -q, -c, $M/nginx/nginx.conf], timeout: 10s}
on_switch:
  - {name: reload, match: 'nginx/**', run: [$T/reload, $T/nginx.pid, $M/nginx/nginx.conf], timeout: 30s}
YAML
first=$(version one)
ok 'mount' refmount mount --config "$T/web.yaml"
ok 'nginx starts' nginx -c "$M/nginx/nginx.conf"
end one
"$PYTHON" "$here/load.py" ask "$T/web.sock" "$T/requests" &
load=$!

begin
second=$(version two)
ok 'certificate, key and configuration change in one commit' served "$second"
end two

echo 'nonsense;' >"$R/nginx/answer.conf"
bad=$(commit_all 'Bad')
exits 1 "check 'nginx': exited with 1: .*unknown directive \"nonsense\" in $M/nginx/answer.conf:1" \
	'a bad configuration is rejected, with what nginx says' refmount wait "$M" --timeout 20s
ok 'it never reaches the live path' not grep -q nonsense "$M/nginx/answer.conf"
git -C "$R" show HEAD~1:nginx/answer.conf >"$R/nginx/answer.conf"
openssl ecparam -name prime256v1 -genkey -noout -out "$R/nginx/key.pem"
bad=$(commit_all 'Wrong key')
exits 1 "check 'nginx': .*key values mismatch" 'so is a key of another certificate' refmount wait "$M" --timeout 20s

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
is "$(status "[h['state'] for h in s['hooks']]")" '["ok"]' 'the hook succeeded'
nginx -c "$M/nginx/nginx.conf" -s quit 2>/dev/null
finish
