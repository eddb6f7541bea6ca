# R13: MoreAvailable comes with a new key and commands, before Commands; windows are kept.
# (Order, key and number are checked by the phone.)
# variants: full poor cyrus
fill alice INBOX 23
phone as aosp
phone folders
phone sync INBOX window 10
phone showed Sync { Collections { Collection { MoreAvailable~ Commands { count Add 10 } } } }
phone sync INBOX window 10
phone showed Sync { Collections { Collection { MoreAvailable~ Commands { count Add 10 } } } }
phone sync INBOX window 10
phone showed Sync { Collections { Collection { absent MoreAvailable Commands { count Add 3 } } } }
phone sync INBOX window 10
phone showed Sync empty
phone has 23 items in INBOX
# just as many as fit: no MoreAvailable
fill alice INBOX 10 --seed 2
phone sync INBOX window 10
phone showed Sync { Collections { Collection { absent MoreAvailable Commands { count Add 10 } } } }
# a global window over several collections
phone other as ios device other
other folders
other sync INBOX window 1
other sync Sent until quiet
imap alice does "SELECT INBOX" "COPY 1:8 Sent"
other send Sync { WindowSize 4 Collections {
	Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ WindowSize 3 }
	Collection { SyncKey $Sent.key CollectionId $Sent GetChanges~ WindowSize 3 } } }
other gets Sync { Collections { Collection { CollectionId $INBOX MoreAvailable~ Commands { count Add 3 } } } }
other sync INBOX until quiet
other sync Sent until quiet
other has 33 items in INBOX
other has 8 items in Sent
