# R15: a second waiting request of a device ends the older one early, with a normal answer.
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email } } }
wait 500ms
phone send Ping { HeartbeatInterval 601 Folders { Folder { Id $INBOX Class Email } } }
phone gets Ping { Status * } within 2s
phone stays quiet 500ms
deliver alice alternative.eml
phone gets Ping { Status 2 Folders { Folder $INBOX } } within 5s
phone sync INBOX until quiet
# a waiting Sync
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } }
	HeartbeatInterval 600 }
wait 500ms
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } }
	HeartbeatInterval 601 }
phone gets Sync empty within 2s
deliver alice html.eml
phone gets Sync { Collections { Collection { Commands { count Add 1 } } } } within 5s
