# Mail servers that go wrong in the middle of a fetch: the phone gets an answer it can live with
# (the folder or the request fails, 503 or a Status), in bounded time, and the daemon lives on.
phone good as ios
deliver alice plain.eml
good folders
phone eof as ios user x@eof.test
eof folders
eof send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
eof gets Sync { Collections { Collection { SyncKey * Status 1 } } }
eof send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
eof gets http 503 or Sync { Collections { Collection { Status 16 } } } or Sync { Collections { Collection { Status 5 } } } or Sync { Collections { Collection { Status 1 } } } or Sync empty within 60s
phone huge as ios user x@huge.test
huge folders
huge send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
huge gets Sync { Collections { Collection { SyncKey * Status 1 } } }
huge send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
huge gets http 503 or Sync { Collections { Collection { Status 16 } } } or Sync { Collections { Collection { Status 5 } } } or Sync { Collections { Collection { Status 1 } } } or Sync empty within 60s
phone deep as ios user x@deep.test
deep folders
deep send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
deep gets Sync { Collections { Collection { SyncKey * Status 1 } } }
deep send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
deep gets http 503 or Sync { Collections { Collection { Status 16 } } } or Sync { Collections { Collection { Status 5 } } } or Sync { Collections { Collection { Status 1 } } } or Sync empty within 60s
phone long as ios user x@long.test
long folders
long send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
long gets Sync { Collections { Collection { SyncKey * Status 1 } } }
long send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
long gets http 503 or Sync { Collections { Collection { Status 16 } } } or Sync { Collections { Collection { Status 5 } } } or Sync { Collections { Collection { Status 1 } } } or Sync empty within 60s
phone garbage as ios user x@garbage.test
garbage folders
garbage send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
garbage gets Sync { Collections { Collection { SyncKey * Status 1 } } }
garbage send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
garbage gets http 503 or Sync { Collections { Collection { Status 16 } } } or Sync { Collections { Collection { Status 5 } } } or Sync { Collections { Collection { Status 1 } } } or Sync empty within 60s
phone endless as ios user x@endless.test
endless folders
endless send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
endless gets Sync { Collections { Collection { SyncKey * Status 1 } } }
endless send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
endless gets http 503 or Sync { Collections { Collection { Status 16 } } } or Sync { Collections { Collection { Status 5 } } } or Sync { Collections { Collection { Status 1 } } } or Sync empty within 60s
good sync INBOX until quiet
good has 1 items in INBOX
