# P06 (2-8): Android's own mail program at 14.1: validation, windows, flags, move, Ping without key.
fill u1 INBOX 25
deliver u1 html.eml plain.eml
phone tester as aosp user u1 device validate
tester options query "Cmd=OPTIONS&User=$user&DeviceId=validate&DeviceType=Android"
tester gets http 200
tester send FolderSync { SyncKey 0 }
tester gets FolderSync { Status 1 }
phone as aosp user u1
phone options
phone gets http 200
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone sync INBOX window 10 filter 3 body 2 size 200000 moves 1
phone showed Sync { Collections { Collection { MoreAvailable~ Commands { count Add 10 } } } }
phone sync INBOX until quiet window 10 filter 3 body 2 size 200000 moves 1
phone has 27 items in INBOX
phone knows m1 as item "HTML with links" in INBOX
phone knows m2 as item "Plain text" in INBOX
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Commands { Change { ServerId $m1 ApplicationData { Read 1 Flag { Status 2 FlagType FollowUp
		tasks:StartDate 2026-01-06T00:00:00.000Z tasks:UtcStartDate 2026-01-05T23:00:00.000Z
		tasks:DueDate 2026-01-07T00:00:00.000Z tasks:UtcDueDate 2026-01-06T23:00:00.000Z } } }
	Change { ServerId $m2 ApplicationData { Flag~ } } } } } }
phone gets Sync { Collections { Collection { Status 1 absent Responses } } }
imap u1 does "SELECT INBOX" "SEARCH SUBJECT \"HTML with links\" SEEN FLAGGED"
imap said "* SEARCH 26*"
imap u1 does "SELECT INBOX" "SEARCH SUBJECT \"Plain text\" UNFLAGGED"
imap said "* SEARCH 27*"
# a flag set elsewhere arrives as a small Change
imap u1 does "SELECT INBOX" "STORE 27 +FLAGS (\\Flagged \\Seen)"
phone sync INBOX body 2 size 200000 filter 3
phone showed Sync { Collections { Collection { Commands { count Change 1 Change { ServerId $m2
	ApplicationData { Read 1 Flag { Status 2 } absent Body absent Subject } } } } } }
phone send MoveItems { Move { SrcMsgId $m2 SrcFldId $INBOX DstFldId $Archive } }
phone gets MoveItems { Response { SrcMsgId $m2 Status 3 DstMsgId $moved } }
phone send MoveItems { Move { SrcMsgId $m2 SrcFldId $INBOX DstFldId $Archive } }
phone gets MoveItems { Response { SrcMsgId $m2 Status 3 DstMsgId $moved } }
phone sync Archive until quiet body 2 size 200000
phone sync INBOX until quiet body 2 size 200000 filter 3
phone has 1 items in Archive
phone has 26 items in INBOX
phone has item { Subject "Plain text" } in Archive
phone knows there as item "Plain text" in Archive
check "test '$there' = '$moved'"
phone send Ping { HeartbeatInterval 480 Folders { Folder { Id $INBOX Class Email } } }
phone stays quiet 500ms
deliver u1 alternative.eml
phone gets Ping { Status 2 Folders { Folder $INBOX } } within 5s
