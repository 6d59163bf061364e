# shellcheck shell=bash
#
# lib: what every test of remotes stands on. A test is a script NAME.t that begins with
#
#     . "$(dirname "$0")/lib.sh"
#
# and has everything of tests/integration/lib.sh, and a network of its own: nothing but loopback, where this machine is also
# git.example.com (127.0.0.1) and far.example.com (192.0.2.1, which does not look like loopback).
#
# The servers are real: `git http-backend` behind Python's web server, `git daemon`, sshd. Each takes a port that is free, listens when its
# function returns, and ends with the test. Options of the web servers are those of https.py. The functions set
#
#     PORT SERVER     where the server listens, its process
#     URL             what it serves: append the path of a repository below the folder
#     REQUESTS        web servers: a file with a line for each request
#     CONNECTIONS     proxies: a file with two lines for each connection, see proxy.py

remote=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
APART=-n
. "$remote/../integration/lib.sh"

ip link set lo up && ip address add 192.0.2.1/32 dev lo || skip_all 'cannot set up a network'
printf '127.0.0.1 localhost git.example.com\n192.0.2.1 far.example.com\n' >"$T/hosts"
mount --bind "$T/hosts" /etc/hosts || die 'cannot name hosts'

# --- servers ---

# Start COMMAND, which prints its port once it listens; what it says else is in $T/NAME.err.
listening() { # NAME COMMAND...
	local name=$1
	shift
	PORT='' && rm -f "$T/$name.port"
	"$@" >"$T/$name.port" 2>"$T/$name.err" </dev/null &
	SERVER=$!
	wait_until 10 test -s "$T/$name.port" || die "$name does not listen" "$(cat "$T/$name.err")"
	PORT=$(cat "$T/$name.port")
}

# End a server, and wait for it.
stop() { # [PID]
	kill "${1:-$SERVER}" 2>/dev/null
	wait "${1:-$SERVER}" 2>/dev/null
}

servers=0
serve_web() { # SCHEME DIR [OPTION...]
	local scheme=$1 dir=$2
	shift 2
	servers=$((servers + 1)) REQUESTS=$T/requests.$servers
	: >"$REQUESTS"
	listening "web.$servers" "$PYTHON" "$remote/https.py" --log "$REQUESTS" "$@" "$dir"
	URL=$scheme://localhost:$PORT
}

serve_http() { serve_web http "$@"; } # DIR [OPTION...]

# With the certificate for localhost and git.example.com, or another one of $CA: serve_https DIR --certificate "$CA/expired.pem"
serve_https() { serve_web https "$1" --certificate "$CA/server.pem" "${@:2}"; } # DIR [OPTION...]

serve_git() { # DIR [OPTION...]: everything below it, by `git daemon`
	servers=$((servers + 1))
	PORT=$(free_port)
	git daemon --base-path="$1" --export-all --reuseaddr --listen=127.0.0.1 --port="$PORT" "${@:2}" "$1" 2>"$T/git.$servers.err" &
	SERVER=$!
	wait_until 10 listens "$PORT" || die 'git daemon does not listen' "$(cat "$T/git.$servers.err")"
	URL=git://localhost:$PORT
}

