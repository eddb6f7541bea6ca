# R60: Class in the answer up to 12.0, not from 12.1; accepted everywhere.
deliver alice plain.eml
phone a as samsung version 2.5 device a1
a folders
a sync INBOX until quiet
a has 1 items in INBOX
phone b as aosp version 12.0 device b1
b folders
b sync INBOX until quiet
b has 1 items in INBOX
phone c as aosp version 12.1 device c1
c folders
c sync INBOX until quiet
c showed Sync empty
phone d as aosp version 14.1 device d1
d folders
d send Sync { Collections { Collection { Class Email SyncKey 0 CollectionId $INBOX } } }
d gets Sync { Collections { Collection { absent Class SyncKey * Status 1 } } }
d sync INBOX until quiet
d has 1 items in INBOX
