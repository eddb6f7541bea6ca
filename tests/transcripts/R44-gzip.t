# R44: large answers are gzipped for those who take it, and only for them.
deliver alice html.eml html150k.eml
phone as ios
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX
	Options { BodyPreference { Type 2 } } } } }
phone gets Sync { Collections { Collection { Commands { count Add 2 } } } } gzipped \
	header Content-Encoding gzip
phone other as ios device other gzip off
other folders
other send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
other gets Sync { Collections { Collection { SyncKey * Status 1 } } }
other send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX
	Options { BodyPreference { Type 2 } } } } }
other gets Sync { Collections { Collection { Commands { count Add 2 } } } } no header Content-Encoding
