# R4: FolderSync from 0 on a known device brings the same ids and resets no folder.
# (That ids are the same is checked by the phone itself.)
# variants: full poor cyrus
deliver alice plain.eml
imap alice does "CREATE Work" "CREATE Work/Deep"
phone as gmail
phone folders
phone sync INBOX until quiet
let before = $INBOX.key
repeat 3 {
phone folders anew
}
phone has folder Work type 12
phone has folder Deep below Work
deliver alice alternative.eml
phone send Sync { Collections { Collection { SyncKey $before CollectionId $INBOX } } }
phone gets Sync { Collections { Collection { Status 1 Commands { count Add 1 count Delete 0 } } } }
phone has 2 items in INBOX
