# R57: no Options: those of last time; new Options replace the whole block.
fill alice INBOX 8 --span 40
phone as aosp
phone folders
phone sync INBOX until quiet filter 3
phone has 1 items in INBOX
deliver alice html.eml
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~ } } }
phone gets Sync { Collections { Collection { Commands { count Add 1 Add { ApplicationData {
	Subject "HTML with links" Body { Type 1 Truncated 1 Data size <= 500 } } } } } } }
phone has 2 items in INBOX
# a block without FilterType means all
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	Options { BodyPreference { Type 1 TruncationSize 100 } } } } }
phone gets Sync { Collections { Collection { Commands { count Add 7 } } } }
phone has 9 items in INBOX
