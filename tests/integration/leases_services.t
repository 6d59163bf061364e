#!/usr/bin/env bash
# Services that read a folder of files again and again, where they are installed: PostgreSQL its include_dir, Prometheus its rules (and
# that is Go, which reads by any thread). What each has read is of one revision. The same without leases is told, not judged.
# COMMITS: how many, for each way.
APART=-n
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
commits=${COMMITS:-5} files=40
services=()
for program in postgres prometheus; do
	command -v $program >/dev/null && services+=("$program")
done
[ ${#services[@]} -gt 0 ] || skip_all 'neither PostgreSQL nor Prometheus is installed'
ip link set lo up
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)

git init -q "$R" || die 'no repository'
version() { # NAME: a tree in which all files say so
	mkdir -p "$R/settings" "$R/rules"
	for ((i = 0; i < files; i++)); do
		echo "app.setting$i = '$1'" >"$R/settings/$i.conf"
		printf 'groups: [{name: "%s", rules: [{record: "r%s", expr: "1", labels: {revision: %s}}]}]\n' $i $i "$1" >"$R/rules/$i.yml"
	done
	commit_all "$1" >/dev/null && rev 'HEAD^{tree}'
}
trees=("$(version one)" "$(version two)")

start_postgres() {
	local at=$T/postgres
	mkdir -p "$at" && chown 65534:65534 "$at" && "${nobody[@]}" initdb -D "$at/data" -A trust >"$T/.out" 2>&1 || return
	cat >>"$at/data/postgresql.conf" <<-CONF
		include_dir = '$M/settings'
		listen_addresses = ''
		unix_socket_directories = '$at'
		fsync = off
	CONF
	"${nobody[@]}" postgres -D "$at/data" >"$at/log" 2>&1 &
	pids+=($!)
	wait_until 30 "${nobody[@]}" psql -h "$at" -U nobody -l postgres
}
# pg_file_settings is what the files say, read now.
load_postgres() {
	"${nobody[@]}" psql -h "$T/postgres" -U nobody -qAt postgres 2>&1 <<-SQL | sed -n 's/.*said //p'
		DO \$\$ DECLARE n int; torn int := 0; loads int := 0;
		BEGIN
			WHILE (pg_stat_file('$T/over', true)).size IS NULL LOOP
				SELECT count(DISTINCT setting) INTO n FROM pg_file_settings WHERE name LIKE 'app.%';
				loads := loads + 1;
				IF n <> 1 THEN torn := torn + 1; END IF;
				PERFORM pg_sleep(0.52 + random() * 0.1);
			END LOOP;
			RAISE NOTICE 'said % %', loads, torn;
		END \$\$
	SQL
}
start_prometheus() {
	local at=$T/prometheus
	mkdir -p "$at" && echo "{rule_files: ['$M/rules/*.yml']}" >"$at/config.yml"
	prometheus --config.file="$at/config.yml" --storage.tsdb.path="$at/data" --web.enable-lifecycle --web.listen-address=127.0.0.1:9090 \
		>"$at/log" 2>&1 &
	pids+=($!)
	wait_until 30 curl -fs http://127.0.0.1:9090/-/ready
}
load_prometheus() {
	local loads=0 torn=0 revisions
	until [ -e "$T/over" ]; do
		curl -fs -X POST http://127.0.0.1:9090/-/reload || echo failed
		revisions=$(curl -fs http://127.0.0.1:9090/api/v1/rules | grep -o '"revision":"[a-z]*"' | sort -u | wc -l)
		loads=$((loads + 1)) torn=$((torn + (revisions != 1)))
		sleep 0.5$((3 + RANDOM % 7))
	done
	echo $loads $torn
}
advance() { # I: the next commit, and wait until it is there
	local tree=${trees[$1 % 2]} next
	next=$(git -C "$R" commit-tree -p refs/heads/main -m "$1" "$tree") &&
		git -C "$R" update-ref refs/heads/main "$next" && served "$next"
}
under_load() { # NAME
	local service loaders=()
	pids=()
	rm -rf "$T/over" "$T/postgres" "$T/prometheus"
	for service in "${services[@]}"; do
		start_$service || die "$service does not start" "$(cat "$T/$service/log" "$T/.out")"
		load_$service >"$T/said.$service" &
		loaders+=($!)
	done
	for ((i = 0; i < commits; i++)); do advance $i || die "advance $i"; done
	touch "$T/over"
	wait "${loaders[@]}"
	kill "${pids[@]}"
	wait "${pids[@]}"
	for service in "${services[@]}"; do
		read -r loads torn <"$T/said.$service" || die "$service says nothing"
		printf '# %s: %s: %d changes, %d torn of %d loads\n' "$1" "$service" "$commits" "$torn" "$loads"
	done
}

# Longer than the default, so that a busy machine does not matter; they pause for longer than that.
mounted "$R#main" -o lease=500ms
[ "$(status "s['features']['leases']")" = True ] || skip_all "$(status "s['features'].get('leases_reason')")"
under_load leases
for service in "${services[@]}"; do
	is "$(cut -d' ' -f2 "$T/said.$service")" 0 "$service: nothing is torn"
done
if [ "$commits" -gt 10 ]; then
	refmount umount "$M" || refmount umount --lazy "$M"
	mounted "$R#main" -o lease=0
	under_load no-leases
fi
finish
