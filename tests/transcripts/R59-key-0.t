# R59: the answer to key 0 is a key and a Status, whatever came with it.
deliver alice plain.eml
phone as ios
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX
	Options { FilterType 3 MIMETruncation 1 MIMESupport 0
		BodyPreference { Type 1 TruncationSize 500 } } } } }
phone gets Sync { Collections { only Collection { only SyncKey * CollectionId $INBOX Status 1 } } }
phone old as samsung version 2.5 device old1
old folders
old send Sync { Collections { Collection { Class Email SyncKey 0 CollectionId $INBOX } } }
old gets Sync { Collections { Collection { only Class Email SyncKey * CollectionId $INBOX Status 1 } } }
phone mid as aosp version 12.1 device mid1
mid folders
mid send Sync { Collections { Collection { Class Email SyncKey 0 CollectionId $INBOX } } }
mid gets Sync { Collections { Collection { only SyncKey * CollectionId $INBOX Status 1 } } }
