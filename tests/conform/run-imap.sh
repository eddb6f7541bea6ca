#!/bin/sh
# SPDX-License-Identifier: ISC
# run-imap.sh BUILD DIR: the conformance suite against IMAP servers of many kinds, each started
# privately below DIR by tests/servers.  Prints "ok NAME" or "FAIL NAME" a variant.
set -u
[ $# -eq 2 ] || { echo "usage: $0 BUILD DIR" >&2; exit 2; }
top=$(cd "$(dirname "$0")/../.." && pwd)
program=$(cd "$1" && pwd)/conform_store
mkdir -p "$2"
dir=$(cd "$2" && pwd)
failed=0

BASE='IMAP4rev1 SASL-IR LOGIN-REFERRALS ID'
POOR="$BASE ENABLE IDLE NAMESPACE LITERAL+ CHILDREN"

verdict() { # NAME STATUS
	if [ "$2" -eq 0 ]; then
		echo "ok   conform/$1"
	else
		echo "FAIL conform/$1"
		sed 's/^/     | /' "$dir/$1.log"
		failed=$((failed + 1))
	fi
}

# check NAME ARGUMENTS...
check() {
	name=$1
	shift
	timeout 120 "$program" "$@" >"$dir/$name.log" 2>&1
	verdict "$name" $?
}

# server NAME [VARIABLE=VALUE...]: starts Dovecot as that variant and reads its ports
server() {
	name=$1
	shift
	env "$@" "$top/tests/servers/start" dovecot "$dir/$name" >"$dir/start.log" 2>&1 ||
		{ cat "$dir/start.log"; exit 1; }
	. "$dir/$name/env"
}

stop() { "$top/tests/servers/stop" "$dir/$1" >/dev/null 2>&1; }

# variant NAME [VARIABLE=VALUE...]
variant() {
	server "$@"
	check "$1" "imap://localhost:$IMAP_PORT" alice secret
	stop "$1"
}

server full
check full "imap://localhost:$IMAP_PORT" alice secret
check starttls "imap://localhost:$IMAP_PORT starttls ca=$CA_FILE" bob secret
check imaps "imaps://localhost:$IMAPS_PORT ca=$CA_FILE" umlaut grün-süß
check settings "imap://localhost:$IMAP_PORT" t1 secret "folder_sent = My Own Sent
subscribed_only = yes"
# no trust: the system's store does not know the CA
check wrong-ca --refused TRY_LATER "imaps://localhost:$IMAPS_PORT" alice secret
check wrong-ca-starttls --refused TRY_LATER "imap://localhost:$IMAP_PORT starttls" alice secret
check wrong-password --refused DENIED "imap://localhost:$IMAP_PORT" t2 wrong
check nobody-listens --refused TRY_LATER "imap://localhost:1" alice secret
stop full
server wrong-host WRONG_HOST=yes
check wrong-host --refused TRY_LATER "imaps://localhost:$IMAPS_PORT ca=$CA_FILE" alice secret
stop wrong-host

variant no-special SPECIAL_USE=no
variant no-folders FOLDERS=no
variant prefix NAMESPACE=INBOX.
variant condstore-only "IMAP_CAPABILITY=$POOR CONDSTORE UIDPLUS MOVE ESEARCH UNSELECT"
variant no-modseq "IMAP_CAPABILITY=$POOR UIDPLUS MOVE ESEARCH SPECIAL-USE"
variant no-move "IMAP_CAPABILITY=$POOR UIDPLUS QRESYNC CONDSTORE"
variant no-uidplus "IMAP_CAPABILITY=$POOR QRESYNC CONDSTORE MOVE LIST-EXTENDED"
variant bare "IMAP_CAPABILITY=IMAP4rev1"

server behind-evil
EVIL_UPSTREAM=$IMAP_PORT "$top/tests/servers/start" evil "$dir/evil" >"$dir/start.log" 2>&1 ||
	cat "$dir/start.log"
while read -r kind port; do
	case $kind in
	eof | hang | drip | huge | deep | long | garbage | endless | poison)
		check "evil-$kind" --evil "$kind" "imap://localhost:$port" alice secret
		;;
	esac
done <"$dir/evil/ports"
stop evil
stop behind-evil

if [ "${CONFORM_CYRUS:-yes}" = yes ] && [ -f "$top/tests/servers/cyrus.sh" ]; then
	"$top/tests/servers/start" cyrus "$dir/cyrus" >"$dir/start.log" 2>&1 && {
		. "$dir/cyrus/env"
		check cyrus "imap://localhost:$IMAP_PORT" alice secret
		stop cyrus
	}
fi
exit "$failed"
