#!/usr/bin/env bash
# What a fetch does, by its system calls: no secret in an argument or the environment of anything it starts, no file written outside of the state folder.
. "$(dirname "$0")/lib.sh"

export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 # which looks at a process as strace does, and one can at a time
is_real_root && strace -o /dev/null true 2>/dev/null || skip_all 'needs root and strace'

canary=Canary8d1f27
new_remote
make_ca
echo "deploy:$canary" >"$T/login"
echo "$canary" >"$T/password"
chmod 600 "$T/password"

# A look that brings something, with all calls that start a program, and all that name a file. $T/trace has them.
trace() { # SOURCE OPTION...
	local tracer new
	mounted "$1" -o poll=1h "${@:2}"
	new=$(push a "$RANDOM")
	strace -f -qq -v -y -s 100000 -e trace=%file -e signal=none -o "$T/trace" -p "$(pid_of engine)" 2>"$T/strace" &
	tracer=$!
	wait_until 10 grep -q '^TracerPid:.[1-9]' "/proc/$(pid_of engine)/status" || die 'strace does not trace' "$(cat "$T/strace")"
	ok 'a fetch' refmount sync "$M" --timeout 60s
	ok 'which brings what was pushed' served "$new"
	kill "$tracer"
	wait "$tracer" 2>/dev/null
	ok 'umount' refmount umount "$M"
	rm -rf "$STATE"
}

# Files that were made, changed, renamed or removed, by their paths; of calls that failed, none.
changed() {
	"$PYTHON" - "$T/trace" <<-'PY'
		import os, re, sys
		opens = re.compile(r"^\d+ +(open|openat|openat2)\(.*O_(WRONLY|RDWR|CREAT|TRUNC)")
		others = re.compile(r"^\d+ +(creat|unlink|rename|mkdir|rmdir|symlink|link|truncate|f?chmod|[fl]?chown|mknod|utime)\w*\(")
		name = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
		found = set()
		for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
		    if " = -1 E" not in line and (opens.match(line) or others.match(line)):
		        found |= {os.path.normpath(os.path.join(folder, file)) for folder, file in name.findall(line)}
		print("\n".join(sorted(found)))
	PY
}

elsewhere() { changed | grep -vE "^($STATE|/run/refmount/run-t-mnt)(/|$)|^/dev/null$|^/proc/(self|[0-9]+)/|^/dev/shm/" || true; }

serve_https "$T/srv" --basic "$T/login"
trace "$URL/config.git#main" -o ca_file="$CA/ca.pem" -o username=deploy -o password_file="$T/password"
is "$(grep -c "execve.*$canary" "$T/trace")" 0 'https: no program was started with the password'
is "$(grep -l -F "$canary" "$T/trace")" '' 'or with a file of that name'
like "$(grep execve "$T/trace")" 'git-remote-https' 'this test would see it'
is "$(elsewhere)" '' 'nothing outside of the state folder was touched'
ok 'something in it was' test "$(changed | wc -l)" -gt 3
if can_ssh; then
	serve_ssh
	trace "$URL$B" -o ssh_key_file="$SSH/key" -o ssh_known_hosts_file="$SSH/known_hosts"
	is "$(grep -cF -f <(sed -n 2p "$SSH/key") "$T/trace")" 0 'ssh: no program was started with the key'
	is "$(elsewhere)" '' 'nothing outside of the state folder was touched'
	like "$(grep execve "$T/trace")" '/ssh"' 'ssh was started'
fi
finish
