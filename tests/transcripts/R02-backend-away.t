# R2: while the mail server is away nothing says 500 or 110; afterwards the same key goes on.
# variants: fragile
# alone
server start imap
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone has 1 items in INBOX
server stop imap
wait 1500ms
phone knows m1 as item "Plain text" in INBOX
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Options { BodyPreference { Type 2 } } Commands { Fetch { ServerId $m1 } } } } }
phone gets http 503 header Retry-After * or Sync { Collections { Collection { Status 5 } } } \
	or Sync { Collections { Collection { Status 16 } } } or Sync { Status 16 } \
	or Sync { Collections { Collection { Responses { Fetch { Status 16 } } } } } \
	or Sync { Collections { Collection { Responses { Fetch { Status 5 } } } } }
phone send FolderSync { SyncKey $folders.key }
phone gets http 503 header Retry-After * or FolderSync { Status 6 } \
	or FolderSync { Status 1 }
phone send Ping { HeartbeatInterval 60 Folders { Folder { Id $INBOX Class Email } } }
phone gets http 503 or Ping { Status 8 } or Ping { Status 2 } or anything within 70s
server start imap
deliver alice alternative.eml
wait 1s
phone sync INBOX until quiet
phone has 2 items in INBOX
