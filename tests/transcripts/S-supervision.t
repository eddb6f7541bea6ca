# Processes die: a worker costs one request, a watch nothing.  A reload drops no held request.
# alone
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email } } }
wait 500ms
server kill worker
phone stays quiet 500ms
phone sync INBOX
server kill watch
phone stays quiet 1s
wait 1s
deliver alice alternative.eml
phone gets Ping { Status 2 Folders { Folder $INBOX } } within 15s
phone sync INBOX until quiet
phone has 2 items in INBOX
# reload drops no Ping
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email } } }
wait 500ms
server hup
phone stays quiet 1s
deliver alice flowed.eml
phone gets Ping { Status * } within 30s
phone sync INBOX until quiet
phone folders
phone has 3 items in INBOX
