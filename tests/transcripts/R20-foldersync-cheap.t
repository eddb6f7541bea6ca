# R20: FolderSync before every round: Count 0 in milliseconds, without asking the mail server.
phone as ios user alice@counted.test
phone folders
phone folders
wait 200ms
file $EVIL_LOGS/counted.log mark
repeat 20 {
phone send FolderSync { SyncKey $folders.key }
phone gets FolderSync { Status 1 SyncKey * Changes { Count 0 only } } within 1s
}
file $EVIL_LOGS/counted.log lacks "alice-$run@counted.test *LIST*"
file $EVIL_LOGS/counted.log lacks "alice-$run@counted.test *AUTHENTICATE*"
