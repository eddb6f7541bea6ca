# P03: an iPhone opens mails and an attachment, inline and multipart, and marks one read while its
# Ping is held.
deliver u1 html.eml pdf.eml
imap u1 appends INBOX signed.eml
phone as ios user u1
phone folders
phone sync INBOX until quiet
phone knows m1 as item "HTML with links" in INBOX
phone knows m2 as item "Report attached" in INBOX
phone knows m4 as item "Signed clear" in INBOX
phone knows f as field Attachments/Attachment/FileReference of item "Report attached" in INBOX
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Options { FilterType 3 Conflict 0 MIMESupport 2 BodyPreference { Type 4 } }
	Commands { Fetch { ServerId $m1 } } } } }
phone gets Sync { Collections { Collection { absent Commands Responses { Fetch { ServerId $m1 Status 1
	ApplicationData { Body { Type 4 absent Truncated EstimatedDataSize >= 90000
		Data contains "quoted-printable" } NativeBodyType 2 } } } } } }
imap u1 does "SELECT INBOX" "FETCH 1:* (FLAGS)"
imap did not say "*Seen*"
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Options { FilterType 3 Conflict 0 MIMESupport 2 BodyPreference { Type 4 } }
	Commands { Fetch { ServerId $m4 } } } } }
phone gets Sync { Collections { Collection { Responses { Fetch { ServerId $m4 Status 1
	ApplicationData { Body { Type 4 Data mime signed.eml } } } } } } }
phone sync INBOX
phone showed Sync empty
phone send ItemOperations { Fetch { Store Mailbox FileReference $f } }
phone gets ItemOperations { Status 1 Response { Fetch { Status 1 FileReference $f Properties {
	ContentType application/pdf Data size >= 400000 absent Range absent Part } } } } \
	header Content-Type "application/vnd.ms-sync.wbxml"
phone send ItemOperations header "MS-ASAcceptMultiPart: T" { Fetch { Store Mailbox FileReference $f } }
phone gets ItemOperations { Status 1 Response { Fetch { Status 1 Properties { ContentType application/pdf
	Part 1 absent Data } } } } header Content-Type "application/vnd.ms-sync.multipart"
phone part 1 file report.pdf
# a range
phone send ItemOperations header "MS-ASAcceptMultiPart: T" { Fetch { Store Mailbox FileReference $f
	Options { Range 100000-199999 } } }
phone gets ItemOperations { Response { Fetch { Status 1 Properties { Range 100000-199999 Total 300000
	Part 1 } } } }
phone part 1 size 100000
phone send ItemOperations { Fetch { Store Mailbox FileReference $f Options { Range 400000-500000 } } }
phone gets ItemOperations { Response { Fetch { Status 8 } } }
phone send ItemOperations { Fetch { Store Mailbox FileReference nonsense } }
phone gets ItemOperations { Response { Fetch { Status 15 } } }
# the whole mail by ItemOperations, untruncated
phone send ItemOperations { Fetch { Store Mailbox CollectionId $INBOX ServerId $m1
	Options { BodyPreference { Type 2 } } } }
phone gets ItemOperations { Response { Fetch { Status 1 ServerId $m1 Class Email Properties {
	Subject "HTML with links" Body { Type 2 absent Truncated Data size >= 90000 } } } } }
# read on the phone: its own Ping stays quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email } } }
wait 1s
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Commands { Change { ServerId $m1 ApplicationData { Read 1 } } } } } }
phone gets Sync { Collections { Collection { Status 1 absent Responses } } }
phone stays quiet 2s
imap u1 does "SELECT INBOX" "UID FETCH 1 (FLAGS)"
imap said "*\\Seen*"
phone drops
