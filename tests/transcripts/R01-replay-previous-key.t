# R1: a request with the previous SyncKey means that our answer was lost.  It is answered again
# from the previous state; effects of its commands are not repeated.
# variants: full poor cyrus
deliver alice plain.eml alternative.eml html.eml
phone as ios
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 absent Commands } } }

# the first window is lost; the phone still has the key before it
phone loses Sync { Collections { Collection {
	SyncKey $INBOX.key CollectionId $INBOX GetChanges~ WindowSize 2 } } }
phone showed Sync { Collections { Collection { Commands { count Add 2 } MoreAvailable~ } } }
phone send Sync { Collections { Collection {
	SyncKey $INBOX.key CollectionId $INBOX GetChanges~ WindowSize 2 } } }
phone gets Sync { Collections { Collection { Commands { count Add 2 } MoreAvailable~ } } }
phone has 2 items in INBOX
phone sync INBOX until quiet
phone has 3 items in INBOX

# commands in a request whose answer is lost happen once
phone knows m1 as item "Plain text" in INBOX
phone knows m2 as item "Text and HTML" in INBOX
phone loses Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX Commands {
	Change { ServerId $m1 ApplicationData { Read 1 } } Delete { ServerId $m2 } } } } }
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX Commands {
	Change { ServerId $m1 ApplicationData { Read 1 } } Delete { ServerId $m2 } } } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 absent Commands } } }
phone sync INBOX until quiet
phone has 2 items in INBOX
imap alice does "SELECT INBOX" "UID FETCH 1:* (FLAGS)"
imap said "* 1 FETCH *\\Seen*"
imap did not say "* 3 FETCH *"
imap alice does "SELECT Trash"
imap said "* 1 EXISTS*"
