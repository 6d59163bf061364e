#!/usr/bin/env bash
# Each role is killed at one system call after the other while a commit is built, published and switched to: afterwards there is the old
# tree or the new one, whole, and then the new one; and nothing is left on disk that does not belong there.
#
# KILL_STEP says how far apart the calls are that are tried (1: all of them); KILL_ROLES which roles.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

# Leaks are for whoever ends by himself, and a traced process cannot be looked at.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
step=${KILL_STEP:-4}
calls=openat,write,writev,pwrite64,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,unlinkat,mkdirat,sendmsg,sendto,mmap
last=400

command -v strace >/dev/null || skip_all 'there is no strace'
strace -qq -o /dev/null -e inject=none true 2>/dev/null || strace -qq -o /dev/null true 2>/dev/null || skip_all 'strace may not trace here'

new_repo
mkdir -p "$R/etc/x"
git -C "$R" config core.fsync none

role_pid() { # ROLE
	case $1 in
	builder) pgrep -f '^refmount: builder' | head -n 1 ;;
	*) pid_of "$1" ;;
	esac
}
has_role() { pid=$(role_pid "$1") && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; }
is_traced() { [ "$(awk '/^TracerPid/ { print $2 }' "/proc/$1/status")" != 0 ]; }

# Both files of every commit say the same, and so does the folder that comes and goes.
tree_of() { printf '%s %s %s' "$(cat "$M/a")" "$(cat "$M/etc/x/b")" "$(test -e "$M/etc/odd/$(cat "$M/a")" && echo odd)"; }
is_whole() { # SAME
	local n=${1%% *} odd=
	[ $((n % 2)) = 1 ] && odd=odd
	[ "$1" = "$n $n $odd" ]
}

number=100
change() {
	number=$((number + 1))
	echo $number >"$R/a" && echo $number >"$R/etc/x/b" && rm -rf "$R/etc/odd"
	[ $((number % 2)) = 1 ] && mkdir "$R/etc/odd" && echo x >"$R/etc/odd/$number"
	new=$(commit_all)
}

# ROLE is killed at its Kth call of the next commit. Says in `hit` whether it came to that.
kill_at() { # ROLE K
	local pid=$pid trace=$T/trace tracer
	rm -f "$trace"
	strace -f -qq -p "$pid" -o "$trace" -e "trace=$calls" -e "inject=$calls:signal=KILL:when=$2" 2>/dev/null &
	tracer=$!
	wait_until 10 is_traced "$pid" || die "strace does not come to $1"
	change
	# A builder that is killed says nothing about the commit.
	refmount wait "$M" "$new" --timeout 15s >"$T/.wait" 2>&1 || [ "$1" != builder ] ||
		problems+="after call $2 of the builder: $(cat "$T/.wait")"$'\n'
	seen=$(tree_of)
	is_whole "$seen" || problems+="after call $2 of the $1: $seen"$'\n'
	kill "$tracer" 2>/dev/null
	wait "$tracer" 2>/dev/null
	hit=$(grep -c 'killed by SIGKILL' "$trace")
	reaches_new || problems+="after call $2 of the $1: the new tree does not come"$'\n'
}

# The engine may be on its way back.
serves_new() { refmount sync "$M" && serving "$new"; }
reaches_new() { wait_until 20 serves_new && is_whole "$(tree_of)"; }

debris() { find /var/lib/refmount -name '*.tmp' -o -name '*.new'; }

# What a power cut would leave cannot be seen after a kill: the kernel writes it all in the end. So the order in which ROLE makes the files
# of a switch durable is looked at: every file before its name, and every name before the next file.
order_of() { # ROLE
	local pid tracer
	wait_until 20 has_role "$1" || die "there is no $1"
	strace -f -y -qq -p "$pid" -o "$T/trace" -e trace=fsync,fdatasync,renameat,renameat2,rename 2>/dev/null &
	tracer=$!
	wait_until 10 is_traced "$pid" || die "strace does not come to $1"
	change
	ok "a commit while the $1 is looked at" served "$new"
	kill "$tracer" 2>/dev/null
	wait "$tracer" 2>/dev/null
	sed -nE -e 's/^.* f(data)?sync\([0-9]+<[^>]*\/([^/>]*)>(\(deleted\))?.*/sync \2/p' -e 's/^.* renameat2?\(.*"([^"]*)", .*"([^"]*)".*/name \1 \2/p' "$T/trace" |
		sed -E -e 's/0+[0-9]+\.(seg|gen)/N.\1/g' >"$T/order"
}
builder_order='sync N.seg.tmp
name N.seg.tmp N.seg
sync segments
sync N.gen.tmp
name N.gen.tmp N.gen
sync generations'
is_mounted || mounted "$R#main"
change
ok 'a commit' served "$new"
order_of builder
is "$(cat "$T/order")" "$builder_order" 'a builder makes the segment durable, then the generation'
order_of engine
replaced=$(awk '$1 == "sync" { last = $2 } $1 == "name" && $3 == "state.yaml" { print $2 == last ? "whole" : "perhaps not"; next }' "$T/order")
is "$(sort -u <<<"$replaced")" whole 'the engine replaces its state by a file that is durable'

change
for role in ${KILL_ROLES:-builder engine server}; do
	problems='' k=1 tried=0 ends=0
	while [ $k -lt $last ] && [ $ends -lt 2 ]; do
		is_mounted || mounted "$R#main"
		wait_until 20 has_role "$role" || die "there is no $role"
		kill_at "$role" $k
		tried=$((tried + 1))
		[ "$hit" = 0 ] && ends=$((ends + 1))
		# An engine that dies again and again is started again later and later.
		[ "$role" != engine ] || refmount umount "$M" >/dev/null 2>&1 || umount -l "$M"
		k=$((k + step))
	done
	is "$problems" '' "the $role is killed at one of $((k - step)) calls, $tried times"
	ok "it came to the end of them" test "$ends" -ge 1 -a "$tried" -gt 2
done
is_mounted || mounted "$R#main"
ok 'a last commit' reaches_new
ok 'unfinished files are swept' wait_until 10 test -z "$(debris)"
ok 'umount' refmount umount "$M"
ok 'a start from disk' mounted "$R#main"
ok 'serves it' serving "$new"
finish
