# R5: Fetch of a message that is gone: Status 8 in the answer to it, and the Delete only later.
# variants: full poor
deliver alice plain.eml alternative.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone knows m1 as item "Plain text" in INBOX
imap alice does "SELECT INBOX" "STORE 1 +FLAGS (\\Deleted)" "EXPUNGE"
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Options { MIMESupport 2 BodyPreference { Type 4 } }
	Commands { Fetch { ServerId $m1 } } } } }
phone gets Sync { Collections { Collection { Status 1 absent Commands
	Responses { Fetch { ServerId $m1 Status 8 absent ApplicationData } } } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
phone gets Sync { Collections { Collection { Status 1 Commands { Delete { ServerId $m1 } } } } }
phone has 1 items in INBOX
# Fetch and news in one request: still not both for one item
phone knows m2 as item "Text and HTML" in INBOX
imap alice does "SELECT INBOX" "STORE 1 +FLAGS (\\Deleted)" "EXPUNGE"
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 1
	Commands { Fetch { ServerId $m2 } } } } }
phone gets Sync { Collections { Collection { Responses { Fetch { ServerId $m2 Status 8 } } } } }
phone sync INBOX until quiet
phone has 0 items in INBOX
