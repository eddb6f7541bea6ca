# DeletesAsMoves: to Trash by default, for good with 0 and inside Trash; only what the phone deleted
# is expunged.
# variants: full poor cyrus
deliver alice plain.eml alternative.eml html.eml
imap alice does "SELECT INBOX" "STORE 3 +FLAGS (\\Deleted)"
phone as ios
phone folders
phone sync INBOX until quiet
phone sync Trash until quiet
phone knows m1 as item "Plain text" in INBOX
phone knows m2 as item "Text and HTML" in INBOX
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX
	DeletesAsMoves 1 Commands { Delete { ServerId $m1 } } } } }
phone gets Sync { Collections { Collection { Status 1 absent Responses } } }
phone sync Trash until quiet
phone has 1 items in Trash
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX
	DeletesAsMoves 0 Commands { Delete { ServerId $m2 } } } } }
phone gets Sync { Collections { Collection { Status 1 absent Responses } } }
phone sync Trash until quiet
phone has 1 items in Trash
phone knows t1 as item "Plain text" in Trash
phone send Sync { Collections { Collection { SyncKey $Trash.key CollectionId $Trash
	Commands { Delete { ServerId $t1 } } } } }
phone gets Sync { Collections { Collection { Status 1 absent Responses } } }
imap alice does "SELECT Trash"
imap said "* 0 EXISTS*"
# the mail that another client marked as deleted is still there
imap alice does "SELECT INBOX" "SEARCH SUBJECT \"HTML with links\""
imap said "[*] SEARCH [0-9]*"
# (without UIDPLUS the phone's own can only be marked, too)
imap alice does "SELECT INBOX" "SEARCH UNDELETED"
imap did not say "[*] SEARCH [0-9]*"
