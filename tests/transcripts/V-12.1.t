# Protocol 12.1: empty Sync, Partial, Wait, global window, base64 query; common errors are HTTP codes.
deliver alice html.eml plain.eml
phone as evolution
phone folders
phone sync INBOX until quiet body 4 size 200000 mime 2
phone has item { Subject "HTML with links" Body { Type 4 Data contains "Message-ID" } } in INBOX
phone sync Sent until quiet
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } Wait 1 }
phone stays quiet 1s
deliver alice flowed.eml
phone gets Sync { Collections { Collection { CollectionId $INBOX Commands { count Add 1 } } } } within 5s
phone send Sync { Partial~ WindowSize 10 }
phone gets Sync empty or Sync { Status 13 }
phone send Sync { Partial~ }
phone gets Sync { Status 4 } or http 400 or Sync { Status 13 }
phone send Sync hex x"03 01 6A 00 45 5C"
phone gets http 400 or Sync { Status 4 }
phone query base64
phone send FolderSync { SyncKey $folders.key }
phone gets FolderSync { Status 1 Changes { Count 0 } }
