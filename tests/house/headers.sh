#!/bin/sh
# SPDX-License-Identifier: ISC
# headers.sh TOP: each header compiles alone, without a warning, and its guard is its path.

cd "$1" || exit 2
. tests/house/files.sh
findings=$(mktemp)
warnings='-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Werror'

# header_compiles FILE: twice in one unit, so that a missing guard shows too
header_compiles()
{
	printf '#include "%s"\n#include "%s"\nextern int nothing;\n' "$1" "$1" |
		${CC:-cc} -std=c11 -D_GNU_SOURCE $warnings -I. -I"$OLDPWD" -fsyntax-only -xc - 2>&1
}

for file in $(files_named '*.h'); do
	guard=$(echo "${file%.h}_H" | tr 'a-z/.-' 'A-Z___')
	grep -q "^#ifndef $guard\$" "$file" && grep -q "^#define $guard\$" "$file" ||
		echo "$file: the guard must be $guard" >>"$findings"
	header_compiles "$file" >"$findings.one" || {
		echo "$file: does not compile alone"
		head -n 5 "$findings.one"
	} >>"$findings"
	rm -f "$findings.one"
done

# a source that has a header of its own includes it first
for file in $(files_product | grep '\.c$'); do
	own=${file%.c}.h
	[ -f "$own" ] || continue
	first=$(grep -m 1 '^#include' "$file")
	[ "$first" = "#include \"$own\"" ] || echo "$file: must include $own first" >>"$findings"
done

files_verdict "$findings"
