# Who may in: 401 with a Basic challenge, forms of the user name, charsets, wrong passwords not
# tried upstream again and again.
phone as ios
phone options auth none
phone gets http 401 header WWW-Authenticate "Basic realm=*"
phone send FolderSync auth none { SyncKey 0 }
phone gets http 401 header WWW-Authenticate "Basic realm=*"
phone send FolderSync auth $user wrong { SyncKey 0 }
phone gets http 401
phone send FolderSync auth nobody@ex.test secret { SyncKey 0 }
phone gets http 401
phone send FolderSync header "Authorization: Basic ~~~" { SyncKey 0 }
phone gets http 401 or http 400
phone send FolderSync header "Authorization: Bearer abc" { SyncKey 0 }
phone gets http 401
phone send FolderSync header "Authorization: Basic Og==" { SyncKey 0 }
phone gets http 401
log has "alice-$run@ex.test*401*"
# the right one, in three forms, is one account
phone folders
let key = $folders.key
phone send FolderSync auth "alice-$run" secret { SyncKey $key }
phone gets FolderSync { Status 1 SyncKey $key Changes { Count 0 } }
phone send FolderSync auth "EX\\alice-$run" secret { SyncKey $key }
phone gets FolderSync { Status 1 SyncKey $key Changes { Count 0 } }
phone send FolderSync auth "ALICE-$run@EX.TEST" secret { SyncKey $key }
phone gets FolderSync { Status 1 }
# a wrong password again and again reaches the mail server once
phone other as aosp user alice@counted.test
other folders
file $EVIL_LOGS/counted.log mark
repeat 5 {
other send FolderSync auth $user wrong { SyncKey 0 }
other gets http 401
}
other folders
