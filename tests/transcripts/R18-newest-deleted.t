# R18: deletions are seen wherever they are: the newest mail, the only one, one in the middle.
# variants: full poor cyrus
fill alice INBOX 6
phone as ios
phone folders
phone sync INBOX until quiet
phone has 6 items in INBOX
imap alice does "SELECT INBOX" "STORE 6 +FLAGS (\\Deleted)" "EXPUNGE"
phone sync INBOX
phone showed Sync { Collections { Collection { Commands { only count Delete 1 Delete * } } } }
phone has 5 items in INBOX
imap alice does "SELECT INBOX" "STORE 3 +FLAGS (\\Deleted)" "EXPUNGE"
phone sync INBOX
phone has 4 items in INBOX
# one gone and one come: the count is the same
imap alice does "SELECT INBOX" "STORE 1 +FLAGS (\\Deleted)" "EXPUNGE"
deliver alice plain.eml
phone sync INBOX until quiet
phone has 4 items in INBOX
phone has item { Subject "Plain text" } in INBOX
imap alice does "SELECT INBOX" "STORE 1:* +FLAGS (\\Deleted)" "EXPUNGE"
phone sync INBOX until quiet
phone has 0 items in INBOX
