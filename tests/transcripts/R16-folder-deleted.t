# R16: a folder that is gone: Sync Status 12; when that does not help twice, 3.
imap alice does "CREATE Doomed"
imap alice appends Doomed plain.eml
phone as ios
phone folders
phone sync Doomed until quiet
phone has 1 items in Doomed
let id = $Doomed
let key = $Doomed.key
imap alice does "DELETE Doomed"
phone send Sync { Collections { Collection { SyncKey $key CollectionId $id } } }
phone gets Sync { Status 12 } or Sync { Collections { Collection { CollectionId $id Status 12 } } }
phone send Sync { Collections { Collection { SyncKey $key CollectionId $id } } }
phone gets Sync { Status 12 } or Sync { Collections { Collection { CollectionId $id Status 12 } } }
phone send Sync { Collections { Collection { SyncKey $key CollectionId $id } } }
phone gets Sync { Collections { Collection { CollectionId $id Status 3 } } }
# FolderSync knows it at once: else the phone would go in circles
phone folders
phone lacks folder Doomed
# an id that never was
phone send Sync { Collections { Collection { SyncKey 0 CollectionId nonsense } } }
phone gets Sync { Status 12 } or Sync { Collections { Collection { Status 12 } } } \
	or Sync { Collections { Collection { Status 8 } } }
# a folder renamed by somebody else keeps id and key
imap alice does "CREATE Before"
imap alice appends Before plain.eml
phone scout as aosp device scout
scout folders
phone folders
phone sync Before until quiet
let id = $Before
imap alice does "RENAME Before After"
scout folders anew
phone folders
phone lacks folder Before
phone has folder After type 12
phone sync After until quiet
phone has 1 items in After
