# R47: 60 to 3540 seconds are held; outside: Ping 5, Sync 14 with the nearest that is allowed.
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone send Ping { HeartbeatInterval 59 Folders { Folder { Id $INBOX Class Email } } }
phone gets Ping { Status 5 HeartbeatInterval 60 }
phone send Ping { HeartbeatInterval 3541 Folders { Folder { Id $INBOX Class Email } } }
phone gets Ping { Status 5 HeartbeatInterval 3540 }
phone send Ping { HeartbeatInterval 60 Folders { Folder { Id $INBOX Class Email } } }
phone stays quiet 500ms
phone drops
phone send Ping { HeartbeatInterval 3540 Folders { Folder { Id $INBOX Class Email } } }
phone stays quiet 500ms
phone drops
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } }
	HeartbeatInterval 30 }
phone gets Sync { Status 14 Limit 60 }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } }
	HeartbeatInterval 4000 }
phone gets Sync { Status 14 Limit 3540 }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } }
	Wait 60 }
phone gets Sync { Status 14 Limit 59 }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } }
	Wait 0 }
phone gets Sync { Status 14 Limit 1 }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } }
	Wait 5 HeartbeatInterval 300 }
phone gets Sync { Status 4 }
# the key survived all of it
phone sync INBOX
phone showed Sync empty
