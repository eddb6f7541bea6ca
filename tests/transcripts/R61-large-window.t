# R61: with WindowSize 512 an answer is limited by its bytes too, and MoreAvailable says so.
repeat 40 {
deliver alice html150k.eml
}
phone as outlook
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	WindowSize 512 Options { FilterType 0 BodyPreference { Type 2 } } } } }
phone gets Sync { Collections { Collection { MoreAvailable~ Commands { Add * Add * } } } } \
	body size <= 4300000
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	WindowSize 512 Options { FilterType 0 BodyPreference { Type 2 } } } } }
phone gets Sync { Collections { Collection { Commands { Add * } } } } body size <= 4300000
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	WindowSize 512 Options { FilterType 0 BodyPreference { Type 2 } } } } }
phone gets Sync { Collections { Collection * } } or Sync empty
phone has 40 items in INBOX
