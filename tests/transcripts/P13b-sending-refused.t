# P13 (5-7): the SMTP server refuses; old versions with raw MIME; odd MIME is delivered valid.
deliver u1 plain.eml pdf.eml
phone as ios user u1
phone folders
phone sync INBOX until quiet
phone knows m1 as item "Plain text" in INBOX
phone send SendMail { ClientId "bad-$run" SaveInSentItems~ Mime opaque "To: bad-$run@example.net\r\nSubject: x\r\n\r\nx\r\n" }
phone gets SendMail { Status 120 } or SendMail { Status 116 } or SendMail { Status 119 }
imap u1 does "SELECT Sent"
imap said "* 0 EXISTS*"
phone send SendMail { ClientId "nobody-$run" Mime opaque "Subject: x\r\n\r\nx\r\n" }
phone gets SendMail { Status 119 }
check "{ printf 'To: big-$run@example.net\r\nSubject: big\r\n\r\n'; head -c 40000000 /dev/zero | tr '\\0' x | fold -w 70; } >'$FARM/big.eml'"
phone send SendMail { ClientId "big-$run" Mime file $FARM/big.eml }
phone gets SendMail { Status 122 }
check "rm -f '$FARM/big.eml'"
smtp has 0 mails to big-$run@example.net
# the same phone at 12.1
phone version 12.1
phone send SendMail query "SaveInSent=T" mime send.eml
phone gets SendMail empty
smtp has 1 mail to old-$run@example.net containing "raw MIME"
imap u1 does "SELECT Sent"
imap said "* 1 EXISTS*"
phone send SmartReply query "SaveInSent=T&CollectionId=$INBOX&ItemId=$m1" mime reply.eml
phone gets SmartReply empty
smtp has 2 mails to old-$run@example.net
smtp has 1 mail to old-$run@example.net containing "this is a plain text"
phone send SendMail query "SaveInSent=F" type message/rfc822 body "To: bad-$run@example.net\r\nSubject: x\r\n\r\nx\r\n"
phone gets http 500
phone send SmartReply query "CollectionId=$INBOX&ItemId=nonsense" type message/rfc822 body "To: old-$run@example.net\r\nSubject: Re: nothing\r\n\r\nx\r\n"
phone gets http 500
# mixed line ends and raw 8-bit headers
phone version 14.1
phone send SendMail { ClientId "odd-$run" Mime opaque "To: odd-$run@example.net\nSubject: Gr\xc3\xbc\xc3\x9fe\r\nContent-Type: text/plain; charset=utf-8\n\none\ntwo\r\nthree\n" }
phone gets SendMail empty
smtp has 1 mail to odd-$run@example.net containing "three"
# an address must not smuggle a second recipient
phone send SendMail { ClientId "evil-$run" Mime opaque "To: \"a\\\r\nRCPT TO:<smuggled-$run@example.net>\" <evil-$run@example.net>\r\nSubject: x\r\n\r\nx\r\n" }
phone gets anything
smtp has 0 mails to smuggled-$run@example.net
