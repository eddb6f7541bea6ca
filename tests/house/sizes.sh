#!/bin/sh
# SPDX-License-Identifier: ISC
# sizes.sh TOP: functions of at most 80 lines (over 60: a warning), files of at most 600, lines of
# at most 100 columns with tabs of 8 (tables in *.def are free of both), a licence line, no
# white space at the end of a line.  Warnings are printed with WARN=1.

LC_ALL=C; export LC_ALL
cd "$1" || exit 2
. tests/house/files.sh
findings=$(mktemp)

files_named '*.c' '*.h' '*.def' '*.sh' '*.py' | WARN=${WARN-} xargs awk '
	function columns(text,    i, n) {
		gsub(/[\200-\277]/, "", text)	# UTF-8: a character is one column
		n = 0
		for (i = 1; i <= length(text); i++)
			n = substr(text, i, 1) == "\t" ? n + 4 - n % 4 : n + 1
		return n
	}
	function finish() {
		if (file != "" && !licensed)
			print file ": no SPDX line at the top"
		if (last > 600 && file !~ /\.def$/)
			print file ": " last " lines"
	}
	FNR == 1 {
		finish()
		file = FILENAME; licensed = 0; start = 0
		most = file ~ /\.def$/ ? 1000 : 100
	}
	{ last = FNR }
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
	END { finish() }' >"$findings"

files_verdict "$findings"
