# The front dies after a reload, while the generation before it is still draining.
# alone
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email } } }
wait 500ms
server hup
wait 1s
server kill front
wait 3s
phone drops
phone folders
phone sync INBOX
phone showed Sync empty
