# R54: GetChanges 0: no commands; absent with a key other than 0: yes; empty: yes.
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
deliver alice alternative.eml
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0 } } }
phone gets Sync empty or Sync { Collections { Collection { Status 1 absent Commands } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { Commands { count Add 1 } } } }
deliver alice html.eml
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
phone gets Sync { Collections { Collection { Commands { count Add 1 } } } }
deliver alice flowed.eml
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 1 } } }
phone gets Sync { Collections { Collection { Commands { count Add 1 } } } }
phone has 4 items in INBOX
# with key 0 it means 0, and asking for more is an error or ignored
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $Sent } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 absent Commands } } }
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $Sent GetChanges 1 } } }
phone gets Sync { Status 4 } or Sync { Collections { Collection { Status 4 } } } \
	or Sync { Collections { Collection { SyncKey * Status 1 } } }
