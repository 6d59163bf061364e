#!/usr/bin/env bash
# The commands of README.md, docs/OPERATING.md and docs/DEBUGGING.md work as they are pasted: the first part for any user, the tasks for root on a machine
# with a repository at /srv/git/config.git.
. "$(dirname "$0")/lib.sh"

page_runs README.md 'Start in a minute'

is_real_root && command -v nginx >/dev/null && command -v openssl >/dev/null || finish
cp -a /etc "$T/etc" && mkdir -p "$T/etc/refmount" && mount --bind "$T/etc" /etc && mount -t tmpfs tmpfs /srv || skip_all 'cannot bind over /etc and /srv'
systemctl=$(command -v systemctl) && mount --bind /bin/true "$systemctl"
mkdir -p /etc/ssl/shop /var/log/nginx && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=shop \
	-keyout /etc/ssl/shop/privkey.pem -out /etc/ssl/shop/fullchain.pem 2>/dev/null

machine() { # a repository and a clone of it, and the mount that most tasks are about
	rm -rf /srv/git ~/work /var/lib/refmount/*
	R=~/work
	cp -r "$here/../../examples/web-config" ~/work && git init -q ~/work && commit_all 'Configuration of the shop' >/dev/null &&
		git -C ~/work tag v1.4 && sed -i 's/new_checkout: false/new_checkout: true/' ~/work/shop/flags.yaml &&
		commit_all 'Turn on the new checkout' >/dev/null && git -C ~/work branch stable v1.4 &&
		git clone -q --bare ~/work /srv/git/config.git && git -C ~/work remote add origin /srv/git/config.git &&
		git -C ~/work fetch -q && git -C ~/work branch -qu origin/main || die 'cannot make a repository'
}

machine
page_runs README.md Tasks
refmount umount /srv/config >/dev/null 2>&1

machine
mkdir -p /srv/config && refmount mount /srv/git/config.git#main /srv/config
page_runs docs/DEBUGGING.md
page_runs docs/OPERATING.md
finish
