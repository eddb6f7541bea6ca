# Protocol 12.0: AirSyncBase bodies, flags, ItemOperations, raw MIME; no conversations, no empty Sync.
deliver alice html.eml pdf.eml plain.eml related.eml
phone as msrca
phone options
phone gets http 200
phone folders
phone sync INBOX until quiet body 2 size 20480
phone has item { Subject "HTML with links" Body { Type 2 Truncated 1 } absent ConversationId } in INBOX
phone has item { Subject "Picture inside" AirSyncBase:Attachments { Attachment {
	DisplayName dot.png ContentId "dot.1@example.net" IsInline 1 } } } in INBOX
phone knows f as field Attachments/Attachment/FileReference of item "Report attached" in INBOX
phone send ItemOperations { Fetch { Store Mailbox FileReference $f } }
phone gets ItemOperations { Status 1 Response { Fetch { Status 1 Properties { Data size >= 400000 } } } }
phone knows m1 as item "Plain text" in INBOX
phone send Sync { Collections { Collection { Class Email SyncKey $INBOX.key CollectionId $INBOX
	Commands { Change { ServerId $m1 ApplicationData { Flag { Status 2 FlagType "for Follow Up" } } } } } } }
phone gets Sync { Collections { Collection { Class Email SyncKey * Status 1 absent Responses } } }
imap alice does "SELECT INBOX" "SEARCH FLAGGED"
imap said "* SEARCH 3*"
phone send SendMail query "SaveInSent=T" mime send.eml
phone gets SendMail empty
smtp has 1 mail to old-$run@example.net
phone send Sync empty
phone gets Sync { Status 13 } or http 400
