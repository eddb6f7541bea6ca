# R7: nothing to report: an empty body from 12.1 on, never Sync with empty Collections.
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
phone gets Sync empty
phone sync Sent until quiet
phone send Sync { Collections {
	Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ }
	Collection { SyncKey $Sent.key CollectionId $Sent GetChanges~ } } }
phone gets Sync empty
# the empty request repeats the last one
phone send Sync empty
phone gets Sync empty
deliver alice alternative.eml
phone send Sync empty
phone gets Sync { Collections { Collection { CollectionId $INBOX Commands { count Add 1 } } } }

# in 12.0 and 2.5 each collection is answered
phone old as aosp version 12.0 device old1
old folders
old sync INBOX until quiet body 1
old send Sync { Collections { Collection { Class Email SyncKey $INBOX.key CollectionId $INBOX
	GetChanges~ } } }
old gets Sync { Collections { Collection { Class Email SyncKey * Status 1 absent Commands } } }
