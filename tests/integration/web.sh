# shellcheck shell=bash
# web: a web server on a mount, with a certificate from there, that is asked all the time while the mount changes: no request may fail,
# and none may get an old answer once a switch has returned. Sourced after lib.sh; WEB is its name, and that of its folder in the repository.
PATH=$PATH:/usr/sbin
for program in "$WEB" openssl; do
	command -v "$program" >/dev/null || skip_all "$program is not installed"
done
mkdir -p "$R/$WEB" && git init -q "$R" || die 'no repository'

certificate() { # NAME KEY CERTIFICATE: new files
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$1.example.com" \
		-keyout "$2" -out "$3" 2>/dev/null
}

# PIDFILE COMMAND...: what has the server reload is over at once; the reload is when the old workers are gone.
cat >"$T/reload" <<'RELOAD'
#!/bin/sh
old=$(pgrep -P "$(cat "$1")" -d ' ')
shift
"$@" || exit 1
for pid in $old; do
	while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
done
RELOAD
chmod +x "$T/reload"

mount_web() { # CHECK RELOAD: commands, as lists in YAML
	cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {name: $WEB, match: '$WEB/**', run: $1, timeout: 10s}
on_switch:
  - {name: reload, match: '$WEB/**', run: $2, timeout: 30s}
YAML
	ok 'mount' refmount mount --config "$T/web.yaml"
}

begin() { echo "$("$PYTHON" "$here/load.py" now) begin" >>"$T/events"; }
end() { echo "$("$PYTHON" "$here/load.py" now) served $1" >>"$T/events"; } # NAME: of the version

ask_web() { # the server listens on $T/web.sock
	"$PYTHON" "$here/load.py" ask "$T/web.sock" "$T/requests" &
	load=$!
}
judge_web() {
	sleep 0.2
	kill "$load" && wait "$load"
	is "$("$PYTHON" "$here/load.py" judge "$T/requests" "$T/events" | sort | uniq -c)" '' \
		'no request failed, none got an old answer or half of one'
}
