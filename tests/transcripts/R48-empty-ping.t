# R48: an empty Ping, or one with an interval only, uses what was told before; Status 3 if nothing.
deliver x@quick.test plain.eml
phone as samsung user x@quick.test
phone folders
phone sync INBOX until quiet
phone send Ping empty
phone gets Ping { Status 3 }
phone send Ping { HeartbeatInterval 60 }
phone gets Ping { Status 3 }
phone send Ping { HeartbeatInterval 2 Folders { Folder { Id $INBOX Class Email } } }
phone gets Ping { Status 1 } within 5s
phone send Ping empty
phone stays quiet 1s
phone gets Ping { Status 1 } within 4s
phone send Ping { HeartbeatInterval 600 }
phone stays quiet 500ms
deliver x@quick.test alternative.eml
phone gets Ping { Status 2 Folders { Folder $INBOX } } within 5s
phone sync INBOX until quiet
# Folders alone keep the interval
phone send Ping { Folders { Folder { Id $INBOX Class Email } } }
phone stays quiet 500ms
phone drops
