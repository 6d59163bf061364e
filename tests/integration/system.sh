# shellcheck shell=bash
#
# system: a machine for a test, with the installed systemd as process 1 of namespaces of its own; nothing of it is seen outside of the test.
# Source it after lib.sh, write units to $UNITS, then `boot`. What the machine runs shares the test's files ($T, /etc is a copy, /run), and has its
# own mounts, processes, cgroups and network: so look at it with `inside`.

is_real_root || skip_all 'needs real root to boot systemd'
SYSTEMD=/lib/systemd/systemd
[ -x "$SYSTEMD" ] || skip_all 'there is no systemd'
[ ! -e /sys/fs/selinux/enforce ] || skip_all 'SELinux does not know what this would be'
CGROUPS=$(findmnt -nt cgroup2 -o TARGET | head -n 1)
CGROUP=$CGROUPS/refmount-test-$INSIDE_TEST
[ -n "$CGROUPS" ] && mkdir "$CGROUP" 2>/dev/null || skip_all 'cannot make a cgroup'

UNITS=/run/systemd/system
SYSTEM=             # the pid of systemd, seen from the test
LOGS=$T/logs        # what each service says on standard error

halt() { # at the latest when the test ends
	kill -9 $SYSTEM $(jobs -p) 2>/dev/null
	SYSTEM=
	wait_until 10 empty_cgroup
}

empty_cgroup() { find "$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null; [ ! -e "$CGROUP" ]; }
trap halt EXIT

mkdir -p "$UNITS/service.d" /run/systemd/system.conf.d "$LOGS" "$T/etc"
cp -a /etc/. "$T/etc" && mount --bind "$T/etc" /etc || skip_all 'cannot bind over /etc'
mkdir -p /etc/refmount
rm -rf /etc/systemd/system /etc/systemd/user /etc/fstab
mkdir -p /etc/systemd/system

# Targets and what turns a machine off, and no service of this machine.
cp -P /lib/systemd/system/*.target /lib/systemd/system/systemd-{poweroff,exit}.service "$UNITS"
printf '[Service]\nStandardError=append:%s/%%n\n' "$LOGS" >"$UNITS/service.d/log.conf"
cat >/run/systemd/system.conf.d/test.conf <<CONF
[Manager]
DefaultEnvironment="PATH=$PATH" "LSAN_OPTIONS=$LSAN_OPTIONS"$(for name in ${!ASAN_OPTIONS*} ${!UBSAN_OPTIONS*}; do printf ' "%s=%s"' "$name" "${!name}"; done)
DefaultTimeoutStopSec=20s
CONF

# Process 1: cgroups and /proc of its own, mounts are shared as it makes them outside of containers; what belongs to the machine outside cannot be written.
start_system() {
	echo $BASHPID >"$CGROUP/cgroup.procs"
	exec unshare -m --propagation private -p -f --kill-child -C -i -u -n --mount-proc bash -c '
		mount --bind /dev/null /dev/console && mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys &&
		mount -t sysfs -o ro sysfs /sys && mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 1
		mount --make-rshared / || exit 1
		export container=refmount-test SYSTEMD_UNIT_PATH=/etc/systemd/system:$1:/run/systemd/generator
		exec "$2" --system --unit=multi-user.target --log-target=null --show-status=no' \
		boot "$UNITS" "$SYSTEMD"
}

is_up() { SYSTEM=$(pgrep -f "^$SYSTEMD .*--system --unit=multi-user") && inside systemctl is-active multi-user.target; }

boot() { # units that are to start with it
	local unit
	mkdir -p "$UNITS/multi-user.target.wants"
	for unit; do ln -sf "../${unit/@*./@.}" "$UNITS/multi-user.target.wants/$unit"; done
	start_system >"$T/boot" 2>&1 &
	wait_until 30 is_up || { sed 's/^/# /' "$T/boot"; skip_all 'systemd does not start here'; }
}

PAGE_IN=inside # page_runs
inside() { nsenter -t "$SYSTEM" -m -p -C -i -u -n -- "$@"; } # CMD...

unit_is() { [ "$(inside systemctl show -P "$2" "$1")" = "$3" ]; } # UNIT PROPERTY VALUE
main_pid() { inside systemctl show -P MainPID "$1"; } # UNIT, as the machine counts

# The units as `make install` has them, with the programs under test.
install_units() {
	local unit
	for unit in "$here/../../examples/systemd"/*.{service,target}; do sed "s|@BINDIR@|$REFMOUNT_BIN|" "$unit" >"$UNITS/${unit##*/}"; done
}
