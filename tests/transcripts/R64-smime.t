# R64: S/MIME goes to the phone untouched, with its class, and the same bytes each time.
imap alice appends INBOX signed.eml
imap alice appends INBOX signed-opaque.eml
imap alice appends INBOX encrypted.eml
imap alice appends INBOX plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone has item { Subject "Signed clear" MessageClass "IPM.Note.SMIME.MultipartSigned" } in INBOX
phone has item { Subject "Signed opaque" MessageClass "IPM.Note.SMIME" } in INBOX
phone has item { Subject "Encrypted" MessageClass "IPM.Note.SMIME" } in INBOX
phone has item { Subject "Plain text" MessageClass "IPM.Note" } in INBOX
phone knows m4 as item "Signed clear" in INBOX
phone knows m5 as item "Encrypted" in INBOX
repeat 2 {
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Options { MIMESupport 2 BodyPreference { Type 4 } }
	Commands { Fetch { ServerId $m4 } Fetch { ServerId $m5 } } } } }
phone gets Sync { Collections { Collection { Responses {
	Fetch { ServerId $m4 Status 1 ApplicationData { Body { Type 4 Data mime signed.eml } } }
	Fetch { ServerId $m5 Status 1 ApplicationData { Body { Type 4 Data mime encrypted.eml } } } } } } }
}
# MIMESupport 1: MIME for S/MIME only
phone knows m6 as item "Plain text" in INBOX
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Options { MIMESupport 1 BodyPreference { Type 1 } BodyPreference { Type 4 } }
	Commands { Fetch { ServerId $m4 } Fetch { ServerId $m6 } } } } }
phone gets Sync { Collections { Collection { Responses {
	Fetch { ServerId $m4 ApplicationData { Body { Type 4 Data mime signed.eml } } }
	Fetch { ServerId $m6 ApplicationData { Body { Type 1 } } } } } } }
imap alice does "SELECT INBOX" "FETCH 1:* (FLAGS)"
imap did not say "*Seen*"
