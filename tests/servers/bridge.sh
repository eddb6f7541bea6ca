# SPDX-License-Identifier: ISC
# easbridged for tests.  From the environment: EASBRIDGED (the program) and
# BRIDGE_DOMAINS, a file with the [domain ...] sections.  More [server] lines:
# BRIDGE_SERVER_EXTRA.  DIR/env gets EAS_URL (TLS), EAS_PLAIN_URL, EAS_CA_FILE, SYNC_LOG.

server_write() {
	if [ ! -f "$DIR/env" ]; then
		# shellcheck disable=SC2046
		set -- $(free_ports 2)
		: >"$DIR/env"
		put_env KIND bridge
		put_env DIR "$DIR"
		put_env EAS_PORT "$1"
		put_env EAS_PLAIN_PORT "$2"
		put_env EAS_URL "https://localhost:$1"
		put_env EAS_PLAIN_URL "http://127.0.0.1:$2"
		put_env EAS_CA_FILE "$CA_FILE"
		put_env SYNC_LOG "$DIR/log/sync.log"
		put_env BRIDGE_LOG "$DIR/log/easbridged.log"
		put_env BRIDGE_CONF "$DIR/easbridge.conf"
		put_env BRIDGE_PID_FILE "$DIR/easbridged.pid"
	fi
	. "$DIR/env"
	mkdir -p "$DIR/state" "$DIR/spool"
	: >>"$SYNC_LOG"
	bridge_conf >"$DIR/easbridge.conf"
}

bridge_conf() {
	cat <<END
[server]
listen = 127.0.0.1:$EAS_PORT tls
listen = 127.0.0.1:$EAS_PLAIN_PORT plain
tls_certificate = $CERT_FILE
tls_key = $KEY_FILE
state = sqlite:$DIR/state/state.db
sync_log = $SYNC_LOG
log = $BRIDGE_LOG
log_level = ${BRIDGE_LOG_LEVEL:-debug}
spool_dir = $DIR/spool
default_domain = ex.test
drain = 2
END
	[ -z "$DROP" ] || echo "user = $RUN_USER"
	[ -z "${BRIDGE_SERVER_EXTRA:-}" ] || echo "$BRIDGE_SERVER_EXTRA"
	cat "$BRIDGE_DOMAINS"
}

server_run() {
	ulimit -n 40000 2>/dev/null || ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
	"$EASBRIDGED" -t -c "$DIR/easbridge.conf" || die "easbridged refuses its configuration"
	setsid "$EASBRIDGED" -F -c "$DIR/easbridge.conf" >>"$DIR/log/stderr.log" 2>&1 </dev/null &
	echo $! >"$DIR/easbridged.pid"
	listens "$EAS_PLAIN_PORT" 10 || die "easbridged does not listen: see $DIR/log"
}

# HTTP servers do not greet: that the port takes connections must do
listens() {
	$PY - "$1" "$2" <<'PYEND'
import socket, sys, time
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.02)
sys.exit(1)
PYEND
}

server_stop() {
	stop_pid "$DIR/easbridged.pid"
}
