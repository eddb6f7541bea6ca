# P10 (2-5): Outlook desktop at 14.0: no policy, ISO-8859-1 password, large windows, MoveItems
# without a second copy, Ping.
fill u1 INBOX 300
phone as outlook user u1
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone sync INBOX until quiet window 512 filter 0 body 2 size 10000000
phone has 300 items in INBOX
phone sync Archive until quiet
phone knows m1 as item "7 *" in INBOX
phone send MoveItems { Move { SrcMsgId $m1 SrcFldId $INBOX DstFldId $Archive } }
phone gets MoveItems { Response { SrcMsgId $m1 Status 3 DstMsgId $d } }
phone sync Archive
phone showed Sync empty or Sync { Collections { Collection { Commands { count Add 0 } } } } \
	or Sync { Collections { Collection { absent Commands } } }
phone sync INBOX
phone showed Sync empty or Sync { Collections { Collection { absent Commands } } } \
	or Sync { Collections { Collection { Commands { only Delete { ServerId $m1 } } } } }
phone has 1 items in Archive
phone has 299 items in INBOX
# the same with an iPhone: one Add there, one Delete here
phone apple as ios user u1
apple folders
apple sync INBOX until quiet window 100
apple sync Archive until quiet
apple knows m2 as item "8 *" in INBOX
apple send MoveItems { Move { SrcMsgId $m2 SrcFldId $INBOX DstFldId $Archive } }
apple gets MoveItems { Response { SrcMsgId $m2 Status 3 DstMsgId $d2 } }
apple sync Archive
apple showed Sync { Collections { Collection { Commands { only Add { ServerId $d2 } } } } }
apple sync INBOX
apple showed Sync { Collections { Collection { Commands { only Delete { ServerId $m2 } } } } }
phone sync INBOX until quiet window 512 filter 0 body 2 size 10000000
phone send Ping { HeartbeatInterval 480 Folders { Folder { Id $INBOX Class Email } } }
phone stays quiet 1s
phone drops
# umlauts in the password, as ISO-8859-1 and as UTF-8
phone third as outlook user umlaut@ex.test exactly password "grün-süß" device 0123456789ABCDEF0123456789ABCDE$run
third folders
phone fourth as ios user umlaut@ex.test exactly password "grün-süß" device UMLAUT$run
fourth folders
