# R43: what clients send that no schema knows: unknown and literal tags, misplaced options, split
# text, OPAQUE for text, redundant page switches, empty ids.
deliver alice plain.eml
phone as evolution version 14.1
phone folders
# FolderSync { SyncKey "0" } in OPAQUE
phone send FolderSync hex x"03 01 6A 00 00 07 56 52 C3 01 30 01 01"
phone gets FolderSync { Status 1 }
# ... in two strings
phone folders anew
phone send FolderSync hex x"03 01 6A 00 00 07 56 52 03 00 03 30 00 01 01"
phone gets FolderSync { Status 1 }
# ... with an unknown tag on an unknown page beside it, then back
phone send FolderSync hex x"03 01 6A 00 00 07 56 00 63 7F 03 78 00 01 00 07 52 03 30 00 01 01"
phone gets FolderSync { Status 1 }
# ... with a string table and a literal tag (04 = LITERAL at offset 0: "x")
phone send FolderSync hex x"03 01 6A 02 78 00 00 07 56 44 00 03 61 00 01 52 03 30 00 01 01"
phone gets FolderSync { Status 1 }
# ... WBXML 1.2
phone send FolderSync hex x"02 01 6A 00 00 07 56 52 03 30 00 01 01"
phone gets FolderSync { Status 1 }
phone sync INBOX until quiet
# misplaced and unknown options
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX
	Options { FilterType 0 WindowSize 5 Conflict 1 Ping:Class Email
		BodyPreference { Type 1 TruncationSize 500 Preview 100 AllOrNone 0 } }
	GetChanges~ DeletesAsMoves~ } } }
phone gets Sync empty or Sync { Collections { Collection { Status 1 } } }
# empty containers
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX Options~
	Commands~ } } }
phone gets Sync empty or Sync { Collections { Collection { Status 1 } } }
# an empty ServerId
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX Commands {
	Delete { ServerId~ } Fetch { ServerId "" } } } } }
phone gets anything
phone send FolderSync { SyncKey 0 }
phone gets FolderSync { Status 1 }
