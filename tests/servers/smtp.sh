# SPDX-License-Identifier: ISC
# SMTP sink for tests: submission with STARTTLS and AUTH, and SMTPS.  Each mail
# becomes DIR/mails/N.eml with DIR/mails/N.env (JSON: envelope, user, tls).
# Recipients bad*@ get 550, slow*@ wait 3 s, later*@ 451, full*@ 552.
# Variants by environment: SMTP_SIZE bytes (default 30000000), SMTP_AUTH=no,
# SMTP_REQUIRE_TLS=yes (AUTH only after STARTTLS), SMTP_REJECT=yes (554 after DATA).

server_write() {
	if [ ! -f "$DIR/env" ]; then
		# shellcheck disable=SC2046
		set -- $(free_ports 2)
		: >"$DIR/env"
		put_env KIND smtp
		put_env DIR "$DIR"
		put_env SMTP_HOST localhost
		put_env SMTP_PORT "$1"
		put_env SMTPS_PORT "$2"
		put_env SMTP_MAILS "$DIR/mails"
		put_env CA_FILE "$CA_FILE"
	fi
	. "$DIR/env"
	mkdir -p "$DIR/mails"
	chmod 777 "$DIR/mails"
}

server_run() {
	run_bg smtp "$PY" "$HERE/sink.py" --port "$SMTP_PORT" --tls-port "$SMTPS_PORT" \
		--cert "$CERT_FILE" --key "$KEY_FILE" --mails "$DIR/mails" \
		--size "${SMTP_SIZE:-30000000}" --auth "${SMTP_AUTH:-yes}" \
		--require-tls "${SMTP_REQUIRE_TLS:-no}" --reject "${SMTP_REJECT:-no}"
	wait_port "$SMTP_PORT" 10 || die "the SMTP sink does not listen: see $DIR/log"
}

server_stop() {
	stop_pid "$DIR/smtp.pid"
}
