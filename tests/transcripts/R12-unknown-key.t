# R12: an unknown SyncKey gives Status 3 for its collection only.
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone sync Sent until quiet
deliver alice alternative.eml
phone send Sync { Collections {
	Collection { SyncKey 987654 CollectionId $Sent GetChanges~ }
	Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
phone gets Sync { Collections {
	Collection { CollectionId $Sent Status 3 absent Commands }
	Collection { CollectionId $INBOX Status 1 Commands { count Add 1 } } } }
phone send Sync { Collections { Collection { SyncKey "{nonsense}1" CollectionId $Sent } } }
phone gets Sync { Collections { Collection { Status 3 } } }
# from key 0 it works again
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $Sent } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone sync Sent until quiet
