# Protocol 2.5: Class first, bodies among the mail's own elements, GetAttachment, GetHierarchy, raw
# MIME, no empty Sync.
deliver alice html.eml pdf.eml plain.eml
phone as samsung version 2.5
phone options
phone gets http 200 empty header MS-ASProtocolVersions "2.5,*"
phone provisions
phone folders
phone sync INBOX until quiet size 512
phone has 3 items in INBOX
phone has item { Subject "HTML with links" BodyTruncated 1 BodySize >= 5000 Body size <= 512 } in INBOX
phone has item { Subject "Plain text" Body contains "this is a plain text" } in INBOX
phone has item { Subject "Report attached" Email:Attachments { Attachment { AttName * AttSize * AttMethod 1
	DisplayName report.pdf } } } in INBOX
phone knows a as field Attachments/Attachment/AttName of item "Report attached" in INBOX
phone send GetAttachment query "AttachmentName=$a"
phone gets http 200 header Content-Type "application/pdf*" body file report.pdf
phone send GetAttachment query "AttachmentName=nonsense"
phone gets http 500
phone send GetHierarchy
phone gets GetHierarchy http 200
phone knows m1 as item "Plain text" in INBOX
phone send Sync { Collections { Collection { Class Email SyncKey $INBOX.key CollectionId $INBOX
	Commands { Change { ServerId $m1 ApplicationData { Read 1 } } } } } }
phone gets Sync { Collections { Collection { Class Email SyncKey * Status 1 } } }
imap alice does "SELECT INBOX" "SEARCH SEEN"
imap said "* SEARCH 3*"
phone send GetItemEstimate { Collections { Collection { Class Email CollectionId $INBOX
	FilterType 0 SyncKey $INBOX.key } } }
phone gets GetItemEstimate { Response { Status 1 Collection { Class Email CollectionId $INBOX Estimate 0 } } }
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email } } }
phone stays quiet 500ms
deliver alice alternative.eml
phone gets Ping { Status 2 Folders { Folder $INBOX } } within 5s
# commands of later versions
phone send ItemOperations { Fetch { Store Mailbox FileReference $a } }
phone gets http 400 or http 501
phone send Settings { UserInformation { Get~ } }
phone gets http 400 or http 501
