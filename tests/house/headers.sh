#!/bin/sh
# SPDX-License-Identifier: ISC
# headers.sh TOP: each header compiles alone, without a warning, and its guard is its path.

cd "$1" || exit 2
. tests/house/files.sh
findings=$(mktemp)
warnings='-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Werror'

# twice in one unit, so that a missing guard shows too
compile='printf "#include \"%s\"\n#include \"%s\"\nextern int nothing;\n" "$0" "$0" |
	$compiler -fsyntax-only -xc - 2>&1 | sed "s|^|$0: alone: |" | head -n 5'
compiler="${CC:-cc} -std=c11 -D_GNU_SOURCE $warnings -I. -I$OLDPWD"
export compiler
# some seconds of work, saved while no header is newer than the last good outcome
stamp=$OLDPWD/headers.ok
newer=$(find wbxml bridge backends tests -name '*.h' -newer "$stamp" 2>/dev/null)
if [ ! -f "$stamp" ] || [ -n "$newer" ]; then
	rm -f "$stamp"
	files_named '*.h' |
		xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 1 sh -c "$compile" >>"$findings"
	[ -s "$findings" ] || : >"$stamp"
fi

# guards; and a source that has a header of its own includes it first
files_named '*.h' >"$findings.headers"
{
	cat "$findings.headers"
	files_product | grep '\.c$'
} | xargs awk -v headers="$findings.headers" '
	function finish() {
		if (file ~ /\.h$/ && guarded < 2)
			print file ": the guard must be " guard
	}
	BEGIN {
		while ((getline name < headers) > 0)
			known[name] = 1
	}
	FNR == 1 {
		finish()
		file = FILENAME; guarded = 0; included = 0
		guard = toupper(file)
		gsub(/[\/.-]/, "_", guard)
		own = file
		sub(/\.c$/, ".h", own)
	}
	$0 == "#ifndef " guard || $0 == "#define " guard { guarded++ }
	/^#include/ && !included++ && file ~ /\.c$/ && own in known &&
		$0 != "#include \"" own "\"" { print file ": must include " own " first" }
	END { finish() }' >>"$findings"
rm -f "$findings.headers"

files_verdict "$findings"
