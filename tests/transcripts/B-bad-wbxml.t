# Malformed WBXML: 400 up to 12.1, Status 101 to 103 or the command's own from 14.0; a line in the
# log with the reason; nothing changes.
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
let key = $INBOX.key
# truncated, garbage, wrong header, wrong root, deep nesting, text instead
phone send Sync hex x"03 01 6A 00 45 5C 4F 4B 03 31"
phone gets Sync { Status 102 } or Sync { Status 4 } or http 400
phone send Sync hex x"FF FF FF FF"
phone gets Sync { Status 102 } or Sync { Status 4 } or http 400
phone send Sync hex x"09 01 6A 00 45 01"
phone gets Sync { Status 102 } or Sync { Status 4 } or http 400
phone send Sync { Collections~ }
phone gets Sync { Status 4 } or Sync { Status 103 } or http 400
phone send Ping hex x"03 01 6A 00 00 07 56 52 03 30 00 01 01"
phone gets Ping { Status 4 } or http 400
phone send Sync body "<Sync/>" type text/xml
phone gets Sync { Status 101 } or Sync { Status 102 } or Sync { Status 4 } or http 400
phone send FolderSync body "nonsense"
phone gets FolderSync { Status 102 } or FolderSync { Status 101 } or FolderSync { Status 10 } or http 400
phone send FolderSync empty
phone gets FolderSync { Status 101 } or FolderSync { Status 10 } or FolderSync { Status 103 } or http 400
phone send FolderSync { ServerId 1 }
phone gets FolderSync { Status 10 } or FolderSync { Status 103 }
phone send MoveItems { Move { SrcMsgId "" SrcFldId "" DstFldId "" } }
phone gets MoveItems anything
phone send SendMail empty
phone gets SendMail { Status 101 } or SendMail { Status 103 } or SendMail { Status 107 } or http 400
phone send SendMail { ClientId x }
phone gets SendMail { Status 103 } or SendMail { Status 107 } or SendMail { Status 119 }
phone send ItemOperations { Fetch { Store Nonsense FileReference x } }
phone gets ItemOperations { Response { Fetch { Status 9 } } } or ItemOperations { Status 2 }
phone send ItemOperations empty
phone gets ItemOperations { Status 2 } or ItemOperations { Status 101 } or ItemOperations { Status 103 } or http 400
phone send Settings { Oof { Get { BodyType Text } } }
phone gets Settings anything
phone send GetItemEstimate { Collections~ }
phone gets GetItemEstimate { Status 103 } or GetItemEstimate { Status 2 } or http 400
phone version 12.1
phone send Sync hex x"03 01 6A 00 45 5C 4F 4B 03 31"
phone gets http 400 or Sync { Status 4 }
phone send FolderSync body "nonsense"
phone gets http 400 or FolderSync { Status 10 }
phone send SendMail type application/vnd.ms-sync.wbxml empty
phone gets http 400
phone version 14.1
# nothing changed
phone send Sync { Collections { Collection { SyncKey $key CollectionId $INBOX GetChanges~ } } }
phone gets Sync empty
log has "alice-$run@ex.test*cmd=Sync*reason=?*"
