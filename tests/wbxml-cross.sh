#!/bin/sh
# SPDX-License-Identifier: ISC
# wbxml-cross.sh TOP: compares our reading and writing of WBXML with libwbxml's, for all tokens
# that it knows.  EASDUMP in the environment names our program.  Needs wbxml2xml (Debian:
# wbxml2-utils) and python3; without them it says so and passes.

top=${1:-$(dirname "$0")/..}
for tool in wbxml2xml python3; do
	command -v $tool >/dev/null || {
		echo "skipped: no $tool"
		exit 0
	}
done
exec python3 "$top/tests/wbxml-cross.py" "$top" "${EASDUMP:-./easdump}"
