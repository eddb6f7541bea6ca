# SPDX-License-Identifier: ISC
# What every kind of test server shares: the private directory, the user it
# runs as, free ports, the throw-away certificate authority and DIR/env.
# Sourced by start; DIR (absolute) and HERE (this directory) are set before.

PY=/usr/bin/python3
TEST_USER=eastest

say() { echo "servers: $*" >&2; }
die() { say "$*"; exit 1; }

need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null 2>&1 || die "$tool is not installed"
	done
}

# Root never runs a server: it makes a system user once and drops to it.
drop_setup() {
	if [ "$(id -u)" -ne 0 ]; then
		RUN_USER=$(id -un)
		RUN_GROUP=$(id -gn)
		DROP=
		return
	fi
	if ! id "$TEST_USER" >/dev/null 2>&1; then
		useradd --system --no-create-home --home-dir /nonexistent \
			--shell /usr/sbin/nologin "$TEST_USER" || die "cannot add $TEST_USER"
	fi
	RUN_USER=$TEST_USER
	RUN_GROUP=$(id -gn "$TEST_USER")
	DROP="setpriv --reuid=$RUN_USER --regid=$RUN_GROUP --clear-groups"
	raise_inotify
}

# Dovecot loses instant wake-ups beyond 128 watching sessions of one user.
raise_inotify() {
	now=$(cat /proc/sys/fs/inotify/max_user_instances 2>/dev/null || echo 99999)
	if [ "$now" -lt 8192 ]; then
		echo 8192 2>/dev/null >/proc/sys/fs/inotify/max_user_instances || true
	fi
}

own() {
	if [ -n "$DROP" ]; then
		chown -R "$RUN_USER:$RUN_GROUP" "$@"
	fi
}

# free_ports N: N free loopback ports, each bound together so that they differ.  They lie below the
# range that the system takes for outgoing connections, one of which could else be there first.
free_ports() {
	$PY - "$1" <<'PYEND'
import random, socket, sys
held = []
while len(held) < int(sys.argv[1]):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", random.randrange(10240, 32000)))
        held.append(s)
    except OSError:
        s.close()
print(*[s.getsockname()[1] for s in held])
PYEND
}

# One authority a directory; TEST_CA names one to be shared by several servers.
ca_setup() {
	CA_DIR=${TEST_CA:-$DIR/ca}
	if [ ! -f "$CA_DIR/ca.pem" ]; then
		mkdir -p "$CA_DIR"
		ca_make "$CA_DIR" >"$CA_DIR/log" 2>&1 || die "certificates: see $CA_DIR/log"
		chmod 644 "$CA_DIR"/*
	fi
	CA_FILE=$CA_DIR/ca.pem
	CERT_FILE=$CA_DIR/localhost.pem
	KEY_FILE=$CA_DIR/localhost.key
}

ca_make() (
	cd "$1" || exit 1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
		-keyout ca.key -out ca.pem -days 3650 -subj "/CN=easbridge test CA" \
		-addext basicConstraints=critical,CA:TRUE || exit 1
	ca_leaf localhost "DNS:localhost,DNS:ex.test,DNS:example.net,IP:127.0.0.1,IP:::1" &&
		ca_leaf wrong "DNS:wrong.example" &&
		ca_leaf other "DNS:other.test"
)

ca_leaf() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
		-keyout "$1.key" -out "$1.csr" -subj "/CN=$1" || return 1
	printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$2" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial \
		-days 3650 -extfile "$1.ext" -out "$1.pem"
}

# put_env NAME VALUE: one shell variable for those who use the server
put_env() {
	printf "%s='%s'\n" "$1" "$2" >>"$DIR/env"
}

# wait_port PORT SECONDS: until something there greets (IMAP, SMTP, LMTP)
wait_port() {
	$PY - "$1" "$2" <<'PYEND'
import socket, sys, time
end = time.monotonic() + float(sys.argv[2])
while True:
    try:
        s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)
        s.settimeout(max(0.1, end - time.monotonic()))
        sys.exit(0 if s.recv(1) else 1)
    except OSError:
        if time.monotonic() > end:
            sys.exit(1)
        time.sleep(0.02)
PYEND
}

# run_bg NAME COMMAND...: a daemon of ours; its process id goes to DIR/NAME.pid
run_bg() {
	name=$1
	shift
	# shellcheck disable=SC2086
	setsid $DROP "$@" >>"$DIR/log/$name.log" 2>&1 </dev/null &
	echo $! >"$DIR/$name.pid"
}

# stop_pid FILE: ask, wait up to five seconds, then insist
stop_pid() {
	[ -f "$1" ] || return 0
	pid=$(cat "$1")
	rm -f "$1"
	[ -n "$pid" ] || return 0
	kill "$pid" 2>/dev/null || return 0
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		kill -0 "$pid" 2>/dev/null || return 0
		sleep 0.2
	done
	kill -9 "$pid" 2>/dev/null || true
}
