#!/usr/bin/env bash
# nginx runs on a mount: its own test is the check, its reload the hook. Configuration and certificate change together, under load:
# no request fails, and none gets an old answer once the switch has returned; what nginx would not load never reaches it.
. "$(dirname "$0")/lib.sh"
WEB=nginx
. "$here/web.sh"

version() { # NAME: configuration and certificate of one version
	certificate "$1" "$R/nginx/key.pem" "$R/nginx/cert.pem" &&
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
first=$(version one)
mount_web "[nginx, -t, -q, -c, $M/nginx/nginx.conf]" "[$T/reload, $T/nginx.pid, nginx, -c, $M/nginx/nginx.conf, -s, reload]"
ok 'nginx starts' nginx -c "$M/nginx/nginx.conf"
end one
ask_web

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
judge_web
is "$(status "[h['state'] for h in s['hooks']]")" '["ok"]' 'the hook succeeded'
nginx -c "$M/nginx/nginx.conf" -s quit 2>/dev/null
finish
