# R8: a Ping ends with a body that has a Status: when its time is over, when a newer one comes,
# when its folder changes, and when it cannot be held at all.
deliver x@quick.test plain.eml
phone as aosp user x@quick.test
phone folders
phone sync INBOX until quiet
phone send Ping { HeartbeatInterval 2 Folders { Folder { Id $INBOX Class Email } } }
phone stays quiet 1s
phone gets Ping { Status 1 absent Folders } within 4s
# a newer Ping ends the older one
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id $INBOX Class Email } } }
wait 300ms
phone send Ping { HeartbeatInterval 3 Folders { Folder { Id $INBOX Class Email } } }
phone gets Ping { Status * } within 2s
phone gets Ping { Status 1 } within 6s
# nonsense
phone send Ping { HeartbeatInterval 600 Folders { Folder { Id nonsense Class Email } } }
phone gets Ping { Status 7 } or Ping { Status 3 }
