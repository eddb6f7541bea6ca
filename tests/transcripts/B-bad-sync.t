# Sync requests that the specification calls wrong: Status 4 and kin, for what is wrong only.
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone knows m1 as item "Plain text" in INBOX
# two preferences of one type
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	Options { BodyPreference { Type 1 } BodyPreference { Type 1 TruncationSize 5 } } } } }
phone gets Sync { Status 4 } or Sync { Collections { Collection { Status 4 } } }
# a mail cannot be added below 16.0, nor its subject changed
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX Commands {
	Add { ClientId new1 ApplicationData { Subject forged } } } } } }
phone gets Sync { Collections { Collection { Status 1 Responses { Add { ClientId new1 Status 6 absent ServerId } } } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX Commands {
	Change { ServerId $m1 ApplicationData { Read maybe } } } } } }
phone gets Sync { Collections { Collection { Responses { Change { ServerId $m1 Status 6 } } } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX Commands {
	Change { ServerId "$INBOX:987654" ApplicationData { Read 1 } } } } } }
phone gets Sync { Collections { Collection { Responses { Change { ServerId "$INBOX:987654" Status 8 } } } } }
# WindowSize 0 and 5000 count as 512
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX WindowSize 0 } } }
phone gets Sync empty or Sync { Collections { Collection { Status 1 } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX WindowSize 5000 } } }
phone gets Sync empty or Sync { Collections { Collection { Status 1 } } }
# a collection without an id or key
phone send Sync { Collections { Collection { SyncKey $INBOX.key } } }
phone gets Sync { Status 4 } or Sync { Collections { Collection { Status 4 } } } or Sync { Status 103 }
phone send Sync { Collections { Collection { CollectionId $INBOX } } }
phone gets Sync { Status 4 } or Sync { Collections { Collection { Status 4 } } } or Sync { Status 103 } \
	or Sync { Collections { Collection { Status 3 } } }
phone sync INBOX until quiet
phone has 1 items in INBOX
