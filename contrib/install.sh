#!/bin/sh
# SPDX-License-Identifier: ISC
# install.sh TOP: the work of `make install`; the Makefile passes the directories, DESTDIR and
# INSTALL in the environment.  An existing configuration is never overwritten.
set -eu

top=$1
here=$top/contrib

# put MODE FILE DIRECTORY
put()
{
	mkdir -p "$DESTDIR$3"
	$INSTALL -m "$1" "$2" "$DESTDIR$3/"
}

put 755 easbridged "$sbindir"
if [ -f easdump ]; then
	put 755 easdump "$bindir"
fi

for page in "$here"/man/*.[1-8]; do
	[ -f "$page" ] || continue
	put 644 "$page" "$mandir/man${page##*.}"
done

if [ -f "$here/easbridge.conf" ]; then
	put 644 "$here/easbridge.conf" "$(dirname "$mandir")/doc/easbridge"
	if [ ! -e "$DESTDIR$sysconfdir/easbridge/easbridge.conf" ]; then
		put 640 "$here/easbridge.conf" "$sysconfdir/easbridge"
	fi
fi

mkdir -p "$DESTDIR$localstatedir/lib/easbridge"
chmod 750 "$DESTDIR$localstatedir/lib/easbridge"

# systemd looks in /usr/lib for packages and in /etc for what an administrator builds
case $sbindir in
/usr/sbin|/usr/bin) unitdir=/usr/lib/systemd/system ;;
*) unitdir=$(dirname "$sbindir")/lib/systemd/system ;;
esac
libdir=${unitdir%/systemd/system}
put 644 "$here/sysusers.d/easbridge.conf" "$libdir/sysusers.d"
put 644 "$here/tmpfiles.d/easbridge.conf" "$libdir/tmpfiles.d"
for unit in "$here"/systemd/*.service.in; do
	[ -f "$unit" ] || continue
	name=$(basename "$unit" .in)
	sed -e "s|@sbindir@|$sbindir|g" -e "s|@sysconfdir@|$sysconfdir|g" \
		-e "s|@localstatedir@|$localstatedir|g" "$unit" > "$name.out"
	mkdir -p "$DESTDIR$unitdir"
	$INSTALL -m 644 "$name.out" "$DESTDIR$unitdir/$name"
	rm -f "$name.out"
done

# what an administrator copies to where it belongs
examples=$(dirname "$mandir")/doc/easbridge/examples
for example in nginx/easbridge.conf logrotate/easbridge systemd/easbridge.socket \
	fail2ban/filter.d/easbridge.conf fail2ban/jail.d/easbridge.conf; do
	put 644 "$here/$example" "$examples/${example%/*}"
done
