# Push without NOTIFY: IDLE on the INBOX, polling elsewhere (every 5 s here).
# variants: poor cyrus
deliver alice plain.eml
imap alice does "CREATE Lists"
phone as ios
phone folders
phone sync INBOX until quiet
phone sync Lists until quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email }
	Folder { Id $Lists Class Email } } }
wait 1s
deliver alice alternative.eml
phone gets Ping { Status 2 Folders { Folder $INBOX } } within 3s
phone sync INBOX until quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email }
	Folder { Id $Lists Class Email } } }
wait 1s
imap alice appends Lists plain.eml
phone gets Ping { Status 2 Folders { Folder $Lists } } within 10s
