# R51: elements in order, parents first, root "0", types 2 to 6 all there, ids of at most 64
# characters (all by the checker), also where the server has no special-use flags.
# variants: full poor
imap alice does "CREATE Projects" "CREATE Projects/Alpha" "CREATE Projects/Alpha/Deep"
imap alice does "CREATE Entw&APw-rfe-Kopie" "CREATE \"With \\\"quotes\\\" and \\\\\""
phone as aosp
phone folders
phone has folder INBOX type 2
phone has folder Drafts type 3
phone has folder Trash type 4
phone has folder Sent type 5
phone has folder Outbox type 6
phone has folder Projects type 12
phone has folder Alpha below Projects
phone has folder Deep below Alpha
phone has folder "Entwürfe-Kopie" type 12
phone has folder "With \"quotes\" and \\"
# changes by somebody else; the list may be a minute old, unless some device asks from 0
imap alice does "DELETE Projects/Alpha/Deep" "CREATE Later"
phone scout as ios device scout
scout folders
phone folders
phone lacks folder Deep
phone has folder Later type 12
# and the phone's own
phone send FolderCreate { SyncKey $folders.key ParentId 0 DisplayName "Vom Telefon äöü" Type 12 }
phone gets FolderCreate { Status 1 SyncKey * ServerId $new }
phone send FolderUpdate { SyncKey $folders.key ServerId $new ParentId $Projects DisplayName Umbenannt }
phone gets FolderUpdate { Status 1 SyncKey * }
phone folders
phone showed FolderSync { Status 1 Changes { Count 0 } }
imap alice does "LIST \"\" Projects/*"
imap said "*Projects/Umbenannt*"
phone send FolderDelete { SyncKey $folders.key ServerId $new }
phone gets FolderDelete { Status 1 SyncKey * }
phone folders
phone lacks folder Umbenannt
