# R9: a device's own changes wake none of its Pings and are not echoed to it.
# variants: full poor
deliver alice plain.eml alternative.eml html.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone sync Trash until quiet
phone sync Archive until quiet
phone knows m1 as item "Plain text" in INBOX
phone knows m2 as item "Text and HTML" in INBOX
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email }
	Folder { Id $Archive Class Email } } }
wait 1s
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Commands { Change { ServerId $m1 ApplicationData { Read 1 } } } } } }
phone gets Sync { Collections { Collection { Status 1 absent Responses } } }
phone stays quiet 2s
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Commands { Delete { ServerId $m2 } } } } }
phone gets Sync { Collections { Collection { Status 1 absent Responses } } }
phone stays quiet 2s
# nothing comes back by Sync either
phone sync INBOX
phone showed Sync empty
# but another's change does wake it
imap alice does "SELECT INBOX" "STORE 2 +FLAGS (\\Flagged)"
deliver alice flowed.eml
phone gets Ping { Status 2 Folders { Folder $INBOX } } within 10s
phone sync INBOX until quiet
phone has 3 items in INBOX
