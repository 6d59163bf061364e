#!/usr/bin/env bash
# A process that loads a folder by several threads gets all of it from one revision: Node and Java by the threads of a pool, Python by
# a thread for each file. What happens without leases, and with a symbolic link that is flipped, is told, not judged.
# COMMITS: how many, for each way.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
commits=${COMMITS:-25} files=40 lease=${LEASE:-40}
L=$T/flip # two folders, and a link to one of them

git init -q "$R" || die 'no repository'
version() { # NAME: a tree in which all files say so
	mkdir -p "$R/conf" "$L/$1"
	for ((i = 0; i < files; i++)); do echo "$1" >"$R/conf/$i"; done
	cp -r "$R/conf" "$L/$1/" && commit_all "$1" >/dev/null && rev 'HEAD^{tree}'
}
trees=("$(version one)" "$(version two)")
ln -s one "$L/current"

readers=("python $PYTHON $here/parallel_reader.py")
[ -z "$(command -v node)" ] || readers+=("node node $here/parallel_reader.js")
if command -v javac >/dev/null && javac -d "$T" "$here/ParallelReader.java" 2>"$T/.out"; then
	readers+=("java java -XX:+UseSerialGC -cp $T ParallelReader")
fi

advance() { # I: the next commit, and wait until it is there
	local tree=${trees[$1 % 2]} next
	next=$(git -C "$R" commit-tree -p refs/heads/main -m "$1" "$tree") &&
		git -C "$R" update-ref refs/heads/main "$next" && served "$next"
}
flip() { # I
	local names=(one two)
	ln -s "${names[$1 % 2]}" "$L/next" && mv -T "$L/next" "$L/current" && sleep 0.06
}
under_load() { # NAME DIR STEP: all readers load DIR's files during $commits STEPs; what each says is left in $T/said.READER
	local reader pids=() name
	rm -f "$T/over"
	for reader in "${readers[@]}"; do
		name=${reader%% *}
		${reader#* } "$2/conf" "$T/over" "$lease" >"$T/said.$name" 2>&1 </dev/null &
		pids+=($!)
	done
	for ((i = 0; i < commits; i++)); do "$3" $i || die "$3 $i"; done
	touch "$T/over"
	wait "${pids[@]}"
	for reader in "${readers[@]}"; do
		name=${reader%% *}
		read -r loads torn <"$T/said.$name" || die "$name says nothing"
		printf '# %s: %s: %d changes, %d torn of %d loads\n' "$1" "$name" "$commits" "$torn" "$loads"
	done
}

mounted "$R#main" -o "lease=${lease}ms"
[ "$(status "s['features']['leases']")" = True ] || skip_all "$(status "s['features'].get('leases_reason')")"
under_load leases "$M" advance
for reader in "${readers[@]}"; do
	name=${reader%% *}
	is "$(cut -d' ' -f2 "$T/said.$name")" 0 "$name: nothing is torn"
done
refmount umount "$M" || refmount umount --lazy "$M"
mounted "$R#main" -o lease=0
under_load no-leases "$M" advance
under_load symlink-flip "$L/current" flip
finish
