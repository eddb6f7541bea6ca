# SPDX-License-Identifier: ISC
# Sourced by the house checks: which files they read.  Paths are relative to the top directory.

# files_named PATTERN...: regular files of the tree with one of these names
files_named()
{
	for pattern in "$@"; do
		find wbxml bridge backends tests contrib -type f -name "$pattern" \
			! -path '*/golden/*' ! -path '*/corpus/*' 2>/dev/null
	done | sort
}

# the product's own C
files_product()
{
	files_named '*.c' '*.h' | grep -v '^tests/'
}

# ends the check: the findings are in file $1
files_verdict()
{
	if [ -s "$1" ]; then
		cat "$1"
		rm -f "$1"
		exit 1
	fi
	rm -f "$1"
	exit 0
}
