# A mail server that hangs, and one that drips a byte a second: the request ends within the
# worker's time, others are served meanwhile.
phone hang as ios user x@hang.test
hang folders
hang send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
hang gets Sync { Collections { Collection { SyncKey * Status 1 } } }
hang send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
phone drip as ios user x@drip.test
drip folders
drip send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
drip gets Sync { Collections { Collection { SyncKey * Status 1 } } }
drip send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
deliver alice plain.eml
phone good as ios
good folders
good sync INBOX until quiet
good has 1 items in INBOX
hang gets http 503 or Sync { Collections { Collection { Status 16 } } } or Sync { Collections { Collection { Status 5 } } } within 150s
drip gets http 503 or Sync { Collections { Collection { Status 16 } } } or Sync { Collections { Collection { Status 5 } } } within 150s
