#!/bin/sh
# SPDX-License-Identifier: ISC
# banned.sh TOP: what must not stand in the code: calls that invite overflows, #if in bodies, macros
# that hide a return, unfinished work, global variables.  The last by the objects in obj/, if any.

build=$PWD
cd "$1" || exit 2
. tests/house/files.sh
findings=$(mktemp)

# complain PATTERN REASON FILE...: one finding a line that matches
complain()
{
	pattern=$1 reason=$2
	shift 2
	grep -nE "$pattern" /dev/null "$@" | sed "s|\$|   <- $reason|"
}

code=$(files_named '*.c' '*.h' '*.def')
product=$(files_product)
scripts=$(files_named '*.sh' '*.py' | grep -v house/banned)
calls='strcpy|strcat|v?sprintf|strtok|atoi|gets|alloca|(set|long)jmp'

{
	complain "(^|[^a-zA-Z0-9_])($calls)\\(" 'banned call' $code
	complain 'typedef[[:space:]]+(struct|union|enum)[^(]*$' 'typedef of a struct' $code
	complain '(TODO|FIXME|[^X]XXX)([^X]|$)' 'unfinished' $code $scripts
	complain '/(tmp/easb/|work/(main|shared))' 'a path of one machine' $code $scripts
	complain '^[[:space:]]*#[[:space:]]*define.*[^a-z_](return|goto)[^a-z_]' \
		'macro hides a return' $product
} >"$findings"

# conditionals between ^{ and ^}
echo "$product" | xargs awk '
	FNR == 1 { body = 0 }
	/^{/ { body = 1 }
	/^}/ { body = 0 }
	body && /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else)/ {
		print FILENAME ":" FNR ": conditional in a body"
	}' >>"$findings"

# Variables that can change.  Visible ones: only the configuration.  Static ones: the root object of
# a role, called so, and these, each the state of one process and said so where it is defined.
visible='^(config)$'
static='
bridge/account cache
bridge/worker/quarantine page
bridge/base/body spool_dir
bridge/base/date clock_offset
bridge/base/log logs
bridge/base/map seed
bridge/base/stream waited_us
bridge/base/trust trusts
'
for file in $(echo "$product" | grep '\.c$'); do
	[ ! -f "$build/obj/${file%.c}.o" ] || echo "$build/obj/${file%.c}.o"
done | xargs objdump -t 2>/dev/null | awk -v prefix="$build/obj/" -v visible="$visible" \
	-v static="$static" '
	/: +file format/ {
		name = substr($0, length(prefix) + 1)
		sub(/\.o:.*/, "", name)
	}
	($0 ~ /[ \t]\.(data|bss)[ \t]/ && $0 ~ / O /) || /\*COM\*/ {
		symbol = $NF
		if (symbol ~ /^(__|\.)/)
			next
		sub(/\.[0-9]+$/, "", symbol)
		if (symbol == "role" && $2 != "g")
			next
		if ($2 == "g" ? symbol !~ visible : !index(static, "\n" name " " symbol "\n"))
			print name ".c: variable " symbol " outlives its function"
	}' >>"$findings"

files_verdict "$findings"
