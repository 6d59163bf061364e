#!/usr/bin/env bash
# The script for OpenRC: with OpenRC where it is installed, or unpacked below $OPENRC; else with the few words of it that the script uses.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
mkdir "$T/etc" && cp -a /etc/. "$T/etc"
mount --bind "$T/etc" /etc || skip_all 'cannot bind over /etc'
mkdir -p /etc/refmount /etc/init.d
mount -t tmpfs tmpfs /sys/fs/cgroup # OpenRC would make one for the service
lay_over() { mount -t overlay -o "lowerdir=$1:$2" overlay "$2" || die "cannot lay anything over $2"; }
if [ -n "${OPENRC-}" ]; then
	lay_over "$OPENRC/lib" /usr/lib
	lay_over "$OPENRC/sbin" /usr/sbin
	cp -a "$OPENRC/etc/rc.conf" "$OPENRC/etc/init.d" /etc
	touch /etc/insserv.conf
fi
mkdir "$T/bin" && ln -s "$REFMOUNT_BIN/refmount" "$T/bin" && lay_over "$T/bin" /usr/bin
script=$here/../../examples/openrc/refmount
cp "$script" /etc/init.d/refmount && ln -s refmount /etc/init.d/refmount.web
if [ -x /usr/sbin/openrc-run ]; then
	mkdir -p /run/openrc/{starting,started,stopping,inactive,failed,daemons,options,exclusive,scheduled,tmp}
	touch /run/openrc/softlevel
	rc() { rc-service --nodeps refmount.web "$1"; } # what it needs is none of this test
else
	rc() (
		RC_SVCNAME=refmount.web
		ebegin() { echo " * $1 ..."; }
		eend() { return "$1"; }
		. /etc/init.d/refmount
		[ -e "$required_files" ] && case " start stop status $extra_started_commands " in *" $1 "*) "$1" ;; *) exit 2 ;; esac
	)
fi
new_repo
ok 'without a configuration it does not start' not rc start
printf '%s\n' "repository: $R" "mountpoint: $M" 'poll: 1h' >/etc/refmount/web.yaml
ok 'start' rc start
is "$(cat "$M/a")" one 'it is mounted when that returns'
exits 0 'Synced' 'status says what is served' rc status
keeper=$(pid_of keeper)
ok 'reload' rc reload
is "$(pid_of keeper)" "$keeper" 'is an upgrade'
exec 5<"$M/d/b"
ok 'stop, while a file is open' rc stop
ok 'it is gone' not is_mounted
is "$(cat <&5)" bee 'and the file can be read'
exec 5<&-
ok 'nothing is left' wait_until 5 nothing_left
finish
