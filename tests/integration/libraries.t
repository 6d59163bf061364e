#!/usr/bin/env bash
# A build without a library, or with one that is too old, says in one line what to install, and compiles nothing.
. "$(dirname "$0")/lib.sh"

command -v make >/dev/null && command -v pkg-config >/dev/null || skip_all 'there is no make, or no pkg-config'
source=$(cd "$here/../.." && pwd)
ln -s "$source"/{Makefile,fs,src,tests} .
unset MAKEFLAGS MAKELEVEL VARIANT CC
build() { PKG_CONFIG_LIBDIR=$T/pc PKG_CONFIG_PATH='' make --no-print-directory "$@"; }
library() { printf 'Name: %s\nDescription: %s\nVersion: %s\n' "$1" "$1" "$2" >"pc/$1.pc"; }

mkdir pc
while read -r module least _; do
	library "$module" "$least"
done < <(sed -n "/^libraries='/,/^'/{//d;p}" tests/deps)
ok 'with all of them, each as old as can be, there is nothing to say' build build/libraries
is "$(ls build)" libraries 'and that is remembered'

rm -r build pc/libgit2.pc
library fuse3 3.9.4
exits 2 . 'without one a build fails' build
is "$(grep -v '^make: ' .out)" 'fuse3, 3.10 or newer, is missing: install libfuse3-dev (Debian), fuse3-devel (Fedora), fuse3-dev (Alpine) or fuse3 (Arch)
libgit2, 1.1 or newer, is missing: install libgit2-dev (Debian), libgit2-devel (Fedora), libgit2-dev (Alpine) or libgit2 (Arch)' 'with a line for each, and nothing else'
is "$(find build -name '*.o')" '' 'before anything is compiled'
exits 2 '^nosuch-pkg-config is missing: install pkg-config \(Debian\), pkgconf-pkg-config \(Fedora\)' 'nor without pkg-config' \
	build PKG_CONFIG=nosuch-pkg-config
finish
