# R14: requests of one device for different collections at the same time are both served.
fill alice INBOX 60
imap alice does "SELECT INBOX" "COPY 1:50 Archive" "COPY 1:40 Sent"
phone as samsung
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $Archive } } }
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $Sent } } }
phone gets Sync { Collections { Collection { Status 1 } } }
phone gets Sync { Collections { Collection { Status 1 } } }
phone gets Sync { Collections { Collection { Status 1 } } }
repeat 6 {
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX WindowSize 10 } } }
phone send Sync { Collections { Collection { SyncKey $Archive.key CollectionId $Archive WindowSize 10 } } }
phone send Sync { Collections { Collection { SyncKey $Sent.key CollectionId $Sent WindowSize 10 } } }
phone gets Sync anything
phone gets Sync anything
phone gets Sync anything
}
phone has 60 items in INBOX
phone has 50 items in Archive
phone has 40 items in Sent
