# R6: a Delete of an item already gone counts as done, or gets ServerId and Status 8.
# variants: full poor
deliver alice plain.eml alternative.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone knows m1 as item "Plain text" in INBOX
imap alice does "SELECT INBOX" "STORE 1 +FLAGS (\\Deleted)" "EXPUNGE"
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Commands { Delete { ServerId $m1 } } } } }
phone gets Sync { Collections { Collection { Status 1 absent Responses } } } \
	or Sync { Collections { Collection { Status 1
		Responses { Delete { ServerId $m1 Status 8 absent ClientId } } } } }
# an id that never was
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Commands { Delete { ServerId "$INBOX:99999" } Delete { ServerId nonsense } } } } }
phone gets Sync { Collections { Collection { Status 1 } } }
