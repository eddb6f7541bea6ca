# P13: SendMail, SmartReply, SmartForward: once, with a copy in Sent, quoting and attachments; refusals.
deliver u1 plain.eml html.eml pdf.eml
phone as ios user u1
phone folders
phone sync INBOX until quiet
phone knows m1 as item "Plain text" in INBOX
phone knows m2 as item "Report attached" in INBOX
phone send SendMail { ClientId "SendMail-$run" SaveInSentItems~ Mime opaque "From: wrong@example.org\r\nTo: to-$run@example.net\r\nBcc: bcc-$run@example.net\r\nSubject: Gesendet\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHallo aus dem Test.\r\n" }
phone gets SendMail empty
smtp has 1 mail to to-$run@example.net containing "Hallo aus dem Test" lacking "Bcc:"
smtp has 1 mail to bcc-$run@example.net
imap u1 does "SELECT Sent"
imap said "* 1 EXISTS*"
# the answer was lost: no second mail, no second copy
phone send SendMail { ClientId "SendMail-$run" SaveInSentItems~ Mime opaque "From: wrong@example.org\r\nTo: to-$run@example.net\r\nBcc: bcc-$run@example.net\r\nSubject: Gesendet\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHallo aus dem Test.\r\n" }
phone gets SendMail empty or SendMail { Status 118 }
wait 500ms
smtp has 1 mail to to-$run@example.net
imap u1 does "SELECT Sent"
imap said "* 1 EXISTS*"
# without SaveInSentItems no copy
phone send SendMail { ClientId "second-$run" Mime opaque "To: to2-$run@example.net\r\nSubject: Ohne Kopie\r\n\r\nx\r\n" }
phone gets SendMail empty
smtp has 1 mail to to2-$run@example.net
imap u1 does "SELECT Sent"
imap said "* 1 EXISTS*"

# SmartReply quotes the mail and marks it
phone send SmartReply { ClientId "reply-$run" Source { FolderId $INBOX ItemId $m1 } SaveInSentItems~
	Mime opaque "To: reply-$run@example.net\r\nSubject: Re: Plain text\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nMeine Antwort.\r\n" }
phone gets SmartReply empty
smtp has 1 mail to reply-$run@example.net containing "Meine Antwort"
smtp has 1 mail to reply-$run@example.net containing "this is a plain text"
imap u1 does "SELECT INBOX" "SEARCH SUBJECT \"Plain text\" ANSWERED"
imap said "* SEARCH 1*"
phone sync INBOX
phone showed Sync { Collections { Collection { Commands { Change { ServerId $m1 ApplicationData {
	LastVerbExecuted 1 } } } } } }
# ReplaceMime: nothing is added
phone send SmartReply { ClientId "whole-$run" Source { FolderId $INBOX ItemId $m1 } ReplaceMime~
	Mime opaque "To: whole-$run@example.net\r\nSubject: Re: Plain text\r\n\r\nNur dies.\r\n" }
phone gets SmartReply empty
smtp has 1 mail to whole-$run@example.net containing "Nur dies" lacking "this is a plain text"
# SmartForward takes the attachment along
phone send SmartForward { ClientId "forward-$run" Source { FolderId $INBOX ItemId $m2 } SaveInSentItems~
	Mime opaque "To: forward-$run@example.net\r\nSubject: Fwd: Report attached\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSiehe unten.\r\n" }
phone gets SmartForward empty
smtp has 1 mail to forward-$run@example.net containing "report.pdf"
smtp has 1 mail to forward-$run@example.net containing "Siehe unten"
# the source is gone: nothing is sent
imap u1 does "SELECT INBOX" "STORE 1 +FLAGS (\\Deleted)" "EXPUNGE"
phone send SmartReply { ClientId "gone-$run" Source { FolderId $INBOX ItemId $m1 }
	Mime opaque "To: gone-$run@example.net\r\nSubject: Re: gone\r\n\r\nx\r\n" }
phone gets SmartReply { Status 150 }
smtp has 0 mails to gone-$run@example.net
