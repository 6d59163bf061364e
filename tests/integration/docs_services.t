#!/usr/bin/env bash
# docs/SERVICES.md and the units of examples/services, on a machine with systemd.
. "$(dirname "$0")/lib.sh"
. "$here/system.sh"

command -v bwrap inotifywait >/dev/null || skip_all 'there is no bwrap, or no inotifywait'
mount -t tmpfs -o mode=0755 tmpfs /srv || skip_all 'there is no /srv'
mkdir /srv/git
install_units
# The sanitizers look for leaks by what strict.conf forbids.
mkdir "$UNITS/refmount@.service.d"
printf '[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n' >"$UNITS/refmount@.service.d/leaks.conf"
boot
page_runs docs/SERVICES.md
finish
