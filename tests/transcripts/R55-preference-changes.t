# R55: another BodyPreference is for that request only; what the phone has is never sent again.
deliver alice html.eml plain.eml
phone as samsung
phone folders
phone sync INBOX until quiet body 1 size 500
phone has 2 items in INBOX
phone sync INBOX body 2 size 2048
phone showed Sync empty
phone sync INBOX body 2 size 1048576
phone showed Sync empty
phone knows m1 as item "HTML with links" in INBOX
phone send Sync { Collections { Collection { SyncKey $INBOX.key CollectionId $INBOX GetChanges 0
	Options { MIMESupport 2 BodyPreference { Type 4 } } Commands { Fetch { ServerId $m1 } } } } }
phone gets Sync { Collections { Collection { absent Commands Responses { Fetch { ServerId $m1
	Status 1 ApplicationData { Body { Type 4 Data contains "Subject: HTML with links" } } } } } } }
phone sync INBOX until quiet body 1 size 500
phone has 2 items in INBOX
