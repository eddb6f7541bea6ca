# R53: Gmail at 16.x wants an answer to each Change in Drafts.
skip unless EAS16
imap alice appends Drafts plain.eml
phone as gmail version 16.0
phone folders
phone sync Drafts until quiet
phone knows d1 as item "Plain text" in Drafts
phone send Sync { Collections { Collection { SyncKey $Drafts.key CollectionId $Drafts Commands {
	Change { ServerId $d1 ApplicationData { Subject changed } } } } } }
phone gets Sync { Collections { Collection { Responses { Change { ServerId $d1 Status 1 } } } } }
