#!/usr/bin/env bash
# What packaging/debian repeats of other files is what stands there: the version, libraries and what unit tests need.
. "$(dirname "$0")/lib.sh"

cd "$here/../.." || die 'no tree'
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
is "$(sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)" "$version" 'the version in the changelog is that of the Makefile'

depends=$(sed -n '/^Build-Depends:/,/^[A-Z]/s/^ \([^, ]*\).*/\1/p' packaging/debian/control)
lost=
while read -r _ _ package _; do
	[ -z "$package" ] || grep -qx -- "$package" <<<"$depends" || lost="$lost $package"
done < <(sed -n "/^libraries='/,/^'/{//d;p}" tests/deps)
for package in $(sed -n "s/^units='\(.*\)'/\1/p" tests/deps); do
	grep -qx -- "$package" <<<"$depends" || lost="$lost $package"
done
is "$lost" '' 'Build-Depends names every library, and what unit tests need'
for script in postinst prerm postrm; do
	ok "$script can be read by a shell" sh -n "packaging/debian/$script"
done
finish