free_port() { "$PYTHON" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
listens() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # PORT

# --- ssh ---

# sshd changes users, which only root can, and not that of a user namespace.
can_ssh() { [ -x /usr/sbin/sshd ] && is_real_root; }

# An sshd for the user of this test, at PORT and at the usual one, who is let in with $SSH/key only. Its host key is the one in $SSH/known_hosts; `ssh_host_key 2` makes it
# another one, at the next connection.
serve_ssh() { # no DIR: ssh sees all
	SSH=$T/ssh
	mkdir -p "$SSH" /run/sshd
	for key in key other host1 host2; do ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$SSH/$key"; done
	ssh_login
	PORT=$(free_port)
	cp "$SSH/key.pub" "$SSH/authorized_keys"
	cat >"$SSH/config" <<-CONFIG
		Port $PORT
		Port 22
		ListenAddress 127.0.0.1
		HostKey $SSH/host
		PidFile none
		AuthorizedKeysFile $SSH/authorized_keys
		AuthenticationMethods publickey
		PermitRootLogin yes
		StrictModes no
		UsePAM no
		UseDNS no
		MaxStartups 100
	CONFIG
	ssh_host_key 1
	sed "s/^/[localhost]:$PORT,git.example.com /" "$SSH/host1.pub" >"$SSH/known_hosts"
	URL=ssh://root@localhost:$PORT
}

# root may log in, and finds nothing of this machine's in its home.
ssh_login() {
	sed "s,^root:.*,root:x:0:0:root:$HOME:/bin/bash," /etc/passwd >"$T/passwd"
	echo 'root:*:19000::::::' >"$T/shadow"
	mount --bind "$T/passwd" /etc/passwd && mount --bind "$T/shadow" /etc/shadow || die 'cannot let root in'
}

ssh_host_key() { # NUMBER
	[ -z "${SSHD-}" ] || stop "$SSHD"
	cp "$SSH/host$1" "$SSH/host" && chmod 600 "$SSH/host"
	/usr/sbin/sshd -D -e -f "$SSH/config" 2>>"$SSH/log" &
	SSHD=$! SERVER=$!
	wait_until 10 listens "$PORT" || die 'sshd does not listen' "$(cat "$SSH/log")"
}

# --- certificates ---

# $CA: ca.pem, the authority; and signed by it, each with its key: server.pem, wrong.pem (for another host), expired.pem, client.pem (and client.key).
make_ca() {
	CA=$T/ca
	mkdir "$CA"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=Test authority' \
		-keyout "$CA/ca.key" -out "$CA/ca.pem" 2>"$CA/log" || die 'cannot make an authority' "$(cat "$CA/log")"
	certificate server 2 'DNS:localhost,DNS:git.example.com,IP:127.0.0.1'
	certificate wrong 2 'DNS:other.example.com'
	certificate expired -1 'DNS:localhost,DNS:git.example.com,IP:127.0.0.1'
	certificate client 2 'DNS:client.example.com'
}

certificate() { # NAME DAYS ALTERNATIVE-NAMES
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$CA/$1.key" 2>"$CA/log" |
		openssl x509 -req -CA "$CA/ca.pem" -CAkey "$CA/ca.key" -CAcreateserial -days "$2" -extfile <(echo "subjectAltName=$3") \
			-out "$CA/$1.crt" 2>>"$CA/log" || die "cannot make the certificate $1" "$(cat "$CA/log")"
	cat "$CA/$1.crt" "$CA/$1.key" >"$CA/$1.pem"
}

# --- faults ---

# A proxy in front of PORT, in MODE. Afterwards PORT is the proxy's, and URL leads through it.
proxy() { # PORT [MODE]
	local target=$1
	servers=$((servers + 1)) PROXY=$T/proxy.$servers CONNECTIONS=$T/connections.$servers
	echo "${2:-pass}" >"$PROXY"
	: >"$CONNECTIONS"
	listening "proxy.$servers.port" "$PYTHON" "$remote/proxy.py" "$target" "$PROXY" "$CONNECTIONS"
	PROXY_PID=$SERVER
	URL=${URL/:$target/:$PORT}
}

# From now on it is in MODE.
proxy_mode() { # MODE
	echo "$1" >"$PROXY"
	kill -HUP "$PROXY_PID"
	wait_until 10 cmp "$PROXY" "$PROXY.applied" || die "the proxy does not turn to '$1'"
}

# --- repositories ---

# $B, a bare repository at $T/srv/NAME.git with what new_repo makes, and $R to commit in; `push` brings commits of $R there.
new_remote() { # [NAME]
	B=$T/srv/${1:-config}.git
	[ -d "$R" ] || new_repo
	mkdir -p "$T/srv" && git clone -q --bare "$R" "$B" && git -C "$R" remote add origin "$B" || die 'cannot make a bare repository'
}

push() { # FILE CONTENT [MESSAGE]: commit and push; the new commit's id is printed
	commit "$@" && git -C "$R" push -q origin main
}

# What is fetched lies here.
STATE=/var/lib/refmount/run-t-mnt
MIRROR=$STATE/mirror.git

mirror() { git -C "$MIRROR" -c safe.directory='*' "$@"; } # ARGUMENT...
has_object() { mirror cat-file -e "$1" 2>/dev/null; }      # ID

# What a fetch that did not end well could have left.
debris() { find "$STATE" \( -name 'tmp_*' -o -name '*.tmp' -o -name '*.new' -o -name '*.lock' ! -name engine.lock -o -name incoming \) -print; }

# The last look at the source failed, and what .status says about it matches.
failed_with() { # REGEX
	[ "$(status "s['last_sync']['result']")" = failed ] && status "s['last_sync']['error']" | grep -qE -- "$1"
}
