#!/usr/bin/env bash
# nginx and HAProxy open certificate after certificate, and the key that belongs to each, by path. While commits that change all of them
# arrive all the time, none of their tests fails. What happens without leases, and with a symbolic link that is flipped, is told, not judged.
# COMMITS: how many, for each way.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

PATH=$PATH:/usr/sbin
for program in nginx haproxy openssl; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
is_real_root || skip_all 'needs real root'
commits=${COMMITS:-12} pairs=20
L=$T/flip # two folders, and a link to one of them, on ext4 if that can be had
mkdir "$L"
truncate -s 32M "$T/disk" && PATH=$PATH:/sbin mkfs.ext4 -q "$T/disk" 2>/dev/null && mount -o loop "$T/disk" "$L" 2>/dev/null || rm -f "$T/disk"

git init -q "$R" || die 'no repository'
version() { # NAME: a tree in which all certificates have one key
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$1.example.com" \
		-keyout "$T/key.pem" -out "$T/cert.pem" 2>/dev/null || die 'no certificate'
	mkdir -p "$R/tls"
	for ((i = 0; i < pairs; i++)); do cp "$T/cert.pem" "$R/tls/$i.pem" && cp "$T/key.pem" "$R/tls/$i.pem.key"; done
	mkdir -p "$L/$1" && cp -r "$R/tls" "$L/$1/" && commit_all "$1" >/dev/null && rev 'HEAD^{tree}'
}
trees=("$(version one)" "$(version two)")
ln -s one "$L/current"

configure() { # NAME DIR: what loads everything below DIR
	{
		printf 'user root; pid %s; error_log stderr; events {} http { access_log off;\n' "$T/$1.pid"
		for ((i = 0; i < pairs; i++)); do
			printf 'server { listen unix:%s ssl; server_name %s; ssl_certificate %s; ssl_certificate_key %s; }\n' \
				"$T/$1.sock" "$i.example.com" "$2/tls/$i.pem" "$2/tls/$i.pem.key"
		done
		echo '}'
	} >"$T/$1.nginx"
	{
		printf 'defaults\n\tmode http\n\ttimeout connect 5s\n\ttimeout client 5s\n\ttimeout server 5s\nfrontend web\n\tbind unix@%s ssl' "$T/$1.ha"
		for ((i = 0; i < pairs; i++)); do printf ' crt %s' "$2/tls/$i.pem"; done
		printf '\n\thttp-request return status 200\n'
	} >"$T/$1.haproxy"
}
verdict() { [ $(($(date +%s%N) - $1)) -lt 1000000000 ] && echo failed || echo slow; } # BEGUN: a lease lasts for a second at most
load() { # NAME COMMAND...: again and again until there is $T/over; a line in $T/runs for each that fails, with how to judge it, and one at the end
	local name=$1 runs=0 begun
	shift
	until [ -e "$T/over" ]; do
		begun=$(date +%s%N)
		"$@" >"$T/$name.out" 2>&1 </dev/null ||
			echo "$(verdict "$begun") $name: $(grep -a -m1 -iE 'mismatch|inconsisten|emerg|alert' "$T/$name.out")" >>"$T/runs"
		runs=$((runs + 1))
	done
	echo "runs $name $runs" >>"$T/runs"
}
advance() { # I: the next commit, and wait until it is there
	local tree=${trees[$1 % 2]} next
	next=$(git -C "$R" commit-tree -p refs/heads/main -m "$1" "$tree") &&
		git -C "$R" update-ref refs/heads/main "$next" && served "$next"
}
flip() { # I
	local names=(one two)
	ln -s "${names[$1 % 2]}" "$L/next" && mv -T "$L/next" "$L/current" && sleep 0.01
}
under_load() { # NAME DIR STEP: both programs load DIR's files during $commits STEPs
	rm -f "$T/over" "$T/runs"
	configure "$1" "$2"
	nginx -t -c "$T/$1.nginx" >"$T/.out" 2>&1 || die 'nginx does not load it' "$(cat "$T/.out")"
	haproxy -c -f "$T/$1.haproxy" >"$T/.out" 2>&1 || die 'HAProxy does not load it' "$(cat "$T/.out")"
	load nginx nginx -t -q -c "$T/$1.nginx" &
	local i first=$! second
	load haproxy haproxy -c -f "$T/$1.haproxy" &
	second=$!
	for ((i = 0; i < commits; i++)); do "$3" $i || echo "failed $3 $i" >>"$T/runs"; done
	touch "$T/over"
	wait $first $second
	failures=$(grep -ac '^failed' "$T/runs")
	printf '# %s: %d changes, %d failures of %d runs, %d more in runs of over a second\n' "$1" "$commits" "$failures" "$(awk '/^runs/ { n += $3 } END { print n }' "$T/runs")" \
		"$(grep -ac '^slow' "$T/runs")"
}

# As long as can be, so that a busy machine does not matter.
mounted "$R#main" -o lease=1s
[ "$(status "s['features']['leases']")" = True ] || skip_all "$(status "s['features'].get('leases_reason')")"
under_load 'leases' "$M" advance
is "$failures" 0 "no certificate with another key in $commits commits" || grep -a "^failed" "$T/runs" | sort | uniq -c | sed 's/^/#   /'
refmount umount "$M" || refmount umount --lazy "$M"
mounted "$R#main" -o lease=0
under_load 'no-leases' "$M" advance
under_load "symlink-flip-on-$(stat -f -c %T "$L" | sed 's,ext2/ext3,ext4,')" "$L/current" flip
finish
