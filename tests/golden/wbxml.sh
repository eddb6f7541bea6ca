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

rm -f $out
exit $failed
