#!/bin/sh
# SPDX-License-Identifier: ISC
# renew.sh PROGRAM: puts the list of settings that `easbridged -M` prints into easbridge.conf.5,
# between its two marks.  To be run after a change of config.def; a unit test tells if it was not.
set -eu

page=$(dirname "$0")/easbridge.conf.5
list=$(mktemp)
trap 'rm -f "$list" "$list.page"' EXIT
"$1" -M >"$list"
sed -e "/^\.\\\\\" settings begin/r $list" \
	-e '/^\.\\" settings begin/,/^\.\\" settings end/{/^\.\\" settings/!d}' \
	"$page" >"$list.page"
cat "$list.page" >"$page"
