# R3: a second key 0 while the first load of a folder is running does not start a competing one.
fill alice INBOX 12
phone as ios
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey $a Status 1 absent Commands } } } \
	or Sync { Collections { Collection { Status 16 } } }
phone gets Sync { Collections { Collection { SyncKey $b Status 1 absent Commands } } } \
	or Sync { Collections { Collection { Status 16 } } }
phone sync INBOX window 5
# in the middle of it the phone asks for a key once more
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone sync INBOX until quiet window 5
phone has 12 items in INBOX
