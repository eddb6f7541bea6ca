# P07 (2-5): Gmail: repeats with the old key make progress, FolderSync 0 in the middle changes
# nothing, large HTML comes whole.
deliver u1 html150k.eml
fill u1 INBOX 30
phone as gmail user u1
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	WindowSize 10 Options { BodyPreference { Type 2 TruncationSize 200000 } } } } }
phone drops
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	WindowSize 10 Options { BodyPreference { Type 2 TruncationSize 200000 } } } } }
phone gets Sync { Collections { Collection { Commands { count Add 10 } } } }
phone folders anew
phone sync INBOX until quiet window 10 body 2 size 200000
phone has 31 items in INBOX
phone has item { Subject "HTML of 150 kB" Body { absent Truncated Data size >= 150000 } } in INBOX
phone folders anew
deliver u1 plain.eml
phone sync INBOX body 2 size 200000
phone showed Sync { Collections { Collection { Status 1 Commands { count Add 1 } } } }
phone has 32 items in INBOX
