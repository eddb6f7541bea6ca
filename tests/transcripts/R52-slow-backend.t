# R52: with a mail server that needs seconds a message, Gmail gets its first byte within 10 s and
# never waits 20 s for the next; each round makes progress and nothing comes twice.
deliver alice@slow.test plain.eml alternative.eml html.eml flowed.eml gb2312.eml related.eml
phone as gmail user alice@slow.test
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	WindowSize 10 Options { BodyPreference { Type 2 TruncationSize 200000 } } } } }
phone gets Sync { Collections { Collection { Status 1 Commands { Add * } } } } \
	first within 10s gap within 20s
phone sync INBOX until quiet window 10 body 2 size 200000
phone has 6 items in INBOX
