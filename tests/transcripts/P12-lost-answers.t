# P12 (mail): answers that never came: MoveItems, Delete, SendMail, and a server killed in between.
# alone
deliver alice plain.eml alternative.eml html.eml flowed.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone sync Archive until quiet
phone knows m1 as item "Plain text" in INBOX
phone knows m2 as item "Text and HTML" in INBOX
phone loses MoveItems { Move { SrcMsgId $m1 SrcFldId $INBOX DstFldId $Archive } }
phone send MoveItems { Move { SrcMsgId $m1 SrcFldId $INBOX DstFldId $Archive } }
phone gets MoveItems { Response { SrcMsgId $m1 Status 3 DstMsgId * } }
phone sync Archive until quiet
phone sync INBOX until quiet
phone has 1 items in Archive
phone has 3 items in INBOX
# the server is killed between storing and answering, and started again
phone loses Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX
	Commands { Delete { ServerId $m2 } } } } }
server restart
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX
	Commands { Delete { ServerId $m2 } } } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone sync INBOX until quiet
phone has 2 items in INBOX
imap alice does "SELECT Trash"
imap said "* 1 EXISTS*"
# a worker dies with a request: 503, then the same works
phone loses SendMail { ClientId "p12-$run" SaveInSentItems~ Mime opaque "From: x@ex.test\r\nTo: p12-$run@example.net\r\nSubject: once\r\n\r\nonce\r\n" }
server kill worker
phone send SendMail { ClientId "p12-$run" SaveInSentItems~ Mime opaque "From: x@ex.test\r\nTo: p12-$run@example.net\r\nSubject: once\r\n\r\nonce\r\n" }
phone gets SendMail empty or http 503
wait 1s
phone send SendMail { ClientId "p12-$run" SaveInSentItems~ Mime opaque "From: x@ex.test\r\nTo: p12-$run@example.net\r\nSubject: once\r\n\r\nonce\r\n" }
phone gets SendMail empty
smtp has 1 mail to p12-$run@example.net
