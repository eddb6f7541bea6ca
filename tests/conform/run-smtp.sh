#!/bin/sh
# SPDX-License-Identifier: ISC
# run-smtp.sh TOP: the submission backend against a real SMTP server, which is started for it on
# loopback and stopped again.  Runs in the build directory (needs tests/unit/smtp_sink built).

top=${1:-$(dirname "$0")/../..}
dir=$(mktemp -d)
chmod 755 "$dir"
trap 'sh "$top/tests/servers/stop" "$dir" >/dev/null 2>&1; rm -rf "$dir"' EXIT INT TERM

sh "$top/tests/servers/start" smtp "$dir" || exit 1
. "$dir/env"
export SMTP_HOST SMTP_PORT SMTPS_PORT SMTP_MAILS CA_FILE
./tests/unit/smtp_sink
