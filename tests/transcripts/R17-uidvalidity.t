# R17: UIDVALIDITY changed: Status 3 for that folder, whose id stays.
# variants: full poor
imap alice does "CREATE Shaky"
imap alice appends Shaky plain.eml
imap alice appends Shaky alternative.eml
phone as ios
phone folders
phone sync Shaky until quiet
phone has 2 items in Shaky
let id = $Shaky
# Dovecot loses the mail of a mailbox that is made anew while a session has the old one open
phone sync INBOX until quiet
imap alice does "DELETE Shaky"
wait 1100ms
imap alice does "CREATE Shaky"
imap alice appends Shaky html.eml
phone send Sync { Collections { Collection { SyncKey $Shaky.key CollectionId $Shaky GetChanges~ } } }
phone gets Sync { Collections { Collection { CollectionId $id Status 3 } } }
phone folders
phone send Sync { Collections { Collection { SyncKey 0 CollectionId $id } } }
phone gets Sync { Collections { Collection { SyncKey * Status 1 } } }
phone sync Shaky until quiet
phone has 1 items in Shaky
phone has item { Subject "HTML with links" } in Shaky
