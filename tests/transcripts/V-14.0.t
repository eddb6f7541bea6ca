# Protocol 14.0: mail by WBXML, conversations, HeartbeatInterval; user information as a plain list.
deliver alice alternative.eml plain.eml
phone as outlook
phone folders
phone sync INBOX until quiet body 2 size 200000
phone has item { Subject "Text and HTML" Body { Type 2 } NativeBodyType 2 } in INBOX
phone send Settings { UserInformation { Get~ } }
phone gets Settings { Status 1 UserInformation { Status 1 Get { EmailAddresses { SMTPAddress $user } } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } }
	HeartbeatInterval 120 }
phone stays quiet 500ms
deliver alice flowed.eml
phone gets Sync { Collections { Collection { Commands { count Add 1 } } } } within 5s
phone send GetAttachment query "AttachmentName=x"
phone gets http 501 or http 400
phone send SendMail { ClientId "a-$run" Mime opaque "To: v140-$run@example.net\r\nSubject: x\r\n\r\nx\r\n" }
phone gets SendMail empty
smtp has 1 mail to v140-$run@example.net
