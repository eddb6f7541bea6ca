# Protocol 14.1: DeviceInformation in Provision, accounts in Settings, previews.
deliver alice html.eml plain.eml nested.eml
phone as ios
phone provisions
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges~
	Options { BodyPreference { Type 2 TruncationSize 1024 Preview 100 } } } } }
phone gets Sync { Collections { Collection { Commands { count Add 3 } } } }
phone has item { Subject "HTML with links" Body { Type 2 Truncated 1 Preview size >= 50 } } in INBOX
phone has item { Subject "A mail inside" Attachments { Attachment { DisplayName "The inner mail.eml"
	Method 5 } } } in INBOX
phone has item { Subject "Plain text" ConversationId * DisplayTo * From contains "berta@example.net"
	To contains "alice@ex.test" Importance 1 Read 0 MessageClass IPM.Note } in INBOX
phone knows f as field Attachments/Attachment/FileReference of item "A mail inside" in INBOX
phone send ItemOperations header "MS-ASAcceptMultiPart: T" { Fetch { Store Mailbox FileReference $f } }
phone gets ItemOperations { Response { Fetch { Status 1 Properties { ContentType message/rfc822 Part 1 } } } }
phone part 1 contains "I am inside."
phone send GetItemEstimate { Collections { Collection { as:SyncKey $INBOX.key CollectionId $INBOX } } }
phone gets GetItemEstimate { Response { Status 1 Collection { CollectionId $INBOX Estimate 0 } } }
deliver alice flowed.eml
phone send GetItemEstimate { Collections { Collection { as:SyncKey $INBOX.key CollectionId $INBOX }
	Collection { as:SyncKey 0 CollectionId $Sent } Collection { as:SyncKey 1 CollectionId nonsense } } }
phone gets GetItemEstimate { Response { Status 1 Collection { CollectionId $INBOX Estimate 1 } }
	Response { Status 3 } Response { Status 2 } } or anything
