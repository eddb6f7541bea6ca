# R49: folders never synced or unknown are left aside while one is known; else 7.
deliver alice plain.eml
phone as ios
phone folders
phone send Ping { HeartbeatInterval 60 Folders { Folder { Id $INBOX Class Email } } }
phone gets Ping { Status 7 } within 65s or Ping { Status 1 } or Ping { Status 2 }
phone sync INBOX until quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email }
	Folder { Id $Sent Class Email } Folder { Id nonsense Class Calendar } } }
phone stays quiet 1s
deliver alice alternative.eml
phone gets Ping { Status 2 Folders { Folder $INBOX } } within 5s
phone sync INBOX until quiet
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id nonsense Class Email } } }
phone gets Ping { Status 7 }
# Class may be missing; an Id twice is a syntax error
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX } } }
phone stays quiet 500ms
phone drops
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email }
	Folder { Id $INBOX Class Email } } }
phone gets Ping { Status 4 }
