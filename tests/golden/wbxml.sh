#!/bin/sh
# SPDX-License-Identifier: ISC
# wbxml.sh TOP: the golden documents in tests/golden/wbxml.  NAME.wbxml prints as NAME.txt, NAME.txt
# and its one-line form become NAME.wbxml again, and each command has a request and an answer.

top=$1
easdump=${EASDUMP:-./easdump}
golden=$top/tests/golden/wbxml
out=golden-wbxml.tmp
failed=0
count=0

complain()
{
	echo "$*"
	failed=1
}

for document in "$golden"/*.wbxml; do
	name=${document##*/}
	text=${document%.wbxml}.txt
	count=$((count + 1))
	"$easdump" "$document" >$out || complain "$name: not printed"
	cmp -s $out "$text" || complain "$name: prints unlike ${text##*/}"
	"$easdump" -r "$text" >$out || complain "${text##*/}: not parsed"
	cmp -s $out "$document" || complain "${text##*/}: becomes unlike $name"
	"$easdump" -1 "$document" | "$easdump" -r >$out || complain "$name: one line not parsed"
	cmp -s $out "$document" || complain "$name: one line becomes another document"
done
[ $count -ge 80 ] || complain "only $count documents"

# GetAttachment and the three predecessors of FolderCreate carry no WBXML, GetHierarchy no request
for command in sync sendmail smartforward smartreply foldersync foldercreate folderupdate \
	folderdelete moveitems getitemestimate meetingresponse search settings ping itemoperations \
	provision resolverecipients validatecert find; do
	set -- "$golden/$command-"*request.wbxml
	[ -f "$1" ] || complain "$command: no request"
done
for command in sync sendmail smartforward smartreply gethierarchy foldersync foldercreate \
	folderupdate folderdelete moveitems getitemestimate meetingresponse search settings ping \
	itemoperations provision resolverecipients validatecert find; do
	set -- "$golden/$command-"*answer.wbxml
	[ -f "$1" ] || complain "$command: no answer"
done

# the program itself: messages, exit codes, mask
message=$(printf '\003\001\152\000\105\113' | "$easdump" -1 2>&1 >$out)
[ $? = 1 ] || complain "truncated document: exit code"
[ "$message" = "easdump: standard input: offset 6: truncated" ] || complain "message: $message"
[ "$(cat $out)" = "Sync { SyncKey {" ] || complain "the readable beginning is not printed"
message=$(printf 'Ping {\nStatus 1\n' | "$easdump" -r 2>&1 >$out)
[ "$message" = "easdump: standard input: line 3: } expected" ] || complain "message: $message"
"$easdump" /nonexistent 2>$out && complain "missing file: exit code"
"$easdump" -x 2>$out
[ $? = 2 ] || complain "wrong option: exit code"
"$easdump" -m "$golden/settings-request.wbxml" | grep -q 'Password <11 bytes>' || complain "no mask"
"$easdump" -n 4 "$golden/ping-request.wbxml" | grep -q '"Cale"...<8 bytes>' || complain "no cut"

rm -f $out
exit $failed
