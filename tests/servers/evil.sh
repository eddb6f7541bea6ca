# SPDX-License-Identifier: ISC
# IMAP servers that misbehave, one port a kind (evil.py lists them); DIR/ports has
# "KIND PORT" lines.  EVIL_UPSTREAM: port of an honest server that the proxying kinds
# stand in front of.  DIR/log/KIND.log has what clients said to a proxy.

server_write() {
	if [ ! -f "$DIR/env" ]; then
		: >"$DIR/env"
		put_env KIND evil
		put_env DIR "$DIR"
		kinds=$($PY "$HERE/evil.py" --list)
		# shellcheck disable=SC2046,SC2086
		set -- $(free_ports $(echo $kinds | wc -w))
		for kind in $kinds; do
			echo "$kind $1"
			shift
		done >"$DIR/ports"
	fi
	. "$DIR/env"
}

server_run() {
	run_bg evil "$PY" "$HERE/evil.py" --ports "$DIR/ports" --logs "$DIR/log" \
		--upstream "${EVIL_UPSTREAM:-0}"
	port=$(sed -n '$s/.* //p' "$DIR/ports")
	$PY -c "
import socket, sys, time
for _ in range(200):
    try:
        socket.create_connection(('127.0.0.1', $port), 1).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.05)
sys.exit(1)" || die "the evil servers do not listen: see $DIR/log"
}

server_stop() {
	stop_pid "$DIR/evil.pid"
}
