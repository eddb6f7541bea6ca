# SPDX-License-Identifier: ISC
# Cyrus IMAP for tests: the server without NOTIFY.  Its packages conflict with Dovecot's, so they
# are unpacked into a cache (CYRUS_CACHE) and run from there; nothing is installed.  Any user
# with the password "secret" has a mailbox (made at the first login or delivery).

CYRUS_CACHE=${CYRUS_CACHE:-${TMPDIR:-/tmp}/easbridge-cyrus.$(id -u)}
CYRUS_PACKAGES="cyrus-common cyrus-imapd libxapian30 libclamav12 libzephyr4 libsasl2-modules"

cyrus_unpack() {
	[ ! -f "$CYRUS_CACHE/done" ] || return 0
	need apt-get dpkg
	rm -rf "$CYRUS_CACHE"
	mkdir -p "$CYRUS_CACHE/debs" "$CYRUS_CACHE/root"
	chmod 755 "$CYRUS_CACHE"
	(cd "$CYRUS_CACHE/debs" && for package in $CYRUS_PACKAGES; do
		apt-get -q download "$package" || echo "no package $package" >&2
	done) >"$DIR/log/download.log" 2>&1
	for deb in "$CYRUS_CACHE"/debs/*.deb; do
		[ -f "$deb" ] || die "Cyrus cannot be had: see $DIR/log/download.log"
		dpkg -x "$deb" "$CYRUS_CACHE/root"
	done
	[ -x "$CYRUS_CACHE/root/usr/lib/cyrus/bin/imapd" ] || die "no imapd in the packages"
	: >"$CYRUS_CACHE/done"
}

server_write() {
	cyrus_unpack
	if [ ! -f "$DIR/env" ]; then
		# shellcheck disable=SC2046
		set -- $(free_ports 3)
		: >"$DIR/env"
		put_env KIND cyrus
		put_env DIR "$DIR"
		put_env IMAP_HOST localhost
		put_env IMAP_PORT "$1"
		put_env IMAPS_PORT "$2"
		put_env LMTP_PORT "$3"
		put_env CA_FILE "$CA_FILE"
	fi
	. "$DIR/env"
	mkdir -p "$DIR/conf/socket" "$DIR/conf/proc" "$DIR/conf/db" "$DIR/conf/log" "$DIR/spool" \
		"$DIR/auth" "$DIR/sieve"
	cyrus_imapd_conf >"$DIR/imapd.conf"
	cyrus_conf >"$DIR/cyrus.conf"
}

cyrus_imapd_conf() {
	cat <<END
configdirectory: $DIR/conf
defaultpartition: default
partition-default: $DIR/spool
sievedir: $DIR/sieve
servername: localhost
cyrus_user: $RUN_USER
admins: admin
allowplaintext: yes
unixhierarchysep: yes
altnamespace: yes
virtdomains: userid
defaultdomain: cyrus.test
autocreate_users: anyone
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: Drafts|Sent|Trash|Junk|Archive
autocreate_subscribe_folders: Drafts|Sent|Trash|Junk|Archive
xlist-drafts: Drafts
xlist-sent: Sent
xlist-trash: Trash
xlist-junk: Junk
xlist-archive: Archive
specialusealways: yes
conversations: yes
idlesocket: $DIR/conf/socket/idle
lmtpsocket: $DIR/conf/socket/lmtp
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: $DIR/auth/mux
sasl_mech_list: PLAIN LOGIN
tls_server_cert: $CERT_FILE
tls_server_key: $DIR/server.key
syslog_prefix: cyrus
END
	cp "$KEY_FILE" "$DIR/server.key"
}

cyrus_conf() {
	bin=$CYRUS_CACHE/root/usr/lib/cyrus/bin
	conf=$DIR/imapd.conf
	cat <<END
START {
	recover cmd="$bin/ctl_cyrusdb -C $conf -r"
	idled cmd="$bin/idled -C $conf"
}
SERVICES {
	imap cmd="$bin/imapd -C $conf" listen="127.0.0.1:$IMAP_PORT" prefork=1
	imaps cmd="$bin/imapd -C $conf -s" listen="127.0.0.1:$IMAPS_PORT" prefork=1
	lmtp cmd="$bin/lmtpd -C $conf -a" listen="127.0.0.1:$LMTP_PORT" prefork=0
}
EVENTS {
	checkpoint cmd="$bin/ctl_cyrusdb -C $conf -c" period=300
}
END
}

server_run() {
	run_bg auth "$PY" "$HERE/saslauth.py" "$DIR/auth/mux"
	root=$CYRUS_CACHE/root
	libs=$(ls -d "$root"/usr/lib/*-linux-gnu)
	run_bg master env CYRUS_USER="$RUN_USER" LD_LIBRARY_PATH="$libs" \
		"$(ls "$root"/usr/lib/cyrus/bin/master "$root"/usr/sbin/cyrmaster 2>/dev/null |
			head -n 1)" -C "$DIR/imapd.conf" -M "$DIR/cyrus.conf" -p "$DIR/master.lock"
	wait_port "$IMAP_PORT" 15 || die "cyrus does not listen: see $DIR/log"
}

server_stop() {
	stop_pid "$DIR/master.pid"
	stop_pid "$DIR/auth.pid"
}
