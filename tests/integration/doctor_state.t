#!/usr/bin/env bash
# Where a mount cannot keep its state, or has no place, is said with its remedy.
. "$(dirname "$0")/lib.sh"

new_repo
cp -a /etc "$T/etc" && mkdir -p "$T/etc/refmount" && mount --bind "$T/etc" /etc || skip_all 'cannot bind over /etc'

config() { # LINE...: of web, besides what it needs
	printf '%s\n' "repository: $R" "mountpoint: $M" 'poll: 1h' "$@" >/etc/refmount/web.yaml
}
fails() { # REGEX DESC: web fails with that line
	exits 1 "^fail +web: $1" "$2" refmount doctor web
}

mkdir "$T/ro" "$T/full"
mount -t tmpfs -o ro tmpfs "$T/ro" && config "state: $T/ro/web"
fails "state: .*cannot be made: .*[Rr]ead-only" 'a state that cannot be made'
config "state: $T/ro"
fails 'state: .*cannot be written: .*\(mount its file system read-write' 'a state that cannot be written'
mount -t tmpfs -o size=1m tmpfs "$T/full" && config "state: $T/full"
fails 'disk: . MiB are free .*\(make room there: 64 MiB' 'a disk that is full'
mkdir -m 0700 "$T/state" && echo 'version: 9' >"$T/state/state.yaml" && config "state: $T/state"
fails 'state.yaml: .*version 9.*\(use the refmount that wrote it' 'a state of another version'
config && touch "$M/x"
fails 'mount point: .*not empty' 'a mount point that is not empty'
rm "$M/x" && rmdir "$M"
fails "configuration: .*does not exist .*mkdir -p $M" 'a mount point that is missing'
mkdir "$M"

# Where the state of a mount is that was not made by a configuration, is not known.
mkdir -p "$M" && mounted "$R" --name cli -o state="$T/cli"
is "$(refmount doctor cli | grep -E ' (state|disk): ')" '' 'nothing is said of a place that is not its own'
refmount umount cli
finish
