# Push: from delivery to the Ping's answer in under two seconds; several folders, several devices,
# a waiting Sync; another client's flag change and expunge wake too.
# variants: full
deliver alice plain.eml
imap alice does "CREATE Lists"
phone as ios
phone folders
phone sync INBOX until quiet
phone sync Lists until quiet
phone other as aosp
other folders
other sync INBOX until quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email }
	Folder { Id $Lists Class Email } } }
other send Ping { HeartbeatInterval 480 Folders { Folder { Id $INBOX Class Email } } }
wait 1s
deliver alice alternative.eml
phone gets Ping { Status 2 Folders { Folder $INBOX } } within 2s
other gets Ping { Status 2 Folders { Folder $INBOX } } within 2s
phone sync INBOX until quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email }
	Folder { Id $Lists Class Email } } }
wait 500ms
imap alice appends Lists plain.eml
phone gets Ping { Status 2 Folders { only Folder $Lists } } within 2s
phone sync Lists until quiet
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } }
	HeartbeatInterval 600 }
wait 500ms
deliver alice flowed.eml
phone gets Sync { Collections { Collection { Commands { count Add 1 } } } } within 2s
# nothing is lost between Sync and Ping
deliver alice gb2312.eml
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email } } }
phone gets Ping { Status 2 } within 2s
