# P11 (1-3): Windows 10 Mail: base64 query with and without padding and escapes, short content
# type, multipart by the options byte; Partial Sync as of Windows Phone 8.
deliver u1 pdf.eml html.eml
phone as windows user u1
phone folders
phone sync INBOX until quiet
phone knows f as field Attachments/Attachment/FileReference of item "Report attached" in INBOX
phone send ItemOperations query "Options=2" { Fetch { Store Mailbox FileReference $f } }
phone gets ItemOperations { Response { Fetch { Status 1 Properties { Part 1 } } } } \
	header Content-Type "application/vnd.ms-sync.multipart"
phone part 1 file report.pdf
# literally: version 14.1, ItemOperations, LCID 0407, 16 raw bytes, key 0, WindowsMail, AcceptMultiPart
phone send ItemOperations rawquery "jRMHBBBaEcDeABEiM0RVZneImaq7BAAAAAALV2luZG93c01haWwHAQI=" \
	header "MS-ASProtocolVersion: 14.1" { Fetch { Store Mailbox FileReference $f } }
phone gets ItemOperations { Response { Fetch { Status 1 Properties { Part 1 } } } }
phone send ItemOperations rawquery "jRMHBBBaEcDeABEiM0RVZneImaq7BAAAAAALV2luZG93c01haWwHAQI" \
	{ Fetch { Store Mailbox FileReference $f } }
phone gets ItemOperations { Response { Fetch { Status 1 Properties { Part 1 } } } }
# no policy key (length 0), escapes
phone send ItemOperations rawquery "jRMHBBBaEcDeABEiM0RVZneImaq7AAtXaW5kb3dzTWFpbAcBAg%3D%3D" \
	{ Fetch { Store Mailbox FileReference $f } }
phone gets ItemOperations { Response { Fetch { Status 1 Properties { Part 1 } } } }
# FolderSync from the worked example of the specification, other command byte
phone send FolderSync rawquery "jAkJBAp2MTQwRGV2aWNlAApTbWFydFBob25l" { SyncKey 0 }
phone gets FolderSync { Status 1 }
# Windows Phone 8: three collections, then only one of them with Partial
phone wp as wp8 user u1
wp folders
wp sync INBOX until quiet
wp sync Sent until quiet
wp sync Archive until quiet
wp send Sync { Collections {
	Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ WindowSize 25 }
	Collection { SyncKey $Sent.key CollectionId $Sent GetChanges~ WindowSize 25 }
	Collection { SyncKey $Archive.key CollectionId $Archive GetChanges~ WindowSize 25 } } }
wp gets Sync empty
imap u1 appends Archive plain.eml
wp send Sync { HeartbeatInterval 60 Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX
	GetChanges~ WindowSize 25 } } Partial~ }
wp gets Sync { Collections { Collection { CollectionId $Archive Commands { count Add 1 } } } } within 10s
wp has 1 items in Archive
