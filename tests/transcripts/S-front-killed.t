# The front dies: phones have to connect again, and then all is as before.
# alone
deliver alice plain.eml
phone as ios
phone folders
phone sync INBOX until quiet
server kill front
wait 2s
phone folders
phone sync INBOX
phone showed Sync empty
deliver alice alternative.eml
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email } } }
phone gets Ping { Status 2 } within 5s
phone sync INBOX until quiet
phone has 2 items in INBOX
