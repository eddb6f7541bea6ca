# SPDX-License-Identifier: ISC
# Dovecot for tests, 2.3 (Debian 12) and 2.4 (Debian 13) configuration by version.
# Any user name is an account with the password "secret"; users() below lists exceptions.
# Variants by environment:
#   SPECIAL_USE=no      plain Drafts/Sent/... without SPECIAL-USE flags
#   FOLDERS=no          no folder but INBOX
#   IMAP_CAPABILITY=".." what CAPABILITY says (e.g. without NOTIFY, CONDSTORE, MOVE)
#   NAMESPACE="INBOX."  private namespace with that prefix; its last character separates
#   WRONG_HOST=yes      TLS certificate for another host name
# Contract: start and stop source this after lib.sh and call server_*.

DOVECOT=/usr/sbin/dovecot
DOVEADM=/usr/bin/doveadm

users() {
	cat <<'END'
umlaut:{PLAIN}grün-süß
umlaut@ex.test:{PLAIN}grün-süß
nobody@ex.test:{PLAIN}cannot-be-guessed
END
}

# Debian has sieve in packages of its own
have_sieve() {
	[ -x /usr/lib/dovecot/managesieve-login ]
}

server_write() {
	need "$DOVECOT" "$DOVEADM"
	DOVECOT_VERSION=$($DOVECOT --version | cut -d' ' -f1)
	if [ ! -f "$DIR/env" ]; then
		# shellcheck disable=SC2046
		set -- $(free_ports 4)
		: >"$DIR/env"
		put_env KIND dovecot
		put_env DIR "$DIR"
		put_env IMAP_HOST localhost
		put_env IMAP_PORT "$1"
		put_env IMAPS_PORT "$2"
		put_env LMTP_PORT "$3"
		put_env SIEVE_PORT "$4"
		put_env CA_FILE "$CA_FILE"
		put_env DOVECOT_CONF "$DIR/dovecot.conf"
		put_env MASTER_USER master
		put_env MASTER_PASSWORD master
	fi
	. "$DIR/env"
	mkdir -p "$DIR/run" "$DIR/state" "$DIR/home"
	users >"$DIR/users"
	echo 'master:{PLAIN}master' >"$DIR/masters"
	if [ "${WRONG_HOST:-no}" = yes ]; then
		CERT_FILE=$CA_DIR/wrong.pem
		KEY_FILE=$CA_DIR/wrong.key
	fi
	case $DOVECOT_VERSION in
	2.[0-3].*) conf_23 >"$DIR/dovecot.conf" ;;
	*) conf_24 >"$DIR/dovecot.conf" ;;
	esac
}

folder() { # NAME FLAG
	if [ "${FOLDERS:-yes}" = no ]; then
		return
	fi
	echo "  mailbox $1 {"
	echo "    auto = subscribe"
	if [ "${SPECIAL_USE:-yes}" != no ]; then
		echo "    special_use = \\$2"
	fi
	echo "  }"
}

folders() {
	folder Drafts Drafts
	folder Sent Sent
	folder Trash Trash
	folder Junk Junk
	folder Archive Archive
}

namespace() {
	separator=$(printf %s "${NAMESPACE:-/}" | tail -c 1)
	prefix=${NAMESPACE:-}
	echo "namespace inbox {"
	echo "  inbox = yes"
	echo "  separator = $separator"
	[ -z "$prefix" ] || echo "  prefix = $prefix"
	folders
	echo "}"
}

