#!/bin/sh
# SPDX-License-Identifier: ISC
# lint.sh TOP "FLAGS": cppcheck and clang-tidy over the product's sources; needs both installed.

cd "$1" || exit 2
. tests/house/files.sh
build=$OLDPWD
flags=$2
outcome=0
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)

if command -v cppcheck >/dev/null 2>&1; then
	echo "cppcheck"
	cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
		--inline-suppr --suppressions-list=tests/house/cppcheck.txt --error-exitcode=1 \
		-D_GNU_SOURCE -I. -j"$jobs" $(files_product | grep '\.c$') || outcome=1
else
	echo "cppcheck: not installed" && outcome=1
fi

if command -v clang-tidy >/dev/null 2>&1; then
	echo "clang-tidy"
	# options of another compiler are none of clang's business
	clean=$(echo "$flags" | tr ' ' '\n' | grep -E '^-[DI]' | grep -v FORTIFY |
		sed "s|^-I\.\$|-I$build|")
	files_product | grep '\.c$' | xargs -P "$jobs" -n 4 sh -c '
		flags=$1; shift
		clang-tidy --quiet "$@" -- -std=c11 $flags 2>/dev/null
		' sh "$clean -I." || outcome=1
else
	echo "clang-tidy: not installed" && outcome=1
fi
exit $outcome
