#!/bin/sh
# SPDX-License-Identifier: ISC
# rooms.sh TOP: who may include whom.  Reads the #include lines and fails on a breach of
# rooms.txt; then asks the compiler for all that the front sees, at any depth.

cd "$1" || exit 2
. tests/house/files.sh
findings=$(mktemp)

# headers that are not libc
libraries='^((openssl|event2|libetpan|curl|libical)/|(sqlite3|ini|zlib|expat|jansson|ldap)\.h)'

files_product | xargs grep -nE '^[[:space:]]*#[[:space:]]*include' /dev/null |
	libraries="$libraries" awk '
	BEGIN {
		while ((getline line < "tests/house/rooms.txt") > 0)
			if (line !~ /^#/ && split(line, part, " : ") == 3) {
				room[++n] = part[1]; ours[n] = part[2]; foreign[n] = part[3]
			}
		libraries = ENVIRON["libraries"]
	}
	{
		split($0, at, ":")
		file = at[1]
		quoted = match($0, /"[^"]+"/)
		if (!quoted && !match($0, /<[^>]+>/))
			next
		name = substr($0, RSTART + 1, RLENGTH - 2)
		for (row = 1; row <= n && file !~ room[row]; row++)
			;
		if (row > n)
			print file ": belongs to no room of tests/house/rooms.txt"
		else if (quoted && name !~ ours[row])
			print file ":" at[2] ": must not include \"" name "\""
		else if (!quoted && name ~ libraries && name !~ foreign[row])
			print file ":" at[2] ": must not include <" name ">"
	}' >>"$findings"

# what the front sees through other headers
for file in bridge/front/*.c bridge/watch/*.c; do
	[ -f "$file" ] || continue
	forbidden='^(wbxml|bridge/commands|bridge/sync|bridge/state)/'
	case $file in
	bridge/front/*) forbidden='^(wbxml|backends|bridge/(classes|commands|sync|state))/' ;;
	esac
	${CC:-cc} -std=c11 -D_GNU_SOURCE -I. -I"$OLDPWD" -MM "$file" | tr ' \\' '\n\n' |
		sed 's|^\./||' | grep -E "$forbidden" | sed "s|^|$file: sees |" >>"$findings"
done

files_verdict "$findings"
