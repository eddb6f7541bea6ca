#!/bin/sh
# SPDX-License-Identifier: ISC
# sizes.sh TOP: functions of at most 80 lines (over 60: a warning), files of at most 600, lines of
# at most 100 columns with tabs of 8 (tables in *.def are free of both), a licence line, no white space at
# the end of a line.  Warnings are printed with WARN=1.

LC_ALL=C; export LC_ALL
cd "$1" || exit 2
. tests/house/files.sh
findings=$(mktemp)

files_named '*.c' '*.h' '*.def' '*.sh' '*.py' | while read -r file; do
	case $file in
	*.def) lines=1000000 columns=1000 ;;
	*) lines=600 columns=100 ;;
	esac
	WARN=${WARN-} awk -v file="$file" -v lines="$lines" -v most="$columns" '
	function columns(text,    i, n) {
		gsub(/[\200-\277]/, "", text)	# UTF-8: a character is one column
		n = 0
		for (i = 1; i <= length(text); i++)
			n = substr(text, i, 1) == "\t" ? n + 8 - n % 8 : n + 1
		return n
	}
	FNR <= 2 && /SPDX-License-Identifier: ISC/ { licensed = 1 }
	length($0) > most / 8 && columns($0) > most { print file ":" FNR ": more than 100 columns" }
	/[ \t]$/ { print file ":" FNR ": white space at the end" }
	/^{/ && file ~ /\.[ch]$/ { start = FNR; name = before }
	/^}/ && start {
		size = FNR - start + 1
		if (size > 80)
			print file ":" start ": " name ": " size " lines"
		else if (size > 60 && ENVIRON["WARN"] != "")
			print file ":" start ": warning: " name ": " size " lines"
		start = 0
	}
	{ before = $0 }
	END {
		if (!licensed)
			print file ": no SPDX line at the top"
		if (FNR > lines)
			print file ": " FNR " lines"
	}' "$file"
done >"$findings"

files_verdict "$findings"