# $1: the word for the address of a listener, "address" or "listen"
listeners() {
	rows="imap-login:imap:$IMAP_PORT imap-login:imaps:$IMAPS_PORT lmtp:lmtp:$LMTP_PORT"
	if have_sieve; then
		rows="$rows managesieve-login:sieve:$SIEVE_PORT"
	fi
	for row in $rows; do
		rest=${row#*:}
		name=${rest%%:*}
		echo "service ${row%%:*} {"
		echo "  chroot ="
		echo "  inet_listener $name {"
		echo "    $1 = 127.0.0.1"
		echo "    port = ${rest##*:}"
		[ "$name" != imaps ] || echo "    ssl = yes"
		echo "  }"
		echo "}"
	done
}

services() {
	cat <<END
service imap-login {
  service_count = 0
  process_min_avail = 1
  client_limit = 4000
}
service imap {
  process_limit = 4000
  client_limit = 1
}
service anvil {
  chroot =
  client_limit = 8000
}
service auth {
  user = $RUN_USER
  client_limit = 8000
}
service auth-worker {
  user = $RUN_USER
}
service indexer-worker {
  user = $RUN_USER
}
service stats {
  chroot =
  client_limit = 8000
}
END
}

common() {
	cat <<END
base_dir = $DIR/run
state_dir = $DIR/state
log_path = $DIR/log/dovecot.log
protocols = imap lmtp$(! have_sieve || echo " sieve")
listen = 127.0.0.1
default_internal_user = $RUN_USER
default_internal_group = $RUN_GROUP
default_login_user = $RUN_USER
first_valid_uid = 1
first_valid_gid = 1
mail_uid = $RUN_USER
mail_gid = $RUN_GROUP
mailbox_list_index = yes
mail_max_userip_connections = 4000
mail_max_keyword_length = 100
auth_mechanisms = plain login
auth_master_user_separator = *
auth_failure_delay = 0 secs
ssl = yes
END
	[ -z "${IMAP_CAPABILITY:-}" ] || echo "imap_capability = $IMAP_CAPABILITY"
}

conf_23() {
	common
	cat <<END
mail_location = sdbox:~/mail
mail_home = $DIR/home/%u
disable_plaintext_auth = no
ssl_cert = <$CERT_FILE
ssl_key = <$KEY_FILE
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $DIR/masters
  master = yes
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $DIR/users
}
passdb {
  driver = static
  args = password=secret
  username_filter = !umlaut !umlaut@* !nobody@*
}
userdb {
  driver = static
  args = uid=$RUN_USER gid=$RUN_GROUP home=$DIR/home/%u allow_all_users=yes
}
$(! have_sieve || sieve_23)
service ipc {
  chroot =
}
service director {
  chroot =
}
END
	namespace
	listeners address
	services
}

sieve_23() {
	cat <<'END'
protocol lmtp {
  mail_plugins = $mail_plugins sieve
}
plugin {
  sieve = file:~/sieve;active=~/.dovecot.sieve
}
END
}

conf_24() {
	cat <<END
dovecot_config_version = $DOVECOT_VERSION
dovecot_storage_version = $DOVECOT_VERSION
END
	common
	cat <<END
mail_driver = sdbox
mail_path = ~/mail
mail_home = $DIR/home/%{user}
auth_allow_cleartext = yes
ssl_server_cert_file = $CERT_FILE
ssl_server_key_file = $KEY_FILE
passdb masters {
  driver = passwd-file
  passwd_file_path = $DIR/masters
  master = yes
}
passdb users {
  driver = passwd-file
  passwd_file_path = $DIR/users
}
passdb static {
  password = secret
  username_filter = !umlaut !umlaut@* !nobody@*
}
userdb static {
  fields {
    uid = $RUN_USER
    gid = $RUN_GROUP
    home = $DIR/home/%{user}
  }
}
$(! have_sieve || sieve_24)
END
	namespace
	listeners listen
	services
}

sieve_24() {
	cat <<'END'
protocol lmtp {
  mail_plugins {
    sieve = yes
  }
}
sieve_script personal {
  driver = file
  path = ~/sieve
  active_path = ~/.dovecot.sieve
}
END
}

server_run() {
	ulimit -n 20000 2>/dev/null || ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
	$DROP "$DOVECOT" -c "$DIR/dovecot.conf" >"$DIR/log/start.log" 2>&1 ||
		die "dovecot did not start: $(cat "$DIR/log/start.log")"
	. "$DIR/env"
	wait_port "$IMAP_PORT" 10 || die "dovecot does not listen: see $DIR/log"
}

# Sessions outlive their master for a while: they are ended too.
server_stop() {
	pid=$(cat "$DIR/run/master.pid" 2>/dev/null || true)
	[ -n "$pid" ] || return 0
	children=$(pgrep -P "$pid" || true)
	echo "$pid" >"$DIR/stop.pid"
	stop_pid "$DIR/stop.pid"
	for child in $children; do
		kill "$child" 2>/dev/null || true
	done
}
